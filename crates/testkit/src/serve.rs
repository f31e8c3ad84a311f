//! A loopback server for a router: a free port, an accept loop that can be cut off at once.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tower::ServiceExt;

/// A router being served on loopback. Dropping it closes every connection.
pub struct Server {
    addr: SocketAddr,
    router: Router,
    accepting: Mutex<Option<JoinHandle<()>>>,
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
        let listener = TcpListener::bind(addr).await.unwrap_or_else(|e| panic!("cannot listen at {addr}: {e}"));
        let addr = listener.local_addr().expect("a bound listener has an address");
        let accepting = Mutex::new(Some(tokio::spawn(accept(listener, router.clone()))));
        Arc::new(Self { addr, router, accepting })
    }

    /// Where it listens.
    pub const fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Closes the port and every open connection, as a killed process would.
    pub fn unplug(&self) {
        if let Some(task) = self.accepting.lock().take() {
            task.abort();
        }
    }

    /// Listens again at the same port.
    ///
    /// # Panics
    /// When somebody else took the port meanwhile.
    pub async fn replug(&self) {
        // An aborted accept loop lets go of its socket when the runtime gets to it.
        for _ in 0..1_000 {
            match TcpListener::bind(self.addr).await {
                Ok(listener) => {
                    *self.accepting.lock() = Some(tokio::spawn(accept(listener, self.router.clone())));
                    return;
                }
                Err(_) => tokio::task::yield_now().await,
            }
        }
        panic!("{} was not let go", self.addr);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.unplug();
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
