//! Readers of live delivery: many connections on a thread of their own, so that reading does not hold up writing.
//!
//! Every event carries its number, so a reader knows when it was due and when it was acknowledged. Of a firehose only
//! some readers look into events; the others count them: what is read a thousand times must cost little.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use memchr::memmem;
use parking_lot::Mutex;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

use crate::fault::{Context as _, Fault, Result};
use crate::histogram::Histogram;
use crate::load::http;

/// Connections that are opened at the same time; more than the backlog would wait for seconds.
const OPENING: usize = 128;
/// The first bytes of an event's data in a stream of server-sent events.
const DATA: &[u8] = b"\ndata: {";
/// What carries the number.
const NUMBER: &[u8] = b"\"billableSeconds\":";

/// What readers and the writer share.
#[derive(Debug)]
pub struct Board {
    /// Everything is counted from here, nanoseconds.
    zero: Instant,
    /// When event 0 is due, and nanoseconds between two; 0 until it begins.
    begin: AtomicU64,
    interval: AtomicU64,
    /// Events due earlier are not counted.
    measure: AtomicU64,
    acked: Vec<AtomicU64>,
    connected: AtomicUsize,
    delivered: AtomicU64,
    from_due: Mutex<Histogram>,
    from_ack: Mutex<Histogram>,
    over: AtomicBool,
    fault: Mutex<Option<String>>,
}

