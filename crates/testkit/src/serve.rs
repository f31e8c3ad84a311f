//! A loopback server for a router: a free port, an accept loop that can be cut off at once.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tower::ServiceExt;

/// A router being served on loopback. Dropping it closes every connection.
pub struct Server {
    addr: SocketAddr,
    router: Router,
    accepting: Mutex<Option<JoinHandle<()>>>,
    /// Bound and never listening: it keeps the port ours while nobody listens there.
    _keeper: TcpSocket,
}

/// A socket that others of its kind may share an address with, as long as one at most listens.
fn bound(addr: SocketAddr) -> std::io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(addr)?;
    Ok(socket)
}

fn listen(addr: SocketAddr) -> std::io::Result<TcpListener> {
    bound(addr)?.listen(1024)
}

impl Server {
    /// Serves the router on a free port of 127.0.0.1.
    ///
    /// # Panics
    /// When loopback has no free port.
    pub async fn start(router: Router) -> Arc<Self> {
        Self::start_at(router, "127.0.0.1:0").await
    }

    /// Serves the router at an address.
    ///
    /// # Panics
    /// When the address is taken.
    pub async fn start_at(router: Router, addr: &str) -> Arc<Self> {
        let wanted = addr.parse().unwrap_or_else(|e| panic!("{addr} is no address: {e}"));
        let keeper = bound(wanted).unwrap_or_else(|e| panic!("cannot listen at {addr}: {e}"));
        let addr = keeper.local_addr().expect("a bound socket has an address");
        let listener = listen(addr).unwrap_or_else(|e| panic!("cannot listen at {addr}: {e}"));
        let accepting = Mutex::new(Some(tokio::spawn(accept(listener, router.clone()))));
        Arc::new(Self { addr, router, accepting, _keeper: keeper })
    }

    /// Where it listens.
    pub const fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Closes the port and every open connection, as a killed process would; nobody is let in after the answer.
    pub async fn unplug(&self) {
        let accepting = self.accepting.lock().take();
        if let Some(task) = accepting {
            task.abort();
            let _cancelled = task.await;
        }
    }

    /// Listens again at the same port.
    ///
    /// # Panics
    /// When it was not unplugged.
    pub async fn replug(&self) {
        let listener = listen(self.addr).unwrap_or_else(|e| panic!("cannot listen at {}: {e}", self.addr));
        *self.accepting.lock() = Some(tokio::spawn(accept(listener, self.router.clone())));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(task) = self.accepting.lock().take() {
            task.abort();
        }
    }
}

async fn accept(listener: TcpListener, router: Router) {
    // The set is dropped with this task, and with it every connection.
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, peer)) = listener.accept().await else { return };
        connections.spawn(talk(stream, peer, router.clone()));
        while connections.try_join_next().is_some() {}
    }
}

async fn talk(stream: TcpStream, peer: SocketAddr, router: Router) {
    let service = hyper::service::service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request)
    });
    let connection = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    // A connection that the other end breaks is part of many tests.
    let _outcome = connection.with_upgrades().await;
}
