//! NATS JetStream with `sync_interval: always`: acknowledged when it is on disk, an id counts once. One sequence for the
//! whole stream; sessions are subjects.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;

use memchr::memmem;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::events::{Events, Sample, Samples};
use crate::fault::{Fault, Result};
use crate::load::{Link, http};
use crate::process::{Running, free_port};

/// A running server with one stream.
#[derive(Debug)]
pub struct Nats {
    running: Running,
    binary: PathBuf,
    work: PathBuf,
    port: u16,
}

impl Nats {
    /// Starts one on an empty folder and makes the stream.
    pub async fn start(binary: &Path, work: &Path) -> Result<Self> {
        let port = free_port()?;
        let running = launch(binary, work, port).await?;
        let nats = Self { running, binary: binary.to_owned(), work: work.to_owned(), port };
        let stream = serde_json::json!({ "name": "E", "subjects": ["e.*"], "storage": "file", "retention": "limits",
            "discard": "old", "num_replicas": 1, "duplicate_window": 120_000_000_000_i64, "allow_direct": false });
        let answer = Wire::open(port).await?.ask("$JS.API.STREAM.CREATE.E", "", stream.to_string().as_bytes()).await?;
        if memmem::find(&answer, b"\"error\"").is_some() {
            return Err(Fault::new(format!("NATS made no stream: {}", String::from_utf8_lossy(&answer))));
        }
        Ok(nats)
    }

    /// The process.
    pub fn pid(&self) -> u32 {
        self.running.pid()
    }

    /// Connections that publish single events.
    pub async fn links(&self, count: usize, feed: &Rc<Feed>) -> Result<Vec<Publish>> {
        let mut links = Vec::new();
        for _ in 0..count {
            links.push(Publish { wire: Wire::open(self.port).await?, feed: Rc::clone(feed), body: String::new() });
        }
        Ok(links)
    }

    /// Kills it, starts it on what it left, and looks up what it acknowledged.
    pub async fn reopened(mut self, samples: &[Sample]) -> Result<u64> {
        self.running.kill();
        self.port = free_port()?;
        self.running = launch(&self.binary, &self.work, self.port).await?;
        let mut wire = Wire::open(self.port).await?;
        for sample in samples {
            let ask = format!("{{\"seq\":{}}}", sample.sequence);
            let answer: Value =
                serde_json::from_slice(&wire.ask("$JS.API.STREAM.MSG.GET.E", "", ask.as_bytes()).await?)?;
            let data = answer["message"]["data"].as_str().unwrap_or_default();
            let data = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, data).unwrap_or_default();
            if memmem::find(&data, sample.event_id.as_bytes()).is_none() {
                return Err(Fault::new(format!("NATS acknowledged {sample:?} and does not have it")));
            }
        }
        Ok(samples.len() as u64)
    }
}

async fn launch(binary: &Path, work: &Path, port: u16) -> Result<Running> {
    let config = work.join("nats.conf");
    let folder = work.join("nats");
    std::fs::write(
        &config,
        format!(
            "listen: \"127.0.0.1:{port}\"\njetstream {{ store_dir: \"{}\", sync_interval: always }}\n",
            folder.display()
        ),
    )?;
    let mut running = Running::start(work, "nats", Command::new(binary).arg("--config").arg(&config))?;
    running.await_port(port).await?;
    Ok(running)
}

/// What is published.
pub struct Feed {
    events: Events,
    /// Acknowledgements to look up.
    pub samples: Samples,
}

impl Feed {
    /// These events.
    pub fn new(events: Events) -> Rc<Self> {
        Rc::new(Self { events, samples: Samples::default() })
    }
}

/// A connection that publishes and waits for the acknowledgement.
pub struct Publish {
    wire: Wire,
    feed: Rc<Feed>,
    body: String,
}

impl Link for Publish {
    async fn ask(&mut self, n: u64) -> Result<u32> {
        let (session, id) = (self.feed.events.place(n).0, self.feed.events.id(n));
        self.body.clear();
        self.feed.events.write(n, &mut self.body);
        let answer = self.wire.ask(&format!("e.{session}"), &id, self.body.as_bytes()).await?;
        let ack: Value = serde_json::from_slice(&answer)?;
        let (Some(sequence), None) = (ack["seq"].as_u64(), ack.get("duplicate")) else {
            return Err(Fault::new(format!("NATS answered {ack}")));
        };
        if Samples::wants(n) {
            self.feed.samples.keep(Sample { session: session.to_owned(), event_id: id, sequence });
        }
        Ok(1)
    }
}

