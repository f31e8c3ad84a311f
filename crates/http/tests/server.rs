//! The accept loop over real sockets: slow clients, odd framing, too many connections, the drain.

mod common;

use std::time::Duration;

use axum::Router;
use axum::routing::get;
use callboard_http::{ServeLimits, Shutdown, listen, serve};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// How long a test waits for something that must happen.
const PATIENCE: Duration = Duration::from_secs(10);

struct Running {
    address: std::net::SocketAddr,
    shutdown: Shutdown,
    task: JoinHandle<()>,
}

fn start(router: Router, limits: ServeLimits) -> Running {
    let listener = listen(([127, 0, 0, 1], 0).into()).expect("a free port");
    let address = listener.local_addr().expect("an address");
    let shutdown = Shutdown::default();
    let task = tokio::spawn(serve(listener, router, shutdown.clone(), limits));
    Running { address, shutdown, task }
}

impl Running {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.expect("a connection")
    }
    async fn stop(self) {
        self.shutdown.begin();
        timeout(PATIENCE, self.task).await.expect("the drain ends").expect("the loop ends well");
    }
}

/// Everything until the other side closes.
async fn rest(stream: &mut TcpStream) -> String {
    let mut out = Vec::new();
    // A reset is an end, too.
    let _ended = timeout(PATIENCE, stream.read_to_end(&mut out)).await.expect("the connection ends");
    String::from_utf8_lossy(&out).into_owned()
}

async fn ask(stream: &mut TcpStream, request: &str) -> String {
    stream.write_all(request.as_bytes()).await.expect("sent");
    rest(stream).await
}

#[tokio::test]
async fn half_sent_heads_are_cut() {
    let running = start(common::application(None).0, ServeLimits { header_s: 1, ..ServeLimits::default() });
    let mut silent = running.connect().await;
    let mut half = running.connect().await;
    half.write_all(b"GET /v1/things HTTP/1.1\r\nHost: x\r\n").await.expect("sent");
    assert_eq!(rest(&mut silent).await, "");
    assert_eq!(rest(&mut half).await, "");
    running.stop().await;
}

#[tokio::test]
async fn requests_with_no_host_or_two_are_refused_as_documents() {
    let running = start(common::application(None).0, ServeLimits::default());
    for hosts in ["", "Host: a\r\nHost: b\r\n"] {
        let request = format!("GET /v1/things HTTP/1.1\r\n{hosts}Connection: close\r\n\r\n");
        let answer = ask(&mut running.connect().await, &request).await;
        assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
        assert!(answer.contains("application/problem+json") && answer.contains("BAD_REQUEST"), "{answer}");
    }
    running.stop().await;
}

#[tokio::test]
async fn connections_are_limited_for_each_client_and_given_back() {
    let router = Router::new().route("/", get(|| async { "here" }));
    let running = start(router, ServeLimits { connections_per_client: 2, ..ServeLimits::default() });
    let (mut first, second) = (running.connect().await, running.connect().await);
    // The first two are in the loop's hands once they have answered.
    first.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.expect("sent");
    let mut byte = [0; 1];
    timeout(PATIENCE, first.read_exact(&mut byte)).await.expect("in time").expect("an answer");
    let mut third = running.connect().await;
    assert_eq!(rest(&mut third).await, "");
    drop(second);
    let answered = async {
        loop {
            let mut again = running.connect().await;
            if again.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.is_ok() {
                let answer = rest(&mut again).await;
                if answer.ends_with("here") {
                    return;
                }
            }
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, answered).await.expect("a place is given back");
    running.stop().await;
}

#[tokio::test]
async fn a_shutdown_lets_requests_finish_and_ends_idle_connections() {
    let (arrived, mut arrivals) = mpsc::channel::<()>(1);
    let shutdown_seen = Shutdown::default();
    let told = shutdown_seen.clone();
    let handler = move || {
        let (arrived, told) = (arrived.clone(), told.clone());
        async move {
            arrived.send(()).await.expect("the test listens");
            told.begun().await;
            "finished"
        }
    };
    let running = start(Router::new().route("/", get(handler)), ServeLimits::default());
    let mut idle = running.connect().await;
    let mut busy = running.connect().await;
    busy.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.expect("sent");
    timeout(PATIENCE, arrivals.recv()).await.expect("in time").expect("the request arrived");
    running.shutdown.begin();
    assert!(running.shutdown.has_begun());
    assert_eq!(rest(&mut idle).await, "");
    shutdown_seen.begin();
    assert!(rest(&mut busy).await.ends_with("finished"));
    running.stop().await;
}

#[tokio::test]
async fn the_drain_gives_up_in_time() {
    let (arrived, mut arrivals) = mpsc::channel::<()>(1);
    let handler = move || {
        let arrived = arrived.clone();
        async move {
            arrived.send(()).await.expect("the test listens");
            std::future::pending::<&'static str>().await
        }
    };
    let running = start(Router::new().route("/", get(handler)), ServeLimits { drain_s: 1, ..ServeLimits::default() });
    let mut stuck = running.connect().await;
    stuck.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.expect("sent");
    timeout(PATIENCE, arrivals.recv()).await.expect("in time").expect("the request arrived");
    timeout(Duration::from_secs(5), running.stop()).await.expect("the drain is bounded");
}

#[tokio::test]
async fn heads_beyond_the_limit_are_431() {
    let running = start(common::application(None).0, ServeLimits::default());
    for (bytes, document) in [(20 * 1024, true), (512 * 1024, false)] {
        let request = format!(
            "GET /v1/things HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Filler: {}\r\n\r\n",
            "x".repeat(bytes)
        );
        let mut stream = running.connect().await;
        // hyper may answer and close before it has read all.
        let _sent = stream.write_all(request.as_bytes()).await;
        let answer = rest(&mut stream).await;
        assert!(answer.starts_with("HTTP/1.1 431") || (!document && answer.is_empty()), "{bytes}: {answer}");
        assert_eq!(answer.contains("HEADERS_TOO_LARGE"), document, "{bytes}: {answer}");
    }
    running.stop().await;
}
