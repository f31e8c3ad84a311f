//! Logs go to standard error, as text or as JSON lines.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

/// At `debug` these write statements with their parameters: what people said, hashes of secrets. No filter can ask for it.
const QUIET: [&str; 2] = ["tokio_postgres=info", "postgres=info"];

/// Starts logging. `filter` is a `tracing` filter such as `info,callboard_livekit=debug`.
pub fn start(filter: &str, json: bool) -> callboard_kernel::Result<()> {
    let bad = |e: &dyn std::fmt::Display| {
        callboard_kernel::Error::invalid("log", format!("cannot be used as a log filter: {e}"))
    };
    let mut filter = EnvFilter::try_new(filter).map_err(|e| bad(&e))?;
    for directive in QUIET {
        filter = filter.add_directive(directive.parse().map_err(|e: tracing_subscriber::filter::ParseError| bad(&e))?);
    }
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let outcome = if json { builder.json().try_init() } else { builder.try_init() };
    outcome.map_err(|e| bad(&e))
}
