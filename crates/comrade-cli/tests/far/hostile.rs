//! A worker of the tests' own, which speaks HTTP/2 and gRPC by hand, so that it can send whatever it likes.

use comrade::worker::Remote;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread::{self, sleep};
use std::time::Duration;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RESET: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const AWAY: u8 = 7;
const WINDOW_UPDATE: u8 = 8;
const CONTINUATION: u8 = 9;
/// Of SETTINGS and PING; of DATA and HEADERS the end of the stream.
const ACK: u8 = 1;
const END: u8 = 1;
const END_HEADERS: u8 = 4;

/// What it does with a question.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fault {
    /// A message of noise.
    Garbage,
    /// Bytes that are no HTTP/2.
    RawBytes,
    /// Ten gigabytes announced, and sent as fast as the center takes them.
    TenGigabytes,
    /// Messages without end, each of them short.
    Endless,
    /// A header without end.
    LongHeader,
    /// An honest answer after the deadline.
    Late,
    /// The honest answer to the first question, for ever.
    Stale,
    /// The honest answer, twice.
    Twice,
    /// Half of the honest answer, and then the connection ends.
    Cut,
    /// The connection stays open, and nothing is ever said.
    Silent,
    /// An error whose text would move a cursor.
    Reason,
    /// The honest answer, as if it were packed.
    Packed,
    /// A right answer.
    Honest,
}

/// Where it listens.
pub(crate) struct Hostile {
    pub(crate) address: String,
}

/// What it was asked and what it says.
struct Character {
    fault: Fault,
    report: String,
    remote: Remote,
    first: Mutex<Option<Vec<u8>>>,
}

impl Hostile {
    /// One that holds what `remote` holds, and says this of it.
    pub(crate) fn new(fault: Fault, report: String, remote: Remote) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let character = Arc::new(Character { fault, report, remote, first: Mutex::new(None) });
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let character = Arc::clone(&character);
                // What the center ends, ends here.
                thread::spawn(move || serve(&character, Wire { stream, window: 65_535, each: 65_535, own: 0 }));
            }
        });
        Self { address }
    }
}

/// A connection.
struct Wire {
    stream: TcpStream,
    /// What may be sent on the connection, on a new stream, and on the one that is open.
    window: i64,
    each: i64,
    own: i64,
}

struct Frame {
    kind: u8,
    flags: u8,
    stream: u32,
    payload: Vec<u8>,
}

impl Wire {
    fn send(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) -> io::Result<()> {
        let mut bytes = (payload.len() as u32).to_be_bytes()[1..].to_vec();
        bytes.extend([kind, flags]);
        bytes.extend(stream.to_be_bytes());
        bytes.extend(payload);
        self.stream.write_all(&bytes)
    }

    /// The next frame; what is about the connection is done.
    fn receive(&mut self) -> io::Result<Frame> {
        let mut head = [0; 9];
        self.stream.read_exact(&mut head)?;
        let [a, b, c, kind, flags, stream @ ..] = head;
        let mut payload = vec![0; u32::from_be_bytes([0, a, b, c]) as usize];
        self.stream.read_exact(&mut payload)?;
        let stream = u32::from_be_bytes(stream);
        match kind {
            SETTINGS if flags & ACK == 0 => {
                for setting in payload.as_chunks::<6>().0 {
                    if setting[..2] == [0, 4] {
                        self.each = i64::from(u32::from_be_bytes([setting[2], setting[3], setting[4], setting[5]]));
                    }
                }
                self.send(SETTINGS, ACK, 0, &[])?;
            }
            PING if flags & ACK == 0 => self.send(PING, ACK, 0, &payload.clone())?,
            WINDOW_UPDATE => {
                let more = i64::from(u32::from_be_bytes([payload[0], payload[1], payload[2], payload[3]]));
                *(if stream == 0 { &mut self.window } else { &mut self.own }) += more;
            }
            RESET | AWAY => return Err(io::ErrorKind::ConnectionAborted.into()),
            _ => {}
        }
        Ok(Frame { kind, flags, stream, payload })
    }

    /// A header: `:status` 200, the content type, and what else there is, spelled out.
    fn headers(&mut self, stream: u32, flags: u8, more: &[(&str, &str)]) -> io::Result<()> {
        let mut block = vec![0x88, 0x0f, 0x10, 16];
        block.extend(b"application/grpc");
        self.send(HEADERS, flags, stream, &[block, spelled(more)].concat())
    }

    /// Bytes of a message, as the windows allow.
    fn data(&mut self, stream: u32, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let most = self.window.min(self.own).clamp(0, 16_384) as usize;
            if most == 0 {
                self.receive()?;
                continue;
            }
            let (now, rest) = bytes.split_at(most.min(bytes.len()));
            self.send(DATA, 0, stream, now)?;
            self.window -= now.len() as i64;
            self.own -= now.len() as i64;
            bytes = rest;
        }
        Ok(())
    }

    fn trailers(&mut self, stream: u32, status: &str, text: &str) -> io::Result<()> {
        let block = spelled(&[("grpc-status", status), ("grpc-message", text)]);
        self.send(HEADERS, END_HEADERS | END, stream, &block)
    }
}

