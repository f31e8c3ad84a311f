//! The accept loop: HTTP/1.1 on hyper with time limits that `axum::serve` does not have.
//!
//! - The head of a request must arrive within 5 s of the connection's last answer, so an idle connection also ends
//!   after 5 s; bodies have their own limit in the body extractors.
//! - A client that does not read its answer for 30 s is cut.
//! - Connections are counted until their socket closes, upgraded ones included, overall and per client address.
//! - A head that does not fit hyper's buffer (64 KiB and what one read adds) is answered with a bare 431; from 16 KiB on the front door refuses
//!   with a problem document.

mod shutdown;
mod socket;

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use callboard_kernel::teeth::{Tooth, planted};
use callboard_kernel::{Error, Result};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use parking_lot::Mutex;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tower::Service as _;

use crate::front::Peer;
use socket::Counted;

pub use shutdown::Shutdown;

/// Limits of the accept loop.
#[derive(Clone, Copy, Debug)]
pub struct ServeLimits {
    /// Seconds for the head of a request.
    pub header_s: u64,
    /// Seconds that a client may take before it reads on.
    pub stalled_s: u64,
    /// Connections at the same time.
    pub connections: usize,
    /// Connections at the same time from one client address (a proxy counts as one).
    pub connections_per_client: usize,
    /// Seconds for requests to finish after the shutdown began.
    pub drain_s: u64,
}

impl Default for ServeLimits {
    fn default() -> Self {
        Self { header_s: 5, stalled_s: 30, connections: 20_000, connections_per_client: 12_000, drain_s: 10 }
    }
}

/// Pending connections that the kernel keeps; 128, the usual default, made 8,000 clients wait 55 s.
const BACKLOG: u32 = 4096;
/// Pause after the process ran out of file descriptors.
const EXHAUSTED_PAUSE: Duration = Duration::from_millis(50);

/// Listens on an address; port 0 picks a free one. An address that is taken, foreign or privileged is refused as a wrong
/// setting `listen`.
pub fn listen(address: SocketAddr) -> Result<TcpListener> {
    let open = || -> io::Result<TcpListener> {
        let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(BACKLOG)
    };
    open().map_err(|e| {
        Error::invalid("listen", format!("cannot listen on {address}: {e}; --listen names another address"))
    })
}

/// Open connections, by client address.
#[derive(Default)]
struct Open {
    by_client: Mutex<HashMap<IpAddr, usize>>,
    total: watch::Sender<usize>,
}

/// One counted connection; gives its place back when dropped.
struct Place {
    open: Arc<Open>,
    client: IpAddr,
}

impl Open {
    fn take(self: &Arc<Self>, client: IpAddr, limits: &ServeLimits) -> Option<Place> {
        if *self.total.borrow() >= limits.connections {
            return None;
        }
        let mut by_client = self.by_client.lock();
        let count = by_client.entry(client).or_insert(0);
        if *count >= limits.connections_per_client {
            return None;
        }
        *count += 1;
        self.total.send_modify(|n| *n += 1);
        Some(Place { open: Arc::clone(self), client })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut by_client = self.open.by_client.lock();
        if let Some(count) = by_client.get_mut(&self.client) {
            *count -= 1;
            if *count == 0 {
                by_client.remove(&self.client);
            }
        }
        self.open.total.send_modify(|n| *n -= 1);
    }
}

/// Serves until the shutdown begins, then stops accepting, lets requests finish, and returns within `drain_s`. Live
/// streams and sockets end themselves when they see the [`Shutdown`]; what is left after the drain is cut.
pub async fn serve(listener: TcpListener, router: Router, shutdown: Shutdown, limits: ServeLimits) {
    let open = Arc::new(Open::default());
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = shutdown.begun() => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let client = peer.ip().to_canonical();
                // Refusing by closing is the cheapest answer to a flood.
                let Some(place) = open.take(client, &limits) else { continue };
                tokio::spawn(connection(stream, client, place, router.clone(), shutdown.clone(), limits));
            }
            Err(error) if is_of_the_connection(&error) => {}
            Err(error) => {
                tracing::error!("Accepting a connection failed: {error}");
                tokio::time::sleep(EXHAUSTED_PAUSE).await;
            }
        }
    }
    drop(listener);
    if planted(Tooth::StopCutsRequests) {
        return;
    }
    let mut left = open.total.subscribe();
    let drained = tokio::time::timeout(Duration::from_secs(limits.drain_s), left.wait_for(|n| *n == 0)).await.is_ok();
    if !drained {
        tracing::warn!("{} connections were cut after the drain of {} s", *open.total.borrow(), limits.drain_s);
    }
}

/// Errors that say something about one client only.
fn is_of_the_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::Interrupted
    )
}

async fn connection(
    stream: TcpStream,
    client: IpAddr,
    place: Place,
    router: Router,
    shutdown: Shutdown,
    limits: ServeLimits,
) {
    // Without it, small answers wait for the client's delayed acknowledgement.
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let io = TokioIo::new(Counted::new(stream, place, Duration::from_secs(limits.stalled_s)));
    let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(Peer(client));
        router.clone().call(request.map(Body::new))
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(if planted(Tooth::NoHeaderTimeout) { 3_600 } else { limits.header_s }))
        .max_buf_size(64 * 1024)
        .serve_connection(io, service)
        .with_upgrades();
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = shutdown.begun() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!("A connection ended early: {error}");
    }
}