/// A connection with one subscription: the inbox for its own answers.
struct Wire {
    stream: TcpStream,
    out: Vec<u8>,
    input: Vec<u8>,
}

impl Wire {
    async fn open(port: u16) -> Result<Self> {
        let stream = http::connect(&format!("127.0.0.1:{port}")).await?;
        let mut wire = Self { stream, out: Vec::new(), input: Vec::new() };
        // A name of its own among all connections: the local port.
        let inbox = wire.inbox()?;
        let hello =
            format!("CONNECT {{\"verbose\":false,\"pedantic\":false,\"headers\":true}}\r\nSUB {inbox} 1\r\nPING\r\n");
        wire.stream.write_all(hello.as_bytes()).await?;
        wire.until(|input| memmem::find(input, b"PONG\r\n").map(|at| (0, at + 6))).await?;
        Ok(wire)
    }

    fn inbox(&self) -> Result<String> {
        Ok(format!("_INBOX.b{}", self.stream.local_addr()?.port()))
    }

    /// Publishes and waits for the answer in the inbox; with an id, under it.
    async fn ask(&mut self, subject: &str, id: &str, body: &[u8]) -> Result<Vec<u8>> {
        let inbox = self.inbox()?;
        self.out.clear();
        let head = if id.is_empty() { String::new() } else { format!("NATS/1.0\r\nNats-Msg-Id: {id}\r\n\r\n") };
        let first = if head.is_empty() {
            format!("PUB {subject} {inbox} {}\r\n", body.len())
        } else {
            format!("HPUB {subject} {inbox} {} {}\r\n", head.len(), head.len() + body.len())
        };
        self.out.extend_from_slice(first.as_bytes());
        self.out.extend_from_slice(head.as_bytes());
        self.out.extend_from_slice(body);
        self.out.extend_from_slice(b"\r\n");
        self.stream.write_all(&self.out).await?;
        let (from, to) = self.until(message).await?;
        if memmem::find(&self.input[..from], b"PING\r\n").is_some() {
            self.stream.write_all(b"PONG\r\n").await?;
        }
        Ok(self.input[from..to].to_vec())
    }

    /// Reads until `found` finds its range.
    async fn until(&mut self, found: impl Fn(&[u8]) -> Option<(usize, usize)>) -> Result<(usize, usize)> {
        self.input.clear();
        loop {
            if self.stream.read_buf(&mut self.input).await? == 0 {
                return Err(Fault::new("NATS closed a connection"));
            }
            if memmem::find(&self.input, b"-ERR").is_some_and(|at| at == 0) {
                return Err(Fault::new(format!("NATS: {}", String::from_utf8_lossy(&self.input))));
            }
            if let Some(range) = found(&self.input) {
                return Ok(range);
            }
        }
    }
}

/// The payload of the first whole `MSG subject sid length` or `HMSG subject sid head-length length`.
fn message(input: &[u8]) -> Option<(usize, usize)> {
    let at = memmem::find(input, b"MSG ")?;
    let line_end = at + memmem::find(&input[at..], b"\r\n")?;
    let line = std::str::from_utf8(&input[at..line_end]).ok()?;
    let words: Vec<&str> = line.split(' ').collect();
    let total: usize = words.last()?.parse().ok()?;
    let with_head = at > 0 && input[at - 1] == b'H';
    let head: usize = if with_head { words.get(words.len() - 2)?.parse().ok()? } else { 0 };
    let from = line_end + 2;
    (input.len() >= from + total + 2).then_some((from + head, from + total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_found_when_whole() {
        let text = b"PING\r\nMSG _INBOX.b1 1 7\r\n{\"a\":1}\r\n";
        let (from, to) = message(text).unwrap();
        assert_eq!(&text[from..to], b"{\"a\":1}");
        assert_eq!(message(&text[..text.len() - 3]), None);
        let text = b"HMSG _INBOX.b1 1 12 14\r\nNATS/1.0\r\n\r\nhi\r\n";
        let (from, to) = message(text).unwrap();
        assert_eq!(&text[from..to], b"hi");
    }
}
