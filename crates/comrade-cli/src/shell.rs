//! `comrade completions` and `comrade man`: what shells and manuals need, made from the arguments themselves.

use crate::Said;
use crate::file;
use clap::Command;
use clap_complete::Shell;
use std::io;
use std::path::{Path, PathBuf};

/// `comrade completions`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  comrade completions bash > ~/.local/share/bash-completion/completions/comrade
  comrade completions zsh > ~/.zfunc/_comrade
  comrade completions fish > ~/.config/fish/completions/comrade.fish")]
pub(crate) struct CompletionsArgs {
    /// For which shell
    shell: Shell,
}

/// `comrade man`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  comrade man ~/.local/share/man/man1")]
pub(crate) struct ManArgs {
    /// Folder to write to; it must exist
    folder: PathBuf,
}

/// Runs `comrade completions`.
pub(crate) fn completions(args: &CompletionsArgs, mut command: Command) -> Said {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, "comrade", &mut script);
    Ok(String::from_utf8(script)?)
}

/// Runs `comrade man`: a page for the program and one for each command.
pub(crate) fn man(args: &ManArgs, mut command: Command) -> Said {
    // So that each page knows its whole name.
    command.build();
    let mut pages = vec![page(&args.folder, &command, "comrade")?];
    for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
        pages.push(page(&args.folder, sub, &format!("comrade-{}", sub.get_name()))?);
    }
    file::write_all(&pages)?;
    Ok(pages.iter().map(|(path, _)| format!("wrote {}\n", path.display())).collect())
}

/// Where a page goes, and the page.
fn page(folder: &Path, command: &Command, name: &str) -> io::Result<(PathBuf, Vec<u8>)> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command.clone()).title(name).render(&mut page)?;
    Ok((folder.join(format!("{name}.1")), page))
}
