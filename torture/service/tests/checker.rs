//! The checker fails where it should: a good run's book, with one thing changed.

use std::sync::Arc;

use callboard_rig_service::book::{Asked, Book, Committed, Session};
use callboard_rig_service::check;
use callboard_rig_service::run::{Played, play};
use callboard_rig_service::template::Template;
use serde_json::json;

fn played(template: &Arc<Template>, seed: u64) -> Played {
    play(seed, template, true, false).expect("played")
}

/// What the checker says of a book.
fn wrong(book: &Book) -> String {
    check::book(book).wrong.iter().map(|(_, what)| what.as_str()).collect::<Vec<_>>().join("\n")
}

/// The first seed whose run has all of this.
fn seed_with(template: &Arc<Template>, wanted: impl Fn(&Book) -> bool) -> u64 {
    let has = |seed: &u64| Some(played(template, *seed).book).is_some_and(|b| !b.jumped && wanted(&b));
    (1..200).find(has).expect("some seed has it")
}

fn book_with(template: &Arc<Template>, wanted: impl Fn(&Book) -> bool) -> Book {
    played(template, seed_with(template, wanted)).book
}

fn change(book: &mut Book, wanted: impl Fn(&Committed) -> bool, how: impl Fn(&mut Committed)) {
    how(book.commits.iter_mut().find(|c| wanted(c)).expect("such an event"));
}

fn of(ty: &'static str) -> impl Fn(&Committed) -> bool {
    move |c| c.ty == ty
}

fn expired(c: &Committed) -> bool {
    c.ty == "call.participant.left" && c.payload["reason"] == "reconnect_window_expired"
}

#[test]
fn seeds_repeat_and_differ() {
    let template = Arc::new(Template::make().expect("a template"));
    for seed in [1, 2, 3] {
        let (a, b) = (played(&template, seed), played(&template, seed));
        assert!(a.book.violations.is_empty(), "seed {seed}: {:?} {:#?}", a.book.violations, a.trace.about(None));
        assert_eq!(a.trace.about(None), b.trace.about(None), "seed {seed}");
        assert_ne!(a.trace.hash(), played(&template, seed + 100).trace.hash());
        assert!(a.trace.lines > 100, "something happens");
    }
}

#[test]
fn a_changed_book_is_found_out() {
    let template = Arc::new(Template::make().expect("a template"));
    let sound = |b: &Book| {
        let has = |ty: &str| b.commits.iter().any(|c| c.ty == ty);
        has("call.reconnecting")
            && has("call.resumed")
            && b.commits.iter().any(expired)
            && b.facts.values().any(|f| f.acked.is_some())
    };
    type Spoil = fn(&mut Book);
    let cases: [(&str, Spoil); 13] = [
        ("sequences are contiguous", |b| {
            b.commits.remove(3);
        }),
        ("an event is there once", |b| {
            let (ty, id) = (b.commits[1].session.clone(), b.commits[1].event_id.clone());
            change(b, |c| c.session == ty && c.sequence > 2, |c| c.event_id.clone_from(&id));
        }),
        ("an acknowledged event is in the log", |b| {
            let fact = b.facts.values_mut().find(|f| f.acked.is_some()).expect("a fact");
            fact.text.push('!');
        }),
        ("nothing but late words follows the end", |b| {
            let end = b
                .commits
                .iter()
                .find(|c| c.ty == "call.ended" || c.ty == "call.terminal_failure")
                .expect("an end")
                .clone();
            b.commits.push(Committed { sequence: 999, ty: "call.resumed".to_owned(), ..end });
        }),
        ("a call ends, and ends once", |b| {
            change(b, |c| c.ty == "call.ended" || c.ty == "call.terminal_failure", |c| c.ty = "call.error".to_owned())
        }),
        ("attempts rise by one", |b| change(b, of("call.reconnecting"), |c| c.payload["attempt"] = json!(7))),
        ("a window is as long as the session says", |b| {
            change(b, |c| c.payload["windowEndsAt"].is_string(), |c| c.ts -= 1_000_000);
        }),
        ("a window is waited for", |b| change(b, expired, |c| c.ts -= 5_000_000)),
        ("one call.resumed for each attempt", |b| {
            let lost = b.commits.iter_mut().filter(|c| c.ty == "call.reconnecting");
            lost.for_each(|c| c.ty = "call.error".to_owned());
        }),
        ("a leave's reason is true", |b| change(b, expired, |c| c.payload["reason"] = json!("removed"))),
        ("nobody leaves who is known to be connected", |b| {
            let left = b.commits.iter().find(|c| expired(c)).expect("a leave").clone();
            let conn =
                b.conns.iter_mut().rfind(|c| left.payload["identity"] == c.identity.as_str()).expect("a connection");
            (conn.from, conn.until, conn.joined_taken) = (0, None, Some(1));
        }),
        ("every event reaches the endpoint", |b| b.posts.clear()),
        ("all of the log can be read", |b| {
            let all = b.read.iter_mut().find(|((_, reader), _)| reader == "everything").expect("a last look");
            all.1.pop();
        }),
    ];
    let seed = seed_with(&template, sound);
    let book = || played(&template, seed).book;
    assert_eq!(wrong(&book()), "");
    for (name, spoil) in cases {
        let mut spoiled = book();
        spoil(&mut spoiled);
        assert!(wrong(&spoiled).contains(name), "{name}: {}", wrong(&spoiled));
    }
}

