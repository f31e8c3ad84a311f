//! L4: Redis Streams with `appendfsync always` and the rules of the log in Lua: an id counts once, sequences per session
//! have no gaps. No authentication, no validation, no projections.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::events::{Events, Sample, Samples};
use crate::fault::{Context as _, Fault, Result};
use crate::load::{Link, http};
use crate::process::{Running, free_port};

/// The same rules as the log's: what is there under this id is answered again; else the next sequence, the entry and the
/// note of the id, in one step.
const RULES: &str = "local seen = redis.call('HGET', KEYS[2], ARGV[1]) \
    if seen then return tonumber(seen) end \
    local sequence = redis.call('HINCRBY', KEYS[2], 'head', 1) \
    redis.call('XADD', KEYS[1], '0-' .. sequence, 'e', ARGV[2]) \
    redis.call('HSET', KEYS[2], ARGV[1], sequence) \
    return sequence";

/// A running server.
#[derive(Debug)]
pub struct Redis {
    running: Running,
    folder: PathBuf,
    work: PathBuf,
    port: u16,
}

impl Redis {
    /// Starts one on an empty folder.
    pub async fn start(work: &Path) -> Result<Self> {
        let folder = work.join("redis");
        std::fs::create_dir_all(&folder)?;
        let port = free_port()?;
        let running = launch(work, &folder, port).await?;
        Ok(Self { running, folder, work: work.to_owned(), port })
    }

    /// The process.
    pub fn pid(&self) -> u32 {
        self.running.pid()
    }

    /// Connections that append single events by the rules.
    pub async fn links(&self, count: usize, events: &Rc<Feed>) -> Result<Vec<Append>> {
        let mut first = Wire::open(self.port).await?;
        let digest = first.ask(&[b"SCRIPT", b"LOAD", RULES.as_bytes()]).await?;
        let mut links = Vec::new();
        for _ in 0..count {
            let wire = Wire::open(self.port).await?;
            links.push(Append { wire, digest: digest.clone(), feed: Rc::clone(events), body: String::new() });
        }
        Ok(links)
    }

    /// Kills it, starts it on what it left, and looks up what it acknowledged.
    pub async fn reopened(mut self, samples: &[Sample]) -> Result<u64> {
        self.running.kill();
        self.port = free_port()?;
        self.running = launch(&self.work, &self.folder, self.port).await?;
        let mut wire = Wire::open(self.port).await?;
        // While it loads, it says so.
        let mut patience = 600;
        while patience > 0 && wire.ask(&[b"PING"]).await.is_err() {
            patience -= 1;
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        for sample in samples {
            let (key, place) = (format!("s:{}", sample.session), format!("0-{}", sample.sequence));
            let found = wire.ask(&[b"XRANGE", key.as_bytes(), place.as_bytes(), place.as_bytes()]).await?;
            if memchr::memmem::find(&found, sample.event_id.as_bytes()).is_none() {
                return Err(Fault::new(format!("Redis acknowledged {sample:?} and does not have it")));
            }
        }
        Ok(samples.len() as u64)
    }
}

async fn launch(work: &Path, folder: &Path, port: u16) -> Result<Running> {
    let mut command = Command::new("redis-server");
    let port_text = port.to_string();
    let flags = ["--port", &port_text, "--bind", "127.0.0.1", "--save", "", "--appendonly", "yes"];
    command.args(flags).args(["--appendfsync", "always", "--daemonize", "no", "--dir"]).arg(folder);
    let mut running = Running::start(work, "redis", &mut command)?;
    running.await_port(port).await?;
    Ok(running)
}

/// What is appended.
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

/// A connection that appends.
pub struct Append {
    wire: Wire,
    digest: Vec<u8>,
    feed: Rc<Feed>,
    body: String,
}

impl Link for Append {
    async fn ask(&mut self, n: u64) -> Result<u32> {
        let (session, id) = (self.feed.events.place(n).0, self.feed.events.id(n));
        self.body.clear();
        self.feed.events.write(n, &mut self.body);
        let (stream, seen) = (format!("s:{session}"), format!("d:{session}"));
        let parts: [&[u8]; 7] =
            [b"EVALSHA", &self.digest, b"2", stream.as_bytes(), seen.as_bytes(), id.as_bytes(), self.body.as_bytes()];
        let answer = self.wire.ask(&parts).await?;
        let sequence =
            std::str::from_utf8(&answer).ok().and_then(|t| t.parse().ok()).because("no sequence from Redis")?;
        if Samples::wants(n) {
            self.feed.samples.keep(Sample { session: session.to_owned(), event_id: id, sequence });
        }
        Ok(1)
    }
}

/// A connection that speaks RESP.
struct Wire {
    stream: TcpStream,
    out: Vec<u8>,
    input: Vec<u8>,
}

impl Wire {
    async fn open(port: u16) -> Result<Self> {
        let stream = http::connect(&format!("127.0.0.1:{port}")).await?;
        Ok(Self { stream, out: Vec::new(), input: Vec::new() })
    }

