//! Floor 1: what every route shares. Principals and the access matrix, problem documents, strict bodies,
//! paging, idempotency, rate limits, and the server loop itself.

mod answer;
mod app;
mod caller;
mod principal;

pub use answer::{Derived, Reply};
pub use app::{App, Authenticate, Credentials, Module, Repair, Settings};
pub use caller::Caller;
pub use principal::{PassKind, Principal, Role, Scope};
