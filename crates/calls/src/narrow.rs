//! Lists over many sessions, narrowed as the list of sessions is.

use callboard_http::Principal;
use callboard_kernel::{Error, Result, UserId, codes};

/// The user to whose own sessions a list is narrowed; `None` when the caller sees the tenant's. It is the `:owner` of
/// [`owned_sql`](crate::owned_sql).
///
/// # Errors
/// `FORBIDDEN` for a pass, which sees one session and has no list.
pub fn own_only(by: &Principal) -> Result<Option<&UserId>> {
    match by {
        Principal::Pass { .. } => Err(Error::new(&codes::FORBIDDEN, "A session pass reads its own session only.")),
        Principal::User { user, .. } if by.top_role().is_none() => Ok(Some(user)),
        Principal::User { .. } | Principal::Key { .. } => Ok(None),
    }
}
