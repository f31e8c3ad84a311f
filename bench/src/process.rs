//! Programs that the bench starts, and their end: with the value that holds them, whatever happens.

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use crate::fault::{Context as _, Fault, Result};

/// A started program, leader of a group of its own. Dropping it kills the group.
#[derive(Debug)]
pub struct Running {
    child: Child,
    log: PathBuf,
    name: String,
    over: bool,
}

impl Running {
    /// Starts `command`, whose output goes to `work/<name>.log` and `.out`; its id is noted in `work/pids` for the
    /// script that cleans up when the bench itself is killed.
    pub fn start(work: &Path, name: &str, command: &mut Command) -> Result<Self> {
        use std::os::unix::process::CommandExt as _;
        let log = work.join(format!("{name}.log"));
        command.stdin(Stdio::null()).stderr(File::create(&log)?).stdout(File::create(log.with_extension("out"))?);
        let child = command.process_group(0).spawn().because(format!("{name} could not be started"))?;
        let mut pids = OpenOptions::new().create(true).append(true).open(work.join("pids"))?;
        writeln!(pids, "{}", child.id())?;
        Ok(Self { child, log, name: name.to_owned(), over: false })
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Asks `ready` about the standard output until it says something. A fault when the program ends, or after 30 s.
    pub async fn await_output<T>(&mut self, ready: impl Fn(&str) -> Option<T>) -> Result<T> {
        let end = Instant::now() + Duration::from_secs(30);
        loop {
            let mut text = String::new();
            File::open(self.log.with_extension("out"))?.read_to_string(&mut text)?;
            if let Some(found) = ready(&text) {
                return Ok(found);
            }
            self.still_there(end, "said nothing")?;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until somebody listens on a port of loopback.
    pub async fn await_port(&mut self, port: u16) -> Result<()> {
        let end = Instant::now() + Duration::from_secs(30);
        while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            self.still_there(end, "does not listen")?;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    fn still_there(&mut self, end: Instant, what: &str) -> Result<()> {
        if let Some(status) = self.child.try_wait()? {
            return Err(Fault::new(format!("{} ended ({status}): {}", self.name, self.tail())));
        }
        if Instant::now() > end {
            return Err(Fault::new(format!("{} {what}: {}", self.name, self.tail())));
        }
        Ok(())
    }

    fn tail(&self) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let from = text.len().saturating_sub(600);
        text.get(from..).unwrap_or(&text).trim().to_owned()
    }

    /// Kills the group at once, as when the power of the process fails, and waits until it is gone.
    pub fn kill(&mut self) {
        if std::mem::replace(&mut self.over, true) {
            return;
        }
        if let Some(group) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            // Gone already is as good.
            let _gone = kill_process_group(group, Signal::KILL);
        }
        let _status = self.child.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A port of loopback that nobody uses now.
pub fn free_port() -> Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// Runs a tool to its end; its output, or a fault with what it said.
pub async fn output<S: AsRef<OsStr>>(program: impl AsRef<OsStr>, arguments: &[S]) -> Result<String> {
    let name = program.as_ref().to_string_lossy().into_owned();
    let done = tokio::process::Command::new(program).args(arguments).kill_on_drop(true).output().await;
    let done = done.because(format!("'{name}' could not be run"))?;
    if !done.status.success() {
        let said: String = String::from_utf8_lossy(&done.stderr).trim().chars().take(400).collect();
        return Err(Fault::new(format!("'{name}' ended with {}: {said}", done.status)));
    }
    Ok(String::from_utf8_lossy(&done.stdout).into_owned())
}
