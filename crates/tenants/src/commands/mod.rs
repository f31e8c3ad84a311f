//! What changes something, each in one transaction of its caller: load, decide, write, audit.

pub(crate) mod audit;
pub(crate) mod issuers;
pub(crate) mod keys;
pub(crate) mod logins;
pub(crate) mod retention;
pub(crate) mod slots;
pub(crate) mod tenants;
pub(crate) mod users;
