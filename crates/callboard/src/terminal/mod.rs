//! The daily things in a terminal: `callboard call`, `tail`, `replay`. They speak to a running server over its public
//! HTTP API, with a key, as anybody's program does; nothing here opens the database.
//!
//! On a terminal the answers are tables and coloured lines; in a pipe, or with `--json`, they are JSON lines.

pub mod calls;
pub mod client;
pub mod follow;
pub mod replay;
pub mod screen;
mod sse;

use std::process::ExitCode;

use clap::Args;

use client::{Failure, Reach};
use screen::Screen;

/// What every command of this kind takes.
#[derive(Args, Clone, Debug)]
pub struct Common {
    /// Where the server is, and who asks.
    #[command(flatten)]
    pub reach: Reach,
    /// JSON lines, also on a terminal.
    #[arg(long, global = true)]
    pub json: bool,
}

/// Carries out a command, and says on standard error why it failed.
pub fn exit_of(done: Result<(), Failure>) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read the other end of the pipe has seen enough.
        Err(Failure::Closed) => ExitCode::SUCCESS,
        Err(failure) => {
            Screen::complain(&failure);
            ExitCode::from(1)
        }
    }
}
