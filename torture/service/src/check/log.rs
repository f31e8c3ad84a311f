//! The log: whole, in order, and holding exactly what was acknowledged.

use std::collections::BTreeSet;

use super::Found;
use crate::book::Book;

/// Looks at one session's log.
pub fn check(book: &Book, n: usize, found: &mut Found) {
    let s = &book.sessions[n];
    let log = book.log_of(&s.id);
    if s.made {
        found.must(log.first().is_some_and(|e| e.ty == "call.started"), "the log begins", n, || s.id.clone());
    }
    let mut ids = BTreeSet::new();
    for (at, event) in log.iter().enumerate() {
        found.must(event.sequence == at as i64 + 1, "sequences are contiguous in the order of commit", n, || {
            format!("#{} at place {}", event.sequence, at + 1)
        });
        found.must(ids.insert(event.event_id.as_str()), "an event is there once", n, || event.event_id.clone());
    }
    for ((_, id), fact) in book.facts.range((n, String::new())..(n + 1, String::new())) {
        let Some(sequence) = fact.acked else { continue };
        let there = log.iter().find(|e| e.event_id == *id);
        let same = there.is_some_and(|e| e.sequence == sequence && e.payload["text"] == fact.text.as_str());
        found.must(same, "an acknowledged event is in the log as it was acknowledged", n, || {
            format!("{id} at {sequence}")
        });
    }
    for ((_, reader), events) in book.read.range((n, String::new())..(n + 1, String::new())) {
        for (at, event) in events.iter().enumerate() {
            let sequence = at as i64 + 1;
            let own = log.get(at);
            let same = own.is_some_and(|e| {
                event["sequence"] == sequence
                    && event["eventId"] == e.event_id.as_str()
                    && event["payload"] == e.payload
            });
            found.must(same, "a reader sees every event once and in order", n, || {
                format!("{reader} at {sequence}: {event}")
            });
        }
        if reader == "everything" {
            let stood = book.stood.get(&n).copied().unwrap_or(log.len());
            found.must(events.len() >= stood, "all of the log can be read", n, || {
                format!("{} of {stood}", events.len())
            });
        }
    }
    let prefix = format!("-{n}-");
    for (key, answers) in book.alike.iter().filter(|(key, _)| key.contains(&prefix) || key.ends_with(&format!("-{n}")))
    {
        found.must(answers.len() == 1, "a repeated request is answered alike", n, || format!("{key}: {answers:?}"));
    }
}
