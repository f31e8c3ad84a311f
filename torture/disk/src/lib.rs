//! The real store and event log on a disk that loses, tears, refuses and lies, and a model that knows what must be there.
//!
//! One seed is one history: several lives of a process over one disk, each with its work, its fault and its end. The
//! same seed gives the same history, operation for operation. `README.md` says what is checked and what is not.

mod disk;
mod fault;
mod life;
mod locks;
mod model;
mod report;
mod rng;
mod seed;
mod shm;
mod store;
mod vfs;
mod work;

pub use report::{Report, Violation};
pub use seed::{Ran, Rig};
