//! Who is who: each side shows a certificate, and the other one looks who signed it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use tonic::transport::{Certificate, ClientTlsConfig, Identity, ServerTlsConfig};

/// What `--help` calls the options of this group.
const CERTIFICATES: &str = "Certificates";

/// Certificates, as the command line names them.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct Tls {
    /// PEM file with the certificate of who signs those of the other side; a worker that has it answers nobody else
    #[arg(help_heading = CERTIFICATES, long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// PEM file with the certificate of this side
    #[arg(help_heading = CERTIFICATES, long, value_name = "FILE", requires = "key")]
    cert: Option<PathBuf>,
    /// PEM file with the key of that certificate
    #[arg(help_heading = CERTIFICATES, long, value_name = "FILE", requires = "cert")]
    key: Option<PathBuf>,
    /// Without TLS: who is between the machines can read and change all that is said, and anybody can ask a worker
    #[arg(help_heading = CERTIFICATES, long, conflicts_with_all = ["ca", "cert", "key"])]
    insecure: bool,
}

/// Why no secure connection is possible.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TlsError {
    /// Neither certificates nor `--insecure`.
    #[error("{needs} are needed, or --insecure for a network on which nobody listens")]
    None { needs: &'static str },
    /// A file.
    #[error("{}: cannot read: {cause}", path.display())]
    Read { path: PathBuf, cause: io::Error },
    /// A file that holds no certificate.
    #[error("{}: no PEM certificate is in it", path.display())]
    Empty { path: PathBuf },
}

impl Tls {
    /// Whether anything was asked for.
    pub(crate) fn is_given(&self) -> bool {
        self.insecure || self.ca.is_some() || self.cert.is_some()
    }

    /// How the center connects; none without TLS.
    pub(super) fn client(&self) -> Result<Option<ClientTlsConfig>, TlsError> {
        if self.insecure {
            return Ok(None);
        }
        let ca = self
            .ca
            .as_deref()
            .ok_or(TlsError::None { needs: "--ca, and --cert and --key if the workers ask for them," })?;
        let config = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(certificate(ca)?));
        Ok(Some(match self.identity()? {
            Some(identity) => config.identity(identity),
            None => config,
        }))
    }

    /// How a worker is connected to; none without TLS.
    pub(super) fn server(&self) -> Result<Option<ServerTlsConfig>, TlsError> {
        if self.insecure {
            return Ok(None);
        }
        let identity = self.identity()?.ok_or(TlsError::None { needs: "--cert and --key" })?;
        let config = ServerTlsConfig::new().identity(identity);
        Ok(Some(match &self.ca {
            Some(ca) => config.client_ca_root(Certificate::from_pem(certificate(ca)?)),
            None => config,
        }))
    }

    fn identity(&self) -> Result<Option<Identity>, TlsError> {
        let (Some(cert), Some(key)) = (&self.cert, &self.key) else { return Ok(None) };
        Ok(Some(Identity::from_pem(certificate(cert)?, read(key)?)))
    }
}

fn read(path: &Path) -> Result<Vec<u8>, TlsError> {
    fs::read(path).map_err(|cause| TlsError::Read { path: path.to_owned(), cause })
}

fn certificate(path: &Path) -> Result<Vec<u8>, TlsError> {
    let text = read(path)?;
    let begins = b"-----BEGIN CERTIFICATE-----";
    if text.windows(begins.len()).any(|at| at == begins) {
        Ok(text)
    } else {
        Err(TlsError::Empty { path: path.to_owned() })
    }
}
