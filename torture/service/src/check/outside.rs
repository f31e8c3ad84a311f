//! What left the service: rooms deleted, webhooks of the tenant sent in order, slots given back.

use std::collections::{BTreeMap, BTreeSet};

use super::Found;
use crate::book::{Book, Post, is_end};
use crate::core::{Core, SEC};
use crate::template::LIMIT;

/// Looks at what one session sent out.
pub fn check(book: &Book, n: usize, found: &mut Found) {
    let s = &book.sessions[n];
    if s.limited || !s.made {
        return;
    }
    let log = book.log_of(&s.id);
    let posts: Vec<&Post> = book.posts.iter().filter(|p| p.session == s.id).collect();
    let mut ids: BTreeMap<i64, BTreeSet<&str>> = BTreeMap::new();
    for post in &posts {
        let own = log.iter().find(|e| e.sequence == post.sequence);
        let known = own.is_some_and(|e| e.event_id == post.event_id && e.at <= post.at);
        found.must(known, "what is sent is in the log", n, || format!("#{} {}", post.sequence, post.event_id));
        ids.entry(post.sequence).or_default().insert(&post.id);
    }
    for (sequence, ids) in &ids {
        found
            .must(ids.len() == 1, "every attempt of a delivery has the same id", n, || format!("#{sequence}: {ids:?}"));
    }
    let mut before: Option<&Post> = None;
    for event in log.iter().filter(|e| e.ty.starts_with("call.") || e.ty == "transcript.final") {
        let taken = posts.iter().filter(|p| p.sequence == event.sequence && p.answered.1).min_by_key(|p| p.answered.0);
        found.must(taken.is_some(), "every event reaches the endpoint", n, || {
            format!("#{} {}", event.sequence, event.ty)
        });
        let first = posts.iter().find(|p| p.sequence == event.sequence);
        if let (Some(before), Some(first)) = (before, first) {
            found.must(
                first.at >= before.answered.0,
                "events reach the endpoint in the order of their session",
                n,
                || format!("#{} was sent before #{} had arrived", first.sequence, before.sequence),
            );
        }
        before = taken.copied();
        if let Some(taken) = taken {
            again(book, n, taken, &posts, found);
        }
    }
}

/// What has arrived, and whose arrival was noted, is not sent again.
fn again(book: &Book, n: usize, taken: &Post, posts: &[&Post], found: &mut Found) {
    let noted = taken.answered.0 + 5 * SEC;
    if book.jumped || book.troubled(taken.seat.0, taken.at, noted) {
        return;
    }
    // An instance that stood still between taking it up and sending it cannot know better when it wakes.
    let knows = |p: &&&Post| !book.troubled(p.seat.0, taken.at, p.at);
    let later = posts.iter().filter(|p| p.sequence == taken.sequence && p.at > noted).find(knows);
    found.must(later.is_none(), "what has arrived is not sent again", n, || {
        format!(
            "#{} arrived at {} s and was sent again at {:?} s",
            taken.sequence,
            taken.answered.0 / SEC,
            later.map(|p| p.at / SEC)
        )
    });
}

/// Looks at everything when all is over.
pub fn at_rest(core: &Core, found: &mut Found) {
    let book = &core.book;
    for (n, s) in book.sessions.iter().enumerate().filter(|(_, s)| s.made) {
        found.must(!core.provider.rooms.contains_key(&s.room), "the room of a call that is over is deleted", n, || {
            s.room.clone()
        });
    }
    match core.outbox() {
        Ok((waiting, dead)) => {
            found.checked.add("the outbox is empty at the end");
            if waiting > 0 {
                found.wrong.push((None, format!("the outbox holds {waiting} effects at the end, {dead} of them dead")));
            }
        }
        Err(error) => found.wrong.push((None, format!("the outbox cannot be read: {error}"))),
    }
    match core.slots() {
        Ok(slots) => {
            for (tenant, held) in slots {
                found.checked.add("every slot is given back");
                if held != 0 {
                    found.wrong.push((None, format!("tenant {tenant} still holds {held} slots")));
                }
            }
        }
        Err(error) => found.wrong.push((None, format!("the slots cannot be read: {error}"))),
    }
}

/// No more calls at once than the tenant may have: from the acknowledged activation until the end was asked for, or had
/// come by itself, as the longest duration does.
pub fn limit(book: &Book, found: &mut Found) {
    let mut spans = Vec::new();
    for s in book.sessions.iter().filter(|s| s.limited) {
        let since = s.asked.iter().find(|a| a.what == "activate").and_then(|a| a.done);
        let asked = s.asked.iter().find(|a| a.what == "completed").map(|a| a.sent);
        let over = book.commits.iter().find(|c| c.session == s.id && is_end(&c.ty)).map(|c| c.at);
        let until = asked.into_iter().chain(over).min().unwrap_or_else(|| core_end(book));
        spans.extend(since.map(|since| (since, until)));
    }
    for (since, _) in &spans {
        let at_once = spans.iter().filter(|(a, b)| a <= since && since < b).count();
        found.checked.add("no more calls than allowed");
        if at_once > LIMIT {
            found.wrong.push((None, format!("{at_once} calls at once, {LIMIT} are allowed")));
        }
    }
}

fn core_end(book: &Book) -> i64 {
    book.commits.last().map_or(0, |c| c.at)
}