/// Fields of a header, without any packing.
fn spelled(fields: &[(&str, &str)]) -> Vec<u8> {
    let mut block = vec![];
    for (name, value) in fields {
        assert!(name.len() < 127 && value.len() < 127);
        block.extend([0, name.len() as u8]);
        block.extend(name.as_bytes());
        block.push(value.len() as u8);
        block.extend(value.as_bytes());
    }
    block
}

/// A message of gRPC.
fn message(bytes: &[u8]) -> Vec<u8> {
    [&[0], &(bytes.len() as u32).to_be_bytes()[..], bytes].concat()
}

fn serve(character: &Character, mut wire: Wire) -> io::Result<()> {
    let mut preface = [0; 24];
    wire.stream.read_exact(&mut preface)?;
    wire.send(SETTINGS, 0, 0, &[])?;
    let mut asked = vec![];
    loop {
        let frame = wire.receive()?;
        match frame.kind {
            HEADERS => {
                asked.clear();
                wire.own = wire.each;
            }
            DATA => asked.extend(&frame.payload),
            _ => continue,
        }
        if frame.flags & END == 0 {
            continue;
        }
        match asked.get(5..) {
            Some([]) | None => {
                wire.headers(frame.stream, END_HEADERS, &[])?;
                wire.data(frame.stream, &message(character.report.as_bytes()))?;
                wire.trailers(frame.stream, "0", "")?;
            }
            Some(question) => {
                // A length, a job, and the frame.
                let (length, rest) = question.split_first_chunk().unwrap();
                let question = &rest[u32::from_le_bytes(*length) as usize..];
                answer(character, &mut wire, frame.stream, question)?;
            }
        }
    }
}

fn answer(character: &Character, wire: &mut Wire, stream: u32, question: &[u8]) -> io::Result<()> {
    let honest = message(&character.remote.answer(question).unwrap());
    let end = |wire: &mut Wire, bytes: &[u8]| {
        wire.headers(stream, END_HEADERS, &[])?;
        wire.data(stream, bytes)?;
        wire.trailers(stream, "0", "")
    };
    match character.fault {
        Fault::Honest => end(wire, &honest),
        Fault::Garbage => end(wire, &message(&[0xa5; 60])),
        Fault::RawBytes => wire.stream.write_all(&[0xff; 100_000]),
        Fault::TenGigabytes => {
            wire.headers(stream, END_HEADERS, &[("content-length", "10737418240")])?;
            wire.data(stream, &[0, 0xff, 0xff, 0xff, 0xff])?;
            (0..10_240).try_for_each(|_| wire.data(stream, &vec![7; 1 << 20]))
        }
        Fault::Endless => {
            wire.headers(stream, END_HEADERS, &[])?;
            wire.data(stream, &honest)?;
            (0..10_240).try_for_each(|_| wire.data(stream, &message(&[1; 8]).repeat(1 << 16)))
        }
        Fault::LongHeader => {
            wire.headers(stream, 0, &[])?;
            let piece = spelled(&[("x", &"y".repeat(100))]).repeat(150);
            (0..20_000).try_for_each(|_| wire.send(CONTINUATION, 0, stream, &piece))
        }
        Fault::Late => {
            sleep(Duration::from_secs(3));
            end(wire, &honest)
        }
        Fault::Stale => {
            let first = character.first.lock().unwrap().get_or_insert(honest).clone();
            end(wire, &first)
        }
        Fault::Twice => end(wire, &honest.repeat(2)),
        Fault::Cut => {
            wire.headers(stream, END_HEADERS, &[])?;
            wire.data(stream, &honest[..honest.len() / 2])?;
            Err(io::ErrorKind::ConnectionAborted.into())
        }
        Fault::Silent => {
            sleep(Duration::from_secs(60));
            Ok(())
        }
        Fault::Reason => {
            wire.headers(stream, END_HEADERS, &[])?;
            wire.trailers(stream, "9", "%1B[2J%0Aconverged%0A")
        }
        Fault::Packed => end(wire, &[&[1], &honest[1..]].concat()),
    }
}

/// Carries bytes to a worker, and cuts the first connection off after this many bytes of answers; for a time after that
/// nobody is there.
pub(crate) fn cut_off(to: String, after: usize, away: Duration) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let mut listener = Some(listener);
        let mut left = Some(after);
        while let Some(Ok(center)) = listener.as_ref().unwrap().incoming().next() {
            let worker = TcpStream::connect(&to).unwrap();
            let (mut up, mut down) = (center.try_clone().unwrap(), worker.try_clone().unwrap());
            thread::spawn(move || io::copy(&mut up, &mut down));
            let (mut from, mut back) = (worker, center);
            let Some(most) = left.take() else {
                thread::spawn(move || io::copy(&mut from, &mut back));
                continue;
            };
            let mut piece = vec![0; 64];
            let mut carried = 0;
            while carried < most {
                let many = from.read(&mut piece).unwrap();
                back.write_all(&piece[..many]).unwrap();
                carried += many;
            }
            let _ = (back.shutdown(Shutdown::Both), from.shutdown(Shutdown::Both));
            drop(listener.take());
            sleep(away);
            listener = Some(TcpListener::bind(address).unwrap());
        }
    });
    address.to_string()
}