#[test]
fn tokens_places_and_order_are_looked_at() {
    let template = Arc::new(Template::make().expect("a template"));
    let rotated = |b: &Book| b.uses.values().any(|u| u.iter().filter(|u| u.next.is_some()).count() >= 2);
    let mut book = book_with(&template, rotated);
    let uses = book.uses.values_mut().find(|u| u.iter().filter(|u| u.next.is_some()).count() >= 2).expect("uses");
    let at = uses.iter().position(|u| u.next.is_some()).expect("a use");
    let mut again = uses[at].clone();
    again.next = Some(("another".to_owned(), 1));
    uses.push(again);
    assert!(wrong(&book).contains("gets the same answer"), "{}", wrong(&book));

    let moved = |b: &Book| b.acks.values().any(|a| a.iter().filter(|a| a.stands.is_some()).count() >= 2);
    let mut book = book_with(&template, moved);
    let acks = book.acks.values_mut().find(|a| a.iter().filter(|a| a.stands.is_some()).count() >= 2).expect("acks");
    let last = acks.iter_mut().rfind(|a| a.stands.is_some()).expect("an answer");
    (last.wanted, last.stands) = (0, Some((0, "advanced_sequence".to_owned())));
    assert!(wrong(&book).contains("never moves back"), "{}", wrong(&book));

    let sent = |b: &Book| b.posts.len() > 10;
    let mut book = book_with(&template, sent);
    book.posts[2].id = "another".to_owned();
    let mut twice = book.posts[2].clone();
    twice.id = "a third".to_owned();
    book.posts.push(twice);
    assert!(wrong(&book).contains("has the same id"), "{}", wrong(&book));
}

/// A call of the tenant that may have two: activated, ended by its server, or by the log alone.
fn limited(book: &mut Book, active: i64, asked_to_end: i64, over: Option<i64>) {
    let id = format!("call-{}", book.sessions.len());
    let asked = |what: &str, sent: i64| Asked { what: what.to_owned(), about: String::new(), sent, done: Some(sent) };
    let asked = vec![asked("activate", active), asked("completed", asked_to_end)];
    let session = id.clone();
    book.sessions.push(Session { id, limited: true, asked, ..Session::default() });
    book.commits.extend(over.map(|at| Committed {
        at,
        session,
        sequence: 3,
        event_id: "cb:ended".to_owned(),
        ts: at,
        ty: "call.ended".to_owned(),
        payload: json!({"endReason": "timeout"}),
    }));
}

#[test]
fn a_call_counts_until_it_was_to_end_or_had_ended_by_itself() {
    for (over, at_once) in [(None, true), (Some(25), true), (Some(15), false)] {
        let mut book = Book::default();
        limited(&mut book, 10, 100, None);
        limited(&mut book, 10, 100, over);
        limited(&mut book, 20, 100, None);
        assert_eq!(wrong(&book).contains("3 calls at once, 2 are allowed"), at_once, "{over:?}: {}", wrong(&book));
    }
}
