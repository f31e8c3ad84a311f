//! Malformed HTTP over a plain socket: fixed verdicts, one answer each, and nobody is held up.

mod support;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use callboard_http::{ServeLimits, listen, serve};
use callboard_store::{Db, Engine};
use callboard_testkit::Scratch;
use support::{Kit, TENANT_SCOPES, counts};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Sends bytes and reads until the server closes: the statuses of all answers, and the text.
async fn exchange(to: SocketAddr, bytes: &[u8], then_close: bool) -> (Vec<u16>, String) {
    let mut stream = TcpStream::connect(to).await.expect("connected");
    // The server may have answered and closed before everything was sent.
    let _cut = stream.write_all(bytes).await;
    if then_close {
        let _gone = stream.shutdown().await;
    }
    let mut answer = Vec::new();
    let reading = stream.read_to_end(&mut answer);
    let _reset = tokio::time::timeout(Duration::from_secs(15), reading).await.expect("the server closes");
    let text = String::from_utf8_lossy(&answer).into_owned();
    let statuses =
        text.match_indices("HTTP/1.").filter_map(|(at, _)| text.get(at + 9..at + 12)?.parse().ok()).collect();
    (statuses, text)
}

/// A request with our usual head around it.
fn get(path: &str, more: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{more}\r\n")
}

/// A POST by a caller who may, so that the body is read.
fn post(key: &str, framing: &str, body: &str) -> String {
    format!(
        "POST /v1/realtime/events HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer {key}\r\n\
         Content-Type: application/json\r\n{framing}\r\n{body}"
    )
}

