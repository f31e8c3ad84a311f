//! The list of sessions: newest first by creation, filtered, by cursor.

use callboard_kernel::{Result, TenantId, Timestamp};
use callboard_store::{ToValue as _, Tx, params, sql};

use crate::model::Session;

/// The list, with a further condition.
macro_rules! list_sql {
    ($only:literal) => {
        concat!(
            "select s.*, t.status, t.started_at, t.ended_at, t.failed_at, t.end_reason from session s \
        join session_state t on t.session_key = s.session_key where s.tenant_id = :tenant \
        and (cast(:owner as text) is null or s.owner_user_id = :owner) and (cast(:status as text) is null or t.status = :status) \
        and (cast(:connection as text) is null or s.connection = :connection) \
        and (cast(:correlation as text) is null or s.correlation_id = :correlation) and (cast(:room as text) is null or s.provider_room_id = :room) \
        and s.created_at >= :created_after and s.created_at < :created_before \
        and (s.created_at < :at or (s.created_at = :at and s.session_id < :id)) \
        and (cast(:name as text) is null or exists (select 1 from session_metadata m where m.session_key = s.session_key \
        and m.tenant_id = :tenant and m.name = :name and (cast(:value as text) is null or m.value = :value))) \
        ", $only, "order by s.created_at desc, s.session_id desc limit :limit"
        )
    };
}

sql! {
    pub LIST_SQL;
    SESSION_LIST = list_sql!("");
    SESSION_LIST_HOLDING = list_sql!("and (lower(s.session_id) like lower(:like) escape '!' or lower(s.correlation_id) like lower(:like) escape '!' \
        or lower(s.provider_room_id) like lower(:like) escape '!' or exists (select 1 from session_metadata m where \
        m.session_key = s.session_key and m.tenant_id = :tenant and m.name = 'title' and lower(m.value) like lower(:like) escape '!') \
        or exists (select 1 from participant p where p.session_key = s.session_key and p.tenant_id = :tenant \
        and (lower(p.name) like lower(:like) escape '!' or lower(p.identity) like lower(:like) escape '!'))) ");
}

/// The pattern that holds a text, whatever its (ASCII) case; nothing in the text is a wildcard.
fn holding(text: &str) -> String {
    let mut like = String::with_capacity(text.len() + 2);
    like.push('%');
    for c in text.chars() {
        if matches!(c, '%' | '_' | '!') {
            like.push('!');
        }
        like.push(c.to_ascii_lowercase());
    }
    like.push('%');
    like
}

/// The condition by which the list of sessions is narrowed, for other features' lists: with `:tenant` and `:owner`
/// (null: no narrowing), the session of this key column is one that the caller may list.
#[macro_export]
macro_rules! owned_sql {
    ($key:literal) => {
        concat!(
            "(cast(:owner as text) is null or exists (select 1 from session own where own.session_key = ",
            $key,
            " and own.tenant_id = :tenant and own.owner_user_id = :owner))"
        )
    };
}

/// Filters of the list; absent ones do not filter.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    pub owner: Option<String>,
    pub status: Option<String>,
    pub connection: Option<String>,
    pub correlation: Option<String>,
    pub room: Option<String>,
    pub created_after: Option<Timestamp>,
    pub created_before: Option<Timestamp>,
    pub metadata_key: Option<String>,
    pub metadata_value: Option<String>,
    /// A part of a title, an id, the reference or a participant's name.
    pub text: Option<String>,
}

/// Where a page starts: before this instant and id.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub at: Timestamp,
    pub id: String,
}

/// One page of a tenant's sessions with their keys.
pub(crate) fn sessions(
    tx: &Tx<'_>,
    tenant: &TenantId,
    f: &Filter,
    from: Option<&Place>,
    limit: i64,
) -> Result<Vec<(i64, Session)>> {
    let at = from.map_or(Timestamp::from_micros(i64::MAX), |p| p.at);
    let id = from.map_or("", |p| p.id.as_str());
    let (after, before) =
        (f.created_after.unwrap_or_default(), f.created_before.unwrap_or(Timestamp::from_micros(i64::MAX)));
    let mut params = params! {
        tenant, owner: f.owner, status: f.status, connection: f.connection, correlation: f.correlation, room: f.room,
        created_after: after, created_before: before, at, id, name: f.metadata_key, value: f.metadata_value, limit,
    };
    let sql = if let Some(text) = &f.text {
        params.0.push(("like", holding(text).to_value()));
        &SESSION_LIST_HOLDING
    } else {
        &SESSION_LIST
    };
    tx.query(sql, params)?.iter().map(|r| Ok((r.get("session_key")?, crate::store::session_from(r)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_no_pattern() {
        for (text, like) in
            [("Invoice", "%invoice%"), ("100% a_b!", "%100!% a!_b!!%"), ("Ärger\\", "%Ärger\\%"), ("", "%%")]
        {
            assert_eq!(holding(text), like);
        }
    }
}
