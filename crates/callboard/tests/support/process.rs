//! The built binary as a process of its own.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use callboard_store::{Config, Engine};
use callboard_testkit::Scratch;
use serde_json::Value;

/// Where a server keeps its data: an SQLite folder, or a PostgreSQL database with a secret key beside it.
pub struct Place {
    pub scratch: Scratch,
    pub folder: tempfile::TempDir,
    secret_key: Option<String>,
}

impl Place {
    pub fn new(engine: Engine) -> Self {
        let secret_key = (engine == Engine::Postgres).then(|| {
            let out = run(&["secret-key"], &[]);
            assert!(out.status.success(), "{}", text_of(&out));
            String::from_utf8_lossy(&out.stdout).trim().to_owned()
        });
        Self { scratch: Scratch::new(engine), folder: tempfile::tempdir().expect("a folder"), secret_key }
    }

    /// The SQLite folder; only on SQLite.
    pub fn data(&self) -> PathBuf {
        match self.scratch.config() {
            Config::Sqlite { dir } => dir,
            _ => panic!("not on SQLite"),
        }
    }

    /// The flags that lead here.
    pub fn flags(&self) -> Vec<String> {
        match self.scratch.config() {
            Config::Sqlite { dir } => vec!["--data".to_owned(), dir.display().to_string()],
            Config::Postgres { url, .. } => vec!["--database-url".to_owned(), url],
            Config::Memory => panic!("a process cannot share memory"),
        }
    }

    /// The environment that goes with the flags.
    pub fn env(&self) -> Vec<(String, String)> {
        self.secret_key.iter().map(|k| ("CALLBOARD_SECRET_KEY".to_owned(), k.clone())).collect()
    }

    /// Runs a subcommand on this place.
    pub fn run(&self, command: &[&str]) -> Output {
        let flags = self.flags();
        let args: Vec<&str> = command.iter().copied().chain(flags.iter().map(String::as_str)).collect();
        run(&args, &self.env())
    }
}

/// The command with a clean environment: what the machine has set must not change a test.
pub fn command(args: &[&str], env: &[(String, String)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_callboard"));
    for (name, _) in std::env::vars() {
        if ["CALLBOARD_", "LIVEKIT_", "RUST_LOG", "OTEL_"].iter().any(|own| name.starts_with(own)) {
            command.env_remove(name);
        }
    }
    command.args(args).envs(env.iter().cloned()).stdin(Stdio::null());
    command
}

/// Runs the command to its end.
pub fn run(args: &[&str], env: &[(String, String)]) -> Output {
    command(args, env).output().expect("the command runs")
}

/// Both outputs, for messages.
pub fn text_of(out: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr))
}

/// A serving process.
pub struct Binary {
    child: Child,
    pub ready: Value,
    pub log: PathBuf,
}

impl Binary {
    /// Starts `serve --dev` at an address and waits for its ready line.
    pub fn serve(place: &Place, listen: &str, extra_env: &[(String, String)]) -> Self {
        let log = place.folder.path().join("server.log");
        let file = std::fs::OpenOptions::new().create(true).append(true).open(&log).expect("a log file");
        let flags = place.flags();
        let mut args = vec!["serve", "--dev", "--listen", listen, "--ready-json"];
        args.extend(flags.iter().map(String::as_str));
        // Tests count calls; those that want the server's own ones say so.
        let quiet = [("CALLBOARD_DEMO".to_owned(), "off".to_owned())];
        let env: Vec<_> = quiet.into_iter().chain(place.env()).chain(extra_env.iter().cloned()).collect();
        let mut child =
            command(&args, &env).stdout(Stdio::piped()).stderr(file).spawn().expect("the server process starts");
        let stdout = child.stdout.take().expect("its standard output");
        let (tell, told) = mpsc::channel();
        std::thread::spawn(move || {
            let mut line = String::new();
            let _read = BufReader::new(stdout).read_line(&mut line);
            let _gone = tell.send(line);
        });
        let line = told.recv_timeout(Duration::from_secs(60)).expect("a ready line within 60 s");
        let ready = serde_json::from_str(&line).unwrap_or_else(|_| panic!("not ready: {line:?}\n{}", tail(&log)));
        Self { child, ready, log }
    }

    pub fn url(&self) -> String {
        self.ready["url"].as_str().expect("a url").to_owned()
    }

    /// The key that the first start prints.
    pub fn api_key(&self) -> String {
        self.ready["apiKey"].as_str().expect("the first start prints a key").to_owned()
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// SIGKILL: no goodbye.
    pub fn kill(&mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("reaped");
    }

    /// SIGTERM, and how it ended and after how long.
    pub fn terminate(&mut self) -> (ExitStatus, Duration) {
        let begun = Instant::now();
        let sent = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().expect("kill runs");
        assert!(sent.success());
        let status = self.child.wait().expect("it ends");
        (status, begun.elapsed())
    }

    /// How it ended by itself.
    pub fn ended(&mut self) -> ExitStatus {
        self.child.wait().expect("it ends")
    }

    pub fn log_text(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Binary {
    fn drop(&mut self) {
        // Already ended: fine.
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// The end of a log.
pub fn tail(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(30)..].join("\n")
}

/// An address with a port that is free now, for a server that must come back at the same place.
pub fn free_address() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").to_string()
}
