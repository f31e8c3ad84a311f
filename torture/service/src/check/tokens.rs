//! Resume tokens and checkpoints.

use super::Found;
use crate::book::{Ack, Book, Use};
use crate::core::{SEC, Us};

/// How long the token before stays good once its successor was used.
const OVERLAP: Us = 30 * SEC;

/// Looks at one session's tokens and consumers.
pub fn check(book: &Book, n: usize, found: &mut Found) {
    for ((_, person), uses) in book.uses.range((n, String::new())..(n + 1, String::new())) {
        answers(book, n, person, uses, found);
        rotation(book, n, uses, found);
    }
    for ((_, consumer), acks) in book.acks.range((n, String::new())..(n + 1, String::new())) {
        places(n, consumer, acks, found);
    }
}

/// One token, one answer; and every replay is a piece of the log.
fn answers(book: &Book, n: usize, person: &str, uses: &[Use], found: &mut Found) {
    let log = book.log_of(&book.sessions[n].id);
    for (at, one) in uses.iter().enumerate() {
        let Some(next) = &one.next else { continue };
        for other in uses[..at].iter().filter(|o| o.token == one.token) {
            if let Some(before) = &other.next {
                found.must(before == next, "a resume token that is shown again gets the same answer", n, || {
                    format!("{person}: until {} and {}", before.1, next.1)
                });
                found.must(other.replayed == one.replayed, "and the same replay", n, || person.to_owned());
            }
        }
        found.must(next.1 <= log.len() as i64, "a replay ends within the log", n, || person.to_owned());
        let mut last = 0;
        for event in &one.replayed {
            let sequence = event["sequence"].as_i64().unwrap_or(-1);
            let own = log.iter().find(|e| e.sequence == sequence);
            let same = own.is_some_and(|e| event["eventId"] == e.event_id.as_str() && event["payload"] == e.payload);
            found.must(same && sequence > last && sequence <= next.1, "a replay is a piece of the log", n, || {
                format!("{person}: {event}")
            });
            last = sequence;
        }
        let missed = log.iter().filter(|e| e.sequence <= next.1 && readable(&e.ty));
        let first = one.replayed.first().and_then(|e| e["sequence"].as_i64());
        if let Some(first) = first.filter(|_| one.replayed.len() < 100) {
            let wanted = missed.filter(|e| e.sequence >= first).count();
            found.must(wanted == one.replayed.len(), "a replay leaves nothing out", n, || {
                format!("{person}: {} of {wanted} events from {first} until {}", one.replayed.len(), next.1)
            });
        }
    }
}

/// What a participant's pass reads.
fn readable(ty: &str) -> bool {
    ty.starts_with("call.") || ty.starts_with("transcript.")
}

/// Which tokens are good: the newest; the one before until its successor was used and 30 s; nothing older.
fn rotation(book: &Book, n: usize, uses: &[Use], found: &mut Found) {
    if book.jumped {
        return;
    }
    // The first token, and what each gave.
    let mut chain: Vec<&str> = uses.first().map(|u| u.token.as_str()).into_iter().collect();
    while let Some(next) = chain.last().and_then(|last| {
        uses.iter()
            .find(|u| u.token == **last && u.next.is_some())
            .and_then(|u| u.next.as_ref())
            .map(|(t, _)| t.as_str())
    }) {
        if chain.contains(&next) {
            break;
        }
        chain.push(next);
    }
    for one in uses.iter().filter(|u| u.done.is_some()) {
        let Some(at) = chain.iter().position(|t| *t == one.token) else { continue };
        let used = |place: usize| {
            let token = chain.get(place).copied();
            uses.iter().filter(move |u| token == Some(u.token.as_str()))
        };
        // Whoever was refused by an end, a window or a removal was not refused for the token's age.
        let refused = one.code == "INVALID_RESUME_TOKEN";
        let first_done = used(at + 1).filter(|u| u.next.is_some()).filter_map(|u| u.done).min();
        let first_sent = used(at + 1).map(|u| u.sent).min();
        // Whose successor's successor was used is older than the one before.
        let overtaken = used(at + 2).any(|u| u.next.is_some() && u.done.is_some_and(|done| done < one.sent));
        if overtaken || first_done.is_some_and(|done| one.sent > done + OVERLAP) {
            found.must(one.next.is_none(), "an old resume token is refused", n, || {
                format!("place {at} of {}", chain.len())
            });
        }
        let done = one.done.unwrap_or(0);
        let young = first_sent.is_none_or(|sent| done <= sent + OVERLAP) && used(at + 2).next().is_none();
        if young && refused && !left_before(book, n, one) {
            found.must(false, "a good resume token is taken", n, || {
                format!("place {at} of {}: {}", chain.len(), one.code)
            });
        } else {
            found.checked.add("a good resume token is taken");
        }
    }
}

/// Whether somebody left the call, or may have, before this use was answered; then nobody's token is good.
fn left_before(book: &Book, n: usize, one: &Use) -> bool {
    let log = book.log_of(&book.sessions[n].id);
    log.iter().any(|e| e.ty == "call.participant.left" && e.at <= one.done.unwrap_or(0))
        || book.sessions[n].asked.iter().any(|a| matches!(a.what.as_str(), "left" | "removed" | "kicked"))
}

/// A consumer never moves back, and each answer says what happened.
fn places(n: usize, consumer: &str, acks: &[Ack], found: &mut Found) {
    for one in acks {
        let Some((stands, outcome)) = &one.stands else { continue };
        let fits = match outcome.as_str() {
            "advanced_sequence" | "equal_sequence_idempotent" => *stands == one.wanted,
            "stale_sequence_ignored" => *stands > one.wanted,
            _ => false,
        };
        found.must(fits, "a checkpoint's outcome fits", n, || format!("{consumer}: {} {stands} {outcome}", one.wanted));
        let before = acks.iter().filter(|o| o.done.is_some_and(|done| done < one.sent));
        let highest = before.filter_map(|o| o.stands.as_ref()).map(|(s, _)| *s).max().unwrap_or(0);
        // An advance to where the consumer stood already says that it had moved back meanwhile.
        let forward = *stands >= highest && (outcome != "advanced_sequence" || *stands > highest);
        found.must(forward, "a checkpoint never moves back", n, || {
            format!("{consumer} stood at {highest}, and then at {stands}: {outcome}")
        });
    }
}
