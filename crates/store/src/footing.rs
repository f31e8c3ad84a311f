//! What a process found when it opened the store on PostgreSQL, and holds every transaction against.

/// The history that a server writes: a copy that was promoted, or another cluster, has another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    /// The cluster's own number.
    pub(crate) system: String,
    /// Which line of the cluster's history; a promotion begins the next.
    pub(crate) timeline: i64,
}

/// How a connection's server stands to the one that the store was opened on.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The same history.
    Same,
    /// A history that ended before ours: a primary that was replaced. Nothing of it may be read or written.
    Stale(String),
    /// A history that began after ours, or another one: what this process knows may not be true there.
    Moved(String),
}

/// Set once, when the schema stands.
#[derive(Clone, Debug)]
pub(crate) struct Footing {
    /// The role that transactions take, when the login role would not be held by policies.
    pub(crate) role: Option<String>,
    /// The log's epoch; `None` in a schema without the log.
    pub(crate) epoch: Option<i64>,
    /// The server's history.
    pub(crate) origin: Origin,
}

impl Footing {
    pub(crate) fn judge(&self, found: &Origin) -> Standing {
        let own = &self.origin;
        if found == own {
            Standing::Same
        } else if found.system == own.system && found.timeline < own.timeline {
            Standing::Stale(format!(
                "The server is on timeline {}, and this process has seen {}: it is a primary that was replaced.",
                found.timeline, own.timeline
            ))
        } else {
            Standing::Moved(format!(
                "The database is on timeline {} of cluster {} now; this process was opened on timeline {} of {}.",
                found.timeline, found.system, own.timeline, own.system
            ))
        }
    }

    /// Why a write that read `epoch` must not go on.
    pub(crate) fn fenced(&self, epoch: i64) -> Option<String> {
        let own = self.epoch?;
        (epoch != own)
            .then(|| format!("The log's epoch is {epoch} now, and this process was opened at {own}: it is fenced out."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn histories_are_judged() {
        let origin = |system: &str, timeline| Origin { system: system.to_owned(), timeline };
        let footing = Footing { role: None, epoch: Some(3), origin: origin("1", 5) };
        assert_eq!(footing.judge(&origin("1", 5)), Standing::Same);
        assert!(matches!(footing.judge(&origin("1", 4)), Standing::Stale(why) if why.contains("timeline 4")));
        for moved in [origin("1", 6), origin("2", 4), origin("2", 5)] {
            assert!(matches!(footing.judge(&moved), Standing::Moved(_)), "{moved:?}");
        }
        assert_eq!(footing.fenced(3), None);
        assert!(footing.fenced(4).is_some() && footing.fenced(2).is_some());
        assert_eq!(Footing { epoch: None, ..footing }.fenced(9), None);
    }
}
