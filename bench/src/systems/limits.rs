//! The server of the limits, driven like everything else.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;

use crate::events::{Events, Sample, Samples};
use crate::fault::{Context as _, Fault, Result};
use crate::load::http::{self, Answer, Requests};
use crate::process::Running;

/// A running server of [`crate::serve`].
#[derive(Debug)]
pub struct Limits {
    running: Running,
    /// `host:port`
    pub address: String,
    file: PathBuf,
}

impl Limits {
    /// Starts it from this very binary.
    pub async fn start(work: &Path) -> Result<Self> {
        let file = work.join("append.log");
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["serve", "--file"]).arg(&file);
        let mut running = Running::start(work, "limits", &mut command)?;
        let address = running.await_output(|text| text.split_once('\n').map(|(line, _)| line.to_owned())).await?;
        Ok(Self { running, address, file })
    }

    /// The process, for its processor time.
    pub fn pid(&self) -> u32 {
        self.running.pid()
    }

    /// Gives it the bytes that `/page` answers with.
    pub async fn set_page(&self, page: &[u8]) -> Result<()> {
        let mut request = b"PUT /page HTTP/1.1\r\nhost: bench\r\n".to_vec();
        http::put(&mut request, b"", page);
        let (status, _body) = crate::load::http::once(&self.address, &request).await?;
        if status == 204 { Ok(()) } else { Err(Fault::new(format!("the page was answered with {status}"))) }
    }

    /// Kills the server and looks for the samples in its file.
    pub fn reopened(&mut self, samples: &[Sample]) -> Result<u64> {
        self.running.kill();
        let text = std::fs::read(&self.file).because("the file of L2")?;
        // Looking through all of a big file costs; the first and the last are where a loss would be.
        let (first, last) = (samples.iter().take(20), samples.iter().rev().take(20));
        let mut found = 0;
        for sample in first.chain(last) {
            if memchr::memmem::find(&text, sample.event_id.as_bytes()).is_none() {
                return Err(Fault::new(format!("L2 acknowledged {} and does not have it", sample.event_id)));
            }
            found += 1;
        }
        Ok(found)
    }
}

/// Single events to one of the handlers.
pub struct Singles {
    head: String,
    events: Events,
    /// Acknowledgements to look up.
    pub samples: Samples,
    buffer: Cell<String>,
}

impl Singles {
    /// To `/empty` or `/append`.
    pub fn new(path: &str, events: Events) -> Rc<Self> {
        Rc::new(Self {
            head: http::head("POST", path, ""),
            events,
            samples: Samples::default(),
            buffer: Cell::default(),
        })
    }
}

impl Requests for Singles {
    fn write(&self, n: u64, out: &mut Vec<u8>) {
        let mut body = self.buffer.take();
        body.clear();
        self.events.write(n, &mut body);
        http::put(out, self.head.as_bytes(), body.as_bytes());
        self.buffer.set(body);
    }

    fn read(&self, n: u64, answer: &Answer<'_>) -> Result<u32> {
        if answer.status != 201 {
            return Err(answer.unexpected());
        }
        if Samples::wants(n) {
            let (session, event_id) = (self.events.place(n).0.to_owned(), self.events.id(n));
            self.samples.keep(Sample { session, event_id, sequence: 0 });
        }
        Ok(1)
    }
}

/// The page from memory.
pub struct Page {
    /// Its length.
    pub length: usize,
}

impl Requests for Page {
    fn write(&self, _n: u64, out: &mut Vec<u8>) {
        out.extend_from_slice(b"GET /page HTTP/1.1\r\nhost: bench\r\n\r\n");
    }

    fn read(&self, _n: u64, answer: &Answer<'_>) -> Result<u32> {
        if answer.status == 200 && answer.body.len() == self.length { Ok(1) } else { Err(answer.unexpected()) }
    }
}
