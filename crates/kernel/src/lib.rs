//! Floor 0: identifiers, instants, errors, secrets and strict JSON.
//!
//! Nothing here does I/O, reads a clock or draws randomness: both arrive as arguments
//! ([`Timestamp`], [`Entropy`]) from a [`World`] that only the binary and the test kit implement.

pub mod codes;
mod entropy;
mod error;
mod id;
pub mod json;
mod keyring;
pub mod limits;
pub mod teeth;
mod text;
mod time;

pub use codes::{Code, Kind};
pub use entropy::{Entropy, World};
pub use error::{Error, FieldError, Result};
pub use id::*;
pub use keyring::{Keyring, MasterKey, TokenKind, sha256, sha256_hex};
pub use secrecy::{ExposeSecret, SecretString};
pub use text::{check_text, short};
pub use time::{DurationMs, Timestamp};
