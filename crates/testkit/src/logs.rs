//! Everything that is logged while tests run, for the planted-secret test.

use std::io;
use std::sync::{Arc, OnceLock};

use parking_lot::Mutex;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

/// What the process logged since [`LogCapture::install`], as JSON lines. One per process.
#[derive(Clone, Default)]
pub struct LogCapture {
    bytes: Arc<Mutex<Vec<u8>>>,
}

static INSTALLED: OnceLock<LogCapture> = OnceLock::new();

impl LogCapture {
    /// Catches the log of the whole process from now on: everything of ours, and what libraries say from `debug` up.
    ///
    /// # Panics
    /// When the process already logs elsewhere.
    pub fn install() -> Self {
        INSTALLED
            .get_or_init(|| {
                let capture = Self::default();
                tracing_subscriber::fmt()
                    .json()
                    // The binary silences the same two: they write statements with their parameters at `debug`.
                    .with_env_filter(EnvFilter::new("debug,tokio_postgres=info,postgres=info"))
                    .with_writer(capture.clone())
                    .try_init()
                    .expect("nobody else catches the log");
                capture
            })
            .clone()
    }

    /// The log so far.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes.lock()).into_owned()
    }

    /// Asserts that none of the planted texts was logged, and that something was: an empty log proves nothing.
    ///
    /// # Panics
    /// When one was, or nothing was logged.
    #[track_caller]
    pub fn assert_free_of(&self, planted: &[&str]) {
        let text = self.text();
        assert!(!text.is_empty(), "nothing was logged, so nothing was proven");
        for secret in planted {
            assert!(secret.len() >= 8, "a planted text must be unmistakable: {secret}");
            if let Some(line) = text.lines().find(|l| l.contains(secret)) {
                panic!("a planted secret is in the log: {line}");
            }
        }
    }
}

impl io::Write for LogCapture {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.bytes.lock().extend_from_slice(buf);
        Ok(buf.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for LogCapture {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}