impl Board {
    fn now(&self) -> u64 {
        u64::try_from(self.zero.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    /// Says when event 0 is due, how far apart events are, and how long the warm-up is.
    pub fn begin(&self, at: Instant, rate: f64, warm_up: Duration) {
        let begin = u64::try_from(at.duration_since(self.zero).as_nanos()).unwrap_or(u64::MAX);
        self.interval.store((1e9 / rate) as u64, Ordering::Relaxed);
        self.measure.store(begin + u64::try_from(warm_up.as_nanos()).unwrap_or(0), Ordering::Relaxed);
        self.begin.store(begin, Ordering::Release);
    }

    /// Event `n` was acknowledged now: it was committed, and the readers may have it.
    pub fn acked(&self, n: u64) {
        if let Some(slot) = self.acked.get(n as usize) {
            slot.store(self.now(), Ordering::Release);
        }
    }

    fn note(&self, n: u64) {
        let begin = self.begin.load(Ordering::Acquire);
        let due = begin + n * self.interval.load(Ordering::Relaxed);
        if begin == 0 || due < self.measure.load(Ordering::Relaxed) {
            return;
        }
        let now = self.now();
        self.from_due.lock().record_from_due(due, now);
        // Not acknowledged yet: it was here before the answer was.
        let acked = self.acked.get(n as usize).map_or(0, |a| a.load(Ordering::Acquire));
        self.from_ack.lock().record_from_due(if acked == 0 { now } else { acked }, now);
    }

    /// Events delivered so far, over all readers.
    pub fn delivered(&self) -> u64 {
        self.delivered.load(Ordering::Relaxed)
    }

    /// Waits until `wanted` events were delivered; a fault when that many do not come within `patience`, or more do.
    pub async fn await_delivered(&self, wanted: u64, patience: Duration) -> Result<()> {
        let end = Instant::now() + patience;
        while self.delivered() < wanted && Instant::now() < end {
            self.well()?;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        match self.delivered() {
            had if had == wanted => Ok(()),
            had => Err(Fault::new(format!("{had} events were delivered, {wanted} should have been"))),
        }
    }

    /// Latencies from when events were due, and from when they were acknowledged.
    pub fn latencies(&self) -> (Histogram, Histogram) {
        (self.from_due.lock().clone(), self.from_ack.lock().clone())
    }

    fn well(&self) -> Result<()> {
        self.fault.lock().as_ref().map_or(Ok(()), |text| Err(Fault::new(text.clone())))
    }
}

/// What one connection asks for.
#[derive(Clone, Debug)]
pub struct Ask {
    /// The whole request.
    pub request: Vec<u8>,
    /// What is sent when the socket was upgraded; none for server-sent events.
    pub frame: Option<Vec<u8>>,
    /// Whether this reader looks into each event.
    pub looks: bool,
}

/// Open readers; dropping them closes all.
#[derive(Debug)]
pub struct Readers {
    /// What they saw.
    pub board: Arc<Board>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Readers {
    /// Opens all of them at `address` and waits until each was answered. `events` is the most that will be sent.
    pub async fn open(address: &str, asks: Vec<Ask>, events: usize) -> Result<Self> {
        let count = asks.len();
        let board = Arc::new(Board {
            zero: Instant::now(),
            begin: AtomicU64::new(0),
            interval: AtomicU64::new(0),
            measure: AtomicU64::new(0),
            acked: (0..events).map(|_| AtomicU64::new(0)).collect(),
            connected: AtomicUsize::new(0),
            delivered: AtomicU64::new(0),
            from_due: Mutex::default(),
            from_ack: Mutex::default(),
            over: AtomicBool::new(false),
            fault: Mutex::new(None),
        });
        let (shared, address) = (Arc::clone(&board), address.to_owned());
        let thread =
            std::thread::Builder::new().name("readers".to_owned()).spawn(move || read_all(&shared, &address, asks))?;
        let readers = Self { board, thread: Some(thread) };
        let end = Instant::now() + Duration::from_secs(60);
        while readers.board.connected.load(Ordering::Acquire) < count {
            readers.board.well()?;
            if Instant::now() > end {
                return Err(Fault::new("not all streams could be opened within 60 s"));
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(readers)
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.board.over.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            // It looks every tenth of a second; a panic in it was told by the default hook.
            let _ended = thread.join();
        }
    }
}

fn read_all(board: &Arc<Board>, address: &str, asks: Vec<Ask>) {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            *board.fault.lock() = Some(error.to_string());
            return;
        }
    };
    let local = tokio::task::LocalSet::new();
    let opening = Rc::new(Semaphore::new(OPENING));
    // One buffer for all: a reader never waits while it holds it.
    let buffer = Rc::new(RefCell::new(vec![0_u8; 256 * 1024]));
    for ask in asks {
        let (board, address) = (Arc::clone(board), address.to_owned());
        let (opening, buffer) = (Rc::clone(&opening), Rc::clone(&buffer));
        local.spawn_local(async move {
            let ended = read_one(&board, &address, ask, &opening, &buffer).await;
            if let Err(fault) = ended
                && !board.over.load(Ordering::Acquire)
            {
                board.fault.lock().get_or_insert(fault.to_string());
            }
        });
    }
    local.block_on(&runtime, async {
        while !board.over.load(Ordering::Acquire) {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
}

async fn read_one(
    board: &Board,
    address: &str,
    ask: Ask,
    opening: &Semaphore,
    buffer: &RefCell<Vec<u8>>,
) -> Result<()> {
    let mut carry = Vec::new();
    let stream = {
        let _turn = opening.acquire().await?;
        let mut stream = http::connect(address).await?;
        stream.write_all(&ask.request).await?;
        greeted(&stream, &mut carry, if ask.frame.is_some() { b"HTTP/1.1 101" } else { b"HTTP/1.1 200" }, b"\r\n\r\n")
            .await?;
        if let Some(frame) = &ask.frame {
            stream.write_all(frame).await?;
            greeted(&stream, &mut carry, b"", b"\"subscribed\"").await?;
        } else {
            // The first block says where the stream begins: only then is it open.
            greeted(&stream, &mut carry, b"", b"id: ").await?;
        }
        stream
    };
    board.connected.fetch_add(1, Ordering::Release);
    drop(ask.frame);
    loop {
        stream.readable().await?;
        let mut buffer = buffer.borrow_mut();
        match stream.try_read(&mut buffer) {
            Ok(0) => return Err(Fault::new("the server ended a stream")),
            Ok(length) => take(board, ask.looks, &mut carry, &buffer[..length]),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Reads until `wanted` is there and drops what came up to it; the answer must begin as said.
async fn greeted(stream: &TcpStream, carry: &mut Vec<u8>, begins: &[u8], wanted: &[u8]) -> Result<()> {
    loop {
        if let Some(at) = memmem::find(carry, wanted) {
            if !carry.starts_with(begins) {
                return Err(Fault::new(format!("a stream was refused: {}", String::from_utf8_lossy(carry))));
            }
            carry.drain(..at + wanted.len());
            return Ok(());
        }
        stream.readable().await?;
        let mut piece = [0_u8; 2048];
        match stream.try_read(&mut piece) {
            Ok(0) => return Err(Fault::new(format!("a stream was refused: {}", String::from_utf8_lossy(carry)))),
            Ok(length) => carry.extend_from_slice(&piece[..length]),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error).because("a stream"),
        }
    }
}

/// Counts the events in what came; `carry` is what is not whole yet.
fn take(board: &Board, looks: bool, carry: &mut Vec<u8>, piece: &[u8]) {
    carry.extend_from_slice(piece);
    let mut count = 0;
    let mut rest = 0;
    if looks {
        while let Some(at) = memmem::find(&carry[rest..], DATA).map(|at| rest + at + 1) {
            let Some(end) = memchr::memchr(b'\n', &carry[at..]).map(|length| at + length) else { break };
            if let Some(n) = number(&carry[at..end]) {
                board.note(n);
            }
            (count, rest) = (count + 1, end);
        }
        if count == 0 {
            // A beginning may lie in what is here; nothing before it matters.
            rest = memmem::find(carry, DATA).unwrap_or(carry.len().saturating_sub(DATA.len() - 1));
        }
    } else {
        for at in memmem::find_iter(carry, DATA) {
            (count, rest) = (count + 1, at + DATA.len());
        }
        rest = rest.max(carry.len().saturating_sub(DATA.len() - 1));
    }
    carry.drain(..rest);
    if count > 0 {
        board.delivered.fetch_add(count, Ordering::Relaxed);
    }
}

fn number(event: &[u8]) -> Option<u64> {
    let at = memmem::find(event, NUMBER)? + NUMBER.len();
    let digits = event[at..].iter().take_while(|b| b.is_ascii_digit()).count();
    std::str::from_utf8(&event[at..at + digits]).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn board() -> Board {
        Board {
            zero: Instant::now(),
            begin: AtomicU64::new(1),
            interval: AtomicU64::new(1),
            measure: AtomicU64::new(0),
            acked: vec![AtomicU64::new(0)],
            connected: AtomicUsize::new(0),
            delivered: AtomicU64::new(0),
            from_due: Mutex::default(),
            from_ack: Mutex::default(),
            over: AtomicBool::new(false),
            fault: Mutex::new(None),
        }
    }

    #[test]
    fn events_are_counted_wherever_the_pieces_are_cut() {
        let event = "id: 7\nevent: usage.tick\ndata: {\"payload\":{\"billableSeconds\":3,\"x\":1}}\n\n";
        let text = format!("5a\r\n{event}\r\n{event}{event}:\n\n");
        for looks in [true, false] {
            for cut in 0..text.len() {
                let (board, mut carry) = (board(), Vec::new());
                take(&board, looks, &mut carry, &text.as_bytes()[..cut]);
                take(&board, looks, &mut carry, &text.as_bytes()[cut..]);
                assert_eq!(board.delivered(), 3, "cut at {cut}, looks {looks}");
                assert_eq!(board.latencies().0.count(), if looks { 3 } else { 0 }, "cut at {cut}");
                assert!(carry.len() < text.len());
            }
        }
    }

    #[test]
    fn an_event_before_its_answer_took_no_time() {
        let board = board();
        board.note(0);
        assert_eq!(board.latencies().1.percentile(1.0), 0);
        board.acked(0);
        std::thread::yield_now();
        board.note(0);
        assert_eq!(board.latencies().1.count(), 2);
        assert!(board.latencies().1.percentile(1.0) > 0);
    }
}
