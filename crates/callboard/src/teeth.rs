//! The planted defects that are a missing piece of SQL (`callboard_kernel::teeth`): the piece is cut out before the
//! store prepares its first statement. And the version after this one, for upgrades under test: the same service, with
//! one migration more.

use callboard_kernel::teeth::{self, Tooth, planted};
use callboard_store::{Engine, Sql, testing};

/// Tooth, the text's name, and what is put in place of what.
const CUTS: [(Tooth, &str, &str, &str); 5] = [
    (Tooth::NoTenantClause, "STREAM_BY_ID", "tenant_id = :tenant", ":tenant <> ''"),
    (Tooth::CheckpointMovedBack, "CHECKPOINT_RAISE", "and sequence < :sequence", ""),
    (Tooth::OldFenceAccepted, "OUTBOX_DONE", "and fence = :fence", "and :fence >= 0"),
    (Tooth::OldFenceAccepted, "OUTBOX_RETRY", "and fence = :fence", "and :fence >= 0"),
    (Tooth::OldFenceAccepted, "OUTBOX_DEAD", "and fence = :fence", "and :fence >= 0"),
];

/// Cuts what the chosen tooth wants cut; false when a text is not there any more: a run that plants nothing must not
/// pass for one that does.
pub fn arm() -> bool {
    CUTS.iter().filter(|(tooth, ..)| planted(*tooth)).all(|(_, name, piece, instead)| {
        let found =
            callboard_eventlog::ALL_SQL.iter().copied().find(|sql| sql.name == *name && sql.text.contains(piece));
        found.is_some_and(|sql: &'static Sql| {
            let wording = sql.text.replace(piece, instead);
            [Engine::Sqlite, Engine::Postgres].into_iter().all(|engine| testing::reword(sql, engine, &wording))
        })
    })
}

/// The migration of the version after this one.
const NEXT: &str = include_str!("next_version.sql");

/// The version that the version after this one says it is.
pub(crate) fn next_version() -> Option<&'static str> {
    teeth::next_version().map(|_| concat!(env!("CARGO_PKG_VERSION"), "+next"))
}

/// Makes this process the version after this one, when it is to be that; false when it cannot.
pub fn advance() -> bool {
    teeth::next_version() != Some(true) || testing::one_more_migration("next_version", NEXT)
}
