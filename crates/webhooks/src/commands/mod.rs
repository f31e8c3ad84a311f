//! What happens, each in one transaction.

pub(crate) mod endpoints;
pub(crate) mod queue;
pub(crate) mod resend;
pub(crate) mod settle;
