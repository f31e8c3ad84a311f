//! The checker: a model of what calls promise, over what the cast was told, what the media server knows, and the log as
//! it was committed. It shares no code with the service.

pub mod calls;
pub mod log;
pub mod outside;
pub mod tokens;

use callboard::modules;

use crate::book::{Book, Counts};
use crate::core::Core;
use crate::run::Played;

/// What the checks found.
#[derive(Debug, Default)]
pub struct Found {
    /// What must not be, by session.
    pub wrong: Vec<(Option<usize>, String)>,
    /// How much was looked at.
    pub checked: Counts,
}

impl Found {
    /// Counts a look, and notes it when it is wrong.
    pub fn must(&mut self, fine: bool, name: &'static str, session: usize, what: impl FnOnce() -> String) {
        self.checked.add(name);
        if !fine {
            self.wrong.push((Some(session), format!("{name}: {}", what())));
        }
    }
}

/// Everything that follows from the book alone.
pub fn book(book: &Book) -> Found {
    let mut found = Found::default();
    for n in 0..book.sessions.len() {
        log::check(book, n, &mut found);
        calls::check(book, n, &mut found);
        tokens::check(book, n, &mut found);
        outside::check(book, n, &mut found);
    }
    outside::limit(book, &mut found);
    found
}

/// Judges a run that has come to rest.
pub fn judge(mut core: Core, rebuild: bool) -> Played {
    core.book.close(core.now);
    let mut found = book(&core.book);
    outside::at_rest(&core, &mut found);
    if rebuild {
        let log = modules::log();
        match callboard_eventlog::verify::verify(&core.db, &log) {
            Ok(report) => {
                found.checked.add("stores rebuilt");
                found.wrong.extend(report.findings.into_iter().map(|f| (None, format!("verify: {f}"))));
            }
            Err(error) => found.wrong.push((None, format!("verify: {error}"))),
        }
    }
    let (lasted, trace, mut book) = (core.now, core.trace.clone(), std::mem::take(&mut core.book));
    book.checked.join(&found.checked);
    for (session, what) in found.wrong {
        book.violation(session, what);
    }
    Played { book, trace, lasted }
}
