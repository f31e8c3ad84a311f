//! The cast: what people, agents, operators and servers do in a run.

mod caller;
mod session;
mod watchers;

pub use session::{Playing, late, play};
