//! Floor 0: identifiers, instants, errors, secrets and strict JSON.
//!
//! Nothing here does I/O, reads a clock or draws randomness: both arrive as arguments
//! ([`Timestamp`], [`Entropy`]) from a [`World`] that only the binary and the test kit implement.

pub mod codes;
mod entropy;
mod error;
mod histogram;
mod id;
pub mod json;
mod keyring;
pub mod limits;
mod sealed;
mod tally;
pub mod teeth;
mod text;
mod time;
mod trace;

pub use codes::{Code, Kind};
pub use entropy::{Entropy, World};
pub use error::{Error, FieldError, Result};
pub use histogram::{Buckets, DURATION_MICROS, GROUP_SIZES, Histogram};
pub use id::*;
pub use keyring::{Keyring, MasterKey, TokenKind, sha256, sha256_hex};
pub use sealed::SealedSecrets;
pub use secrecy::{ExposeSecret, SecretString};
pub use tally::{Counts, LEVEL_BOUNDS_MS, LEVEL_BUCKETS, Outcome, Tallies, Tally, level_bucket};
pub use text::{check_text, short};
pub use time::{DurationMs, Timestamp};
pub use trace::{OpenSpan, Span, SpanContext, SpanCounts, SpanKind, SpanValue, Trace, Tracer, hex, unhex};
