//! Logs go to standard error, as text or as JSON lines.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

/// Starts logging. `filter` is a `tracing` filter such as `info,callboard_livekit=debug`.
pub fn start(filter: &str, json: bool) -> callboard_kernel::Result<()> {
    let bad = |e: &dyn std::fmt::Display| callboard_kernel::Error::invalid("log", format!("cannot be used as a log filter: {e}"));
    let filter = EnvFilter::try_new(filter).map_err(|e| bad(&e))?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(std::io::stderr().is_terminal());
    let outcome = if json { builder.json().try_init() } else { builder.try_init() };
    outcome.map_err(|e| bad(&e))
}