/// Name, bytes, and the statuses that may come; none is a closed connection.
fn cases(key: &str) -> Vec<(&'static str, Vec<u8>, &'static [u16])> {
    let close = "Connection: close\r\n";
    let many: String = (0..120).map(|n| format!("X-{n}: 1\r\n")).collect();
    let mut all: Vec<(&'static str, String, &'static [u16])> = vec![
        ("a good request", get("/health", ""), &[200]),
        ("no Host", format!("GET /health HTTP/1.1\r\n{close}\r\n"), &[400]),
        ("two Hosts", get("/health", "Host: b\r\n"), &[400]),
        ("the same Host twice", get("/health", "Host: a\r\n"), &[400]),
        ("HTTP/1.0 without Host", "GET /health HTTP/1.0\r\n\r\n".into(), &[400]),
        ("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".into(), &[]),
        ("HTTP/9.9", "GET /health HTTP/9.9\r\nHost: a\r\n\r\n".into(), &[400]),
        ("no version", "GET /health\r\nHost: a\r\n\r\n".into(), &[400]),
        ("a lower-case method", get("/health", "").replace("GET", "get"), &[405]),
        ("a method with a bracket", get("/health", "").replace("GET", "G(T"), &[400]),
        ("a blank before the colon", get("/health", "X-A : 1\r\n"), &[400]),
        ("a folded header", get("/health", "X-A: 1\r\n 2\r\n"), &[400]),
        ("NUL in a header", get("/health", "X-A: 1\x002\r\n"), &[400]),
        ("a header without a colon", get("/health", "nonsense\r\n"), &[400]),
        ("a header without a name", get("/health", ": 1\r\n"), &[400]),
        ("bare LF", get("/health", "").replace("\r\n", "\n"), &[200]),
        ("an empty line before", format!("\r\n{}", get("/health", "")), &[200]),
        ("a blank in the path", get("/he alth", ""), &[400]),
        ("absolute form", get("http://evil.example/health", ""), &[200]),
        ("CONNECT", get("a:80", "").replace("GET", "CONNECT"), &[400, 404, 405]),
        ("OPTIONS *", get("*", "").replace("GET", "OPTIONS"), &[400, 404, 405]),
        ("20 KiB of one header", get("/health", &format!("X-A: {}\r\n", "a".repeat(20 * 1024))), &[431]),
        ("70 KiB of one header", get("/health", &format!("X-A: {}\r\n", "a".repeat(70 * 1024))), &[431]),
        ("120 headers", get("/health", &many), &[431]),
        ("a path of 20 KiB", get(&format!("/{}", "a".repeat(20 * 1024)), ""), &[431]),
        ("a path of 70 KiB", get(&format!("/{}", "a".repeat(70 * 1024)), ""), &[414, 431]),
        ("out of the root", get("/assets/../../../../etc/passwd", ""), &[404]),
        ("out of the root, escaped", get("/assets/..%2f..%2f..%2fetc%2fpasswd", ""), &[404]),
        ("two lengths", post(key, "Content-Length: 2\r\nContent-Length: 3\r\n", "{}"), &[400]),
        ("a negative length", post(key, "Content-Length: -2\r\n", "{}"), &[400]),
        ("a length with a sign", post(key, "Content-Length: +2\r\n", "{}"), &[400]),
        ("a length beyond 64 bits", post(key, "Content-Length: 99999999999999999999\r\n", "{}"), &[400]),
        ("a length of 8 GiB", post(key, "Content-Length: 8589934592\r\n", "{}"), &[413]),
        ("an unknown transfer coding", post(key, "Transfer-Encoding: gzip\r\n", "{}"), &[400]),
        ("chunked is not the last", post(key, "Transfer-Encoding: chunked, gzip\r\n", "{}"), &[400]),
        ("a chunk size of no digits", post(key, "Transfer-Encoding: chunked\r\n", "zz\r\n{}\r\n0\r\n\r\n"), &[400]),
        (
            "a chunk size beyond 64 bits",
            post(key, "Transfer-Encoding: chunked\r\n", "fffffffffffffffff\r\n{}\r\n0\r\n\r\n"),
            &[400],
        ),
        ("a chunk longer than its size", post(key, "Transfer-Encoding: chunked\r\n", "1\r\n{}\r\n0\r\n\r\n"), &[400]),
        (
            "both framings",
            post(key, "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "2\r\n{}\r\n0\r\n\r\n"),
            &[400],
        ),
        ("no body at all", post(key, "", ""), &[400]),
        ("h2c", get("/health", "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n"), &[200]),
        ("two credentials", get("/v1/me", "Authorization: Bearer a\r\nAuthorization: Bearer b\r\n"), &[401]),
        ("a body that ends early", post(key, "Content-Length: 50\r\n", "{"), &[400]),
    ];
    all.push(("a chunk that ends early", post(key, "Transfer-Encoding: chunked\r\n", "5\r\n{"), &[400]));
    let mut bytes: Vec<_> = all.into_iter().map(|(name, text, verdict)| (name, text.into_bytes(), verdict)).collect();
    bytes.push(("a TLS greeting", b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03\r\n\r\n".to_vec(), &[400]));
    bytes.push((
        "a path of raw bytes",
        b"GET /\xff\xfe HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".to_vec(),
        &[200, 400, 404],
    ));
    bytes
}

async fn running(db: Db) -> (Kit, SocketAddr, String) {
    let kit = Kit::start(db).await;
    let ours = kit.tenant("ours", &TENANT_SCOPES).await;
    let listener = listen(([127, 0, 0, 1], 0).into()).expect("a port");
    let to = listener.local_addr().expect("an address");
    let limits = ServeLimits { header_s: 1, ..ServeLimits::default() };
    tokio::spawn(serve(listener, kit.router.clone(), kit.shutdown.clone(), limits));
    (kit, to, ours.key)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_malformed_request_has_its_verdict() {
    let scratch = Scratch::new(Engine::Sqlite);
    let (kit, to, key) = running(scratch.open()).await;
    let before = counts(&kit.app.db).await;
    let mut wrong = Vec::new();
    let cases = cases(&key);
    assert!(cases.len() >= 40);
    for (name, bytes, verdict) in &cases {
        let (statuses, text) = exchange(to, bytes, name.contains("ends early")).await;
        let good = match statuses.as_slice() {
            [] => verdict.is_empty() || name.contains("ends early"),
            [one] => verdict.contains(one),
            _ => false,
        };
        if !good {
            wrong.push(format!("{name}: {statuses:?}, not {verdict:?}: {}", text.lines().next().unwrap_or_default()));
        }
        assert!(!text.contains("root:"), "{name} read a file");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(before, counts(&kit.app.db).await, "a malformed request changed something");
    let two = format!("GET /health HTTP/1.1\r\nHost: a\r\n\r\n{}", get("/health", ""));
    assert_eq!(exchange(to, two.as_bytes(), false).await.0, [200, 200], "pipelining keeps its order");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_requests_are_ended() {
    let scratch = Scratch::new(Engine::Sqlite);
    let (kit, to, key) = running(scratch.open()).await;
    let begun = Instant::now();
    let timed = async |bytes: &[u8]| {
        let answer = exchange(to, bytes, false).await;
        (answer, begun.elapsed())
    };
    let slow = post(&key, "Content-Length: 50\r\n", "{");
    let head = timed(b"GET /health HTTP/1.1\r\nHost: a\r\nX-Slow: ");
    let (head, silent, body) = tokio::join!(head, timed(b""), timed(slow.as_bytes()));
    for ((statuses, _), took) in [head, silent] {
        assert!(statuses.is_empty() || statuses == [408], "{statuses:?}");
        assert!(took < Duration::from_secs(5), "a slow head was held for {took:?}");
    }
    let ((statuses, text), took) = body;
    assert_eq!(statuses, [408], "{text}");
    assert!(text.contains("REQUEST_TIMEOUT") && took < Duration::from_secs(14), "{took:?} {text}");
    kit.http.get("/health").await.expect(200);
}
