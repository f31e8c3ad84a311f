//! A TCP proxy that can be cut, and that can be asked what has passed.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

#[derive(Default)]
struct State {
    open: Vec<TcpStream>,
    cut: bool,
    passed: Vec<u8>,
}

/// Forwards connections to one address.
pub struct Proxy {
    address: std::net::SocketAddr,
    state: Arc<(Mutex<State>, Condvar)>,
}

impl Proxy {
    pub fn to(target: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("its address");
        let state = Arc::new((Mutex::new(State::default()), Condvar::new()));
        let (shared, target) = (state.clone(), target.to_owned());
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                accept(client, &target, &shared);
            }
        });
        Self { address, state }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Waits until the server has sent a text through here.
    pub fn wait_for(&self, text: &str) {
        let guard = self.state.0.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = |s: &mut State| !String::from_utf8_lossy(&s.passed).contains(text);
        drop(self.state.1.wait_while(guard, seen));
    }

    /// Resets what is open, and every connection until it is healed.
    pub fn cut(&mut self) {
        self.change(true);
    }

    pub fn heal(&mut self) {
        self.change(false);
    }

    fn change(&self, cut: bool) {
        let mut state = self.state.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.cut = cut;
        for stream in state.open.drain(..) {
            // Already gone: fine.
            let _gone = stream.shutdown(Shutdown::Both);
        }
    }
}

fn accept(client: TcpStream, target: &str, shared: &Arc<(Mutex<State>, Condvar)>) {
    let mut state = shared.0.lock().unwrap_or_else(PoisonError::into_inner);
    let Ok(server) = TcpStream::connect(target) else { return };
    if state.cut {
        return;
    }
    let copy = |stream: &TcpStream| stream.try_clone().expect("a second handle");
    state.open.extend([copy(&client), copy(&server)]);
    let (from, to) = (copy(&client), copy(&server));
    std::thread::spawn(move || pump(from, to, None));
    let noted = shared.clone();
    std::thread::spawn(move || pump(server, client, Some(&noted)));
}

fn pump(mut from: TcpStream, mut to: TcpStream, noted: Option<&Arc<(Mutex<State>, Condvar)>>) {
    let mut piece = [0; 4096];
    while let Ok(n @ 1..) = from.read(&mut piece) {
        if to.write_all(&piece[..n]).is_err() {
            break;
        }
        if let Some(noted) = noted {
            noted.0.lock().unwrap_or_else(PoisonError::into_inner).passed.extend_from_slice(&piece[..n]);
            noted.1.notify_all();
        }
    }
    let _gone = to.shutdown(Shutdown::Both);
}
