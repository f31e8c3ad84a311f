//! The limits over HTTP, as a server of their own on the stack that Callboard uses: an empty handler, an append-only
//! file with group fsync, a page from memory. And as much of LiveKit's API as making a room takes.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path as UrlPath, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use bytes::Bytes;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::oneshot;

use crate::fault::{Context as _, Result};

/// What one writer thread writes in one go at most; as many as Callboard queues.
const GROUP: usize = 8_192;

type Waiting = (Bytes, oneshot::Sender<u64>);

struct Shared {
    file: mpsc::Sender<Waiting>,
    page: parking_lot::RwLock<Bytes>,
    rooms: AtomicU64,
}

/// Serves on a free port of loopback until it is killed; the first line of standard output is the address.
pub async fn serve(file: &Path) -> Result<()> {
    let (send, receive) = mpsc::channel();
    let file = OpenOptions::new().create(true).append(true).open(file).because("the file of L2")?;
    std::thread::Builder::new().name("append".to_owned()).spawn(move || append_groups(file, &receive))?;
    let shared = Arc::new(Shared { file: send, page: parking_lot::RwLock::default(), rooms: AtomicU64::new(1) });
    let router = Router::new()
        .route("/empty", post(empty))
        .route("/append", post(append))
        .route("/page", get(page).put(set_page))
        .route("/twirp/{service}/{method}", post(livekit))
        .with_state(shared);
    let listener = listen()?;
    println!("{}", listener.local_addr()?);
    accept(listener, router).await
}

fn listen() -> Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(([127, 0, 0, 1], 0).into())?;
    Ok(socket.listen(4096)?)
}

/// The accept loop in small: hyper's HTTP/1 with a time limit for heads, no delay for small answers.
async fn accept(listener: TcpListener, router: Router) -> Result<()> {
    loop {
        let (stream, _peer) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let service = TowerToHyperService::new(router.clone());
        tokio::spawn(async move {
            let served = hyper::server::conn::http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(std::time::Duration::from_secs(30))
                .serve_connection(TokioIo::new(stream), service)
                .await;
            // A client that went away is no news.
            drop(served);
        });
    }
}

/// Drains what waits, writes it at once, syncs, then answers all.
fn append_groups(mut file: File, waiting: &mpsc::Receiver<Waiting>) {
    let (mut lines, mut group, mut buffer) = (0, Vec::with_capacity(GROUP), Vec::new());
    while let Ok(first) = waiting.recv() {
        group.push(first);
        while group.len() < GROUP
            && let Ok(next) = waiting.try_recv()
        {
            group.push(next);
        }
        buffer.clear();
        for (body, _answer) in &group {
            buffer.extend_from_slice(body);
            buffer.push(b'\n');
        }
        if file.write_all(&buffer).and_then(|()| file.sync_data()).is_err() {
            // Dropped senders become 500s: nothing unsynced is acknowledged.
            group.clear();
            continue;
        }
        for (_body, answer) in group.drain(..) {
            lines += 1;
            // Who gave up does not need it.
            let _gone = answer.send(lines);
        }
    }
}

fn json(status: StatusCode, text: impl Into<Body>) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], text.into()).into_response()
}

async fn empty(_body: Bytes) -> Response {
    json(StatusCode::CREATED, "{}")
}

async fn append(State(shared): State<Arc<Shared>>, body: Bytes) -> Response {
    let (answer, answered) = oneshot::channel();
    if shared.file.send((body, answer)).is_err() {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    match answered.await {
        Ok(line) => json(StatusCode::CREATED, format!("{{\"sequence\":{line}}}")),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn page(State(shared): State<Arc<Shared>>) -> Response {
    let page = shared.page.read().clone();
    json(StatusCode::OK, page)
}

async fn set_page(State(shared): State<Arc<Shared>>, body: Bytes) -> StatusCode {
    *shared.page.write() = body;
    StatusCode::NO_CONTENT
}

/// A room for whoever asks; everything else is an outage, from which nobody may conclude that a room is empty.
async fn livekit(
    State(shared): State<Arc<Shared>>,
    UrlPath((_service, method)): UrlPath<(String, String)>,
    body: Bytes,
) -> Response {
    if method != "CreateRoom" {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let asked: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
    let sid = format!("RM_bench{}", shared.rooms.fetch_add(1, Ordering::Relaxed));
    let room = serde_json::json!({ "sid": sid, "name": asked["name"], "creation_time": "1700000000" });
    json(StatusCode::OK, room.to_string())
}
