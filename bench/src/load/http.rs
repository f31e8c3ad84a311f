//! HTTP/1.1 with keep-alive on bare sockets, so that the client costs little: one write and, mostly, one read a request.

use std::rc::Rc;

use memchr::memmem;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::Link;
use crate::fault::{Context as _, Fault, Result};

/// What is asked, and what a good answer is. Shared by all connections of a run.
pub trait Requests {
    /// Writes request number `n`, head and body.
    fn write(&self, n: u64, out: &mut Vec<u8>);
    /// Judges the answer and says how many events it acknowledges.
    fn read(&self, n: u64, answer: &Answer<'_>) -> Result<u32>;
}

/// An answer as it came.
#[derive(Debug)]
pub struct Answer<'a> {
    /// HTTP status.
    pub status: u16,
    /// The body.
    pub body: &'a [u8],
}

impl Answer<'_> {
    /// A fault that shows the answer.
    pub fn unexpected(&self) -> Fault {
        let body = String::from_utf8_lossy(&self.body[..self.body.len().min(400)]);
        Fault::new(format!("an unexpected answer: {} {body}", self.status))
    }
}

/// Connects to `host:port`, as every link does.
pub async fn connect(address: &str) -> Result<TcpStream> {
    let stream = TcpStream::connect(address).await.because(format!("no connection to {address}"))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// A connection with one request under way.
pub struct Http<R> {
    stream: TcpStream,
    requests: Rc<R>,
    out: Vec<u8>,
    input: Vec<u8>,
}

impl<R: Requests> Http<R> {
    /// Connects.
    pub async fn open(address: &str, requests: Rc<R>) -> Result<Self> {
        let stream = connect(address).await?;
        Ok(Self { stream, requests, out: Vec::with_capacity(4096), input: Vec::with_capacity(16 * 1024) })
    }

    /// Connects `count` of them.
    pub async fn many(address: &str, count: usize, requests: &Rc<R>) -> Result<Vec<Self>> {
        let mut links = Vec::with_capacity(count);
        for _ in 0..count {
            links.push(Self::open(address, Rc::clone(requests)).await?);
        }
        Ok(links)
    }
}

impl<R: Requests> Link for Http<R> {
    async fn ask(&mut self, n: u64) -> Result<u32> {
        self.out.clear();
        self.requests.write(n, &mut self.out);
        self.stream.write_all(&self.out).await?;
        let (head, length) = read_answer(&mut self.stream, &mut self.input).await?;
        let status = status(&self.input).because("no HTTP answer")?;
        let answer = Answer { status, body: &self.input[head..head + length] };
        self.requests.read(n, &answer)
    }
}

/// One request on a connection of its own; status and body.
pub async fn once(address: &str, request: &[u8]) -> Result<(u16, String)> {
    let (mut stream, mut input) = (connect(address).await?, Vec::new());
    stream.write_all(request).await?;
    let (head, length) = read_answer(&mut stream, &mut input).await?;
    let status = status(&input).because("no HTTP answer")?;
    Ok((status, String::from_utf8_lossy(&input[head..head + length]).into_owned()))
}

/// Reads one answer into `input`; the lengths of its head and of its body.
async fn read_answer(stream: &mut TcpStream, input: &mut Vec<u8>) -> Result<(usize, usize)> {
    input.clear();
    let mut known = None;
    loop {
        let (head, length) = match known {
            Some(known) => known,
            None => match memmem::find(input, b"\r\n\r\n") {
                Some(at) => {
                    let lengths = (at + 4, content_length(&input[..at + 2])?);
                    input.reserve((lengths.0 + lengths.1).saturating_sub(input.len()));
                    *known.insert(lengths)
                }
                None => (usize::MAX / 2, 0),
            },
        };
        if input.len() >= head + length {
            return Ok((head, length));
        }
        if stream.read_buf(input).await? == 0 {
            return Err(Fault::new("the server closed a connection in the middle of a request"));
        }
    }
}

/// `HTTP/1.1 200 …`
fn status(head: &[u8]) -> Option<u16> {
    std::str::from_utf8(head.get(9..12)?).ok()?.parse().ok()
}

/// The body's length; an answer without one has none (304, 204).
fn content_length(head: &[u8]) -> Result<usize> {
    if let Some(value) = header(head, b"\r\ncontent-length: ") {
        return value.trim().parse().because("a content-length that is no number");
    }
    if header(head, b"\r\ntransfer-encoding: ").is_some() {
        return Err(Fault::new("a chunked answer where one with a length was expected"));
    }
    Ok(0)
}

/// A header's value. Every server here writes names in small letters or as below.
pub fn header<'a>(head: &'a [u8], name: &[u8]) -> Option<&'a str> {
    let at = memmem::find(head, name)? + name.len();
    let end = memchr::memchr(b'\r', &head[at..])?;
    std::str::from_utf8(&head[at..at + end]).ok()
}

/// Writes a request with a body behind a head that was made once.
pub fn put(out: &mut Vec<u8>, head: &[u8], body: &[u8]) {
    out.extend_from_slice(head);
    out.extend_from_slice(b"content-length: ");
    out.extend_from_slice(body.len().to_string().as_bytes());
    out.extend_from_slice(b"\r\n\r\n");
    out.extend_from_slice(body);
}

/// The head of a request without its end; `key` is the API key.
pub fn head(method: &str, path: &str, key: &str) -> String {
    let authorization = if key.is_empty() { String::new() } else { format!("authorization: Bearer {key}\r\n") };
    let kind = if method == "POST" { "content-type: application/json\r\n" } else { "" };
    format!("{method} {path} HTTP/1.1\r\nhost: bench\r\n{authorization}{kind}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &[u8] = b"HTTP/1.1 201 Created\r\ncontent-type: application/json\r\ncontent-length: 12\r\n\r\n";

    #[test]
    fn answers_are_read_by_their_length() {
        assert_eq!(status(HEAD), Some(201));
        assert_eq!(content_length(HEAD).unwrap(), 12);
        assert_eq!(content_length(b"HTTP/1.1 304 Not Modified\r\netag: \"2\"\r\n").unwrap(), 0);
        assert!(content_length(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n").is_err());
        assert_eq!(status(b"SSH-2.0"), None);
    }

    #[test]
    fn a_request_says_how_long_it_is() {
        let mut out = Vec::new();
        put(&mut out, head("POST", "/x", "k").as_bytes(), b"{}");
        let text = String::from_utf8(out).unwrap();
        assert!(text.ends_with("content-length: 2\r\n\r\n{}") && text.contains("Bearer k\r\n"), "{text}");
    }
}