    /// One command; the text of a simple answer, or the raw answer of a nested one. An error is a fault.
    async fn ask(&mut self, parts: &[&[u8]]) -> Result<Vec<u8>> {
        self.out.clear();
        self.out.extend_from_slice(format!("*{}\r\n", parts.len()).as_bytes());
        for part in parts {
            self.out.extend_from_slice(format!("${}\r\n", part.len()).as_bytes());
            self.out.extend_from_slice(part);
            self.out.extend_from_slice(b"\r\n");
        }
        self.stream.write_all(&self.out).await?;
        self.input.clear();
        loop {
            if self.stream.read_buf(&mut self.input).await? == 0 {
                return Err(Fault::new("Redis closed a connection"));
            }
            if let Some(end) = complete(&self.input, 0) {
                return content(&self.input[..end]);
            }
        }
    }
}

/// Where the answer that begins at `at` ends, when all of it is there.
fn complete(input: &[u8], at: usize) -> Option<usize> {
    let line_end = at + memchr::memchr(b'\n', input.get(at..)?)? + 1;
    let line = input.get(at..line_end.checked_sub(2)?)?;
    let number = || std::str::from_utf8(line.get(1..)?).ok()?.parse::<i64>().ok();
    match line.first()? {
        b'$' => match usize::try_from(number()?) {
            Ok(length) => (input.len() >= line_end + length + 2).then_some(line_end + length + 2),
            Err(_) => Some(line_end),
        },
        b'*' => (0..number()?.max(0)).try_fold(line_end, |at, _| complete(input, at)),
        _ => Some(line_end),
    }
}

fn content(answer: &[u8]) -> Result<Vec<u8>> {
    let line_end = memchr::memchr(b'\r', answer).unwrap_or(answer.len());
    match answer.first() {
        Some(b'-') => Err(Fault::new(format!("Redis: {}", String::from_utf8_lossy(&answer[1..line_end])))),
        Some(b'+' | b':') => Ok(answer[1..line_end].to_vec()),
        Some(b'$') if answer.len() > line_end + 4 => Ok(answer[line_end + 2..answer.len() - 2].to_vec()),
        _ => Ok(answer.to_vec()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_end_where_they_end() {
        for whole in ["+OK\r\n", ":17\r\n", "$3\r\nabc\r\n", "$-1\r\n", "*2\r\n$1\r\na\r\n*1\r\n:1\r\n", "*0\r\n"] {
            assert_eq!(complete(whole.as_bytes(), 0), Some(whole.len()), "{whole:?}");
            assert_eq!(complete(&whole.as_bytes()[..whole.len() - 1], 0), None, "{whole:?}");
        }
        assert_eq!(content(b":17\r\n").unwrap(), b"17");
        assert_eq!(content(b"$3\r\nabc\r\n").unwrap(), b"abc");
        assert!(content(b"-ERR no\r\n").unwrap_err().to_string().contains("ERR no"));
    }
}
