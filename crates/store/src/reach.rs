//! How far a transaction may see: the second wall between tenants.
//!
//! The first wall is the tenant in every SQL text. This one stands behind it on PostgreSQL: policies on every table with
//! a `tenant_id` compare it with the reach that the transaction's BEGIN set (`postgres/wall.rs`). SQLite has only the
//! first.
//!
//! The front door enters the reach of an authenticated request once, around its handler and the body of its answer;
//! [`Db::read`](crate::Db::read) and [`Db::write`](crate::Db::write) take it up when they are called. Whoever spawns a
//! task from a handler enters it again ([`Reach::enter`]), for a new task begins without.

use callboard_kernel::TenantId;

/// Whose rows a transaction may read and write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Everything: repairs, the outbox, the command line, and requests before their tenant is known.
    Installation,
    /// One tenant's rows, and tables without tenants.
    Tenant(TenantId),
}

tokio::task_local! {
    static CURRENT: Reach;
}

impl Reach {
    /// The reach of the running task; the installation when nobody entered one.
    pub fn current() -> Self {
        CURRENT.try_with(Clone::clone).unwrap_or(Self::Installation)
    }

    /// Runs `work` with this reach.
    pub async fn enter<F: Future>(self, work: F) -> F::Output {
        CURRENT.scope(self, work).await
    }

    /// Runs `work` with this reach; for code that polls by hand.
    pub fn enter_sync<T>(&self, work: impl FnOnce() -> T) -> T {
        CURRENT.sync_scope(self.clone(), work)
    }

    /// Whether a transaction of this reach may go on with `tenant`'s rows alone.
    pub(crate) fn covers(&self, tenant: &TenantId) -> bool {
        match self {
            Self::Installation => true,
            Self::Tenant(own) => own == tenant,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenant(id: &str) -> Reach {
        Reach::Tenant(TenantId::from_stored(id.to_owned()))
    }

    #[tokio::test]
    async fn a_reach_holds_inside_and_a_spawned_task_begins_without() {
        assert_eq!(Reach::current(), Reach::Installation);
        tenant("a")
            .enter(async {
                assert_eq!(Reach::current(), tenant("a"));
                assert_eq!(tokio::spawn(async { Reach::current() }).await.unwrap(), Reach::Installation);
                let carried = Reach::current().enter(async { Reach::current() });
                assert_eq!(tokio::spawn(carried).await.unwrap(), tenant("a"));
                assert_eq!(tenant("b").enter_sync(Reach::current), tenant("b"));
                assert_eq!(Reach::current(), tenant("a"));
            })
            .await;
        assert_eq!(Reach::current(), Reach::Installation);
    }
}
