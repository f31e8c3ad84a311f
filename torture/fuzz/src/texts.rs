//! Texts of people: what they search for, and what they said, as captions.

use std::cell::RefCell;
use std::collections::HashMap;

use callboard_kernel::{Entropy, TenantId, Timestamp};
use callboard_transcripts::{Segment, TextForm, Version, query_texts, render};
use rusqlite::Connection;

use crate::halves;

thread_local! {
    static FTS: RefCell<Connection> = RefCell::new({
        let db = Connection::open_in_memory().expect("a database in memory");
        // As migration 0008 makes it.
        db.execute_batch("create virtual table w using fts5(words, tokenize = 'ascii', detail = 'none', columnsize = 0)")
            .expect("FTS5 is built in");
        db
    });
}

/// Whatever is typed, the text for FTS5 is one that FTS5 understands, and `tsquery` has nothing to escape.
pub(crate) fn search(data: &[u8]) {
    let query = String::from_utf8_lossy(data);
    let tenant: TenantId = TenantId::generate(Timestamp::from_seconds(1), &mut Entropy::from_seed([3; 32]));
    let Ok((fts5, tsquery)) = query_texts(&tenant, &query) else { return };
    FTS.with_borrow(|db| {
        let mut asked = db.prepare_cached("select rowid from w where w match ?1").expect("it prepares");
        let hits =
            asked.query_map([&fts5], |row| row.get::<_, i64>(0)).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        assert!(hits.is_ok(), "FTS5 refuses {fts5:?} for {query:?}: {hits:?}");
    });
    // Quotes come in pairs and nothing between them could end one.
    assert!(tsquery.split('\'').skip(1).step_by(2).all(|word| word.chars().all(is_plain)), "{tsquery:?}");
    let between: String = tsquery.split('\'').step_by(2).collect();
    assert!(between.chars().all(|c| " &:*".contains(c)), "{tsquery:?} has an operator of the caller's");
}

fn is_plain(c: char) -> bool {
    !c.is_whitespace() && !c.is_control() && !"'\\&|!():*<>".contains(c)
}

/// Two cues in, two cues out: nothing that is said or called forges a line, a cue, a time or markup.
pub(crate) fn captions(data: &[u8]) {
    let (said, name) = halves(data);
    let segments = [segment(1, &said, Some("par_1")), segment(2, &name, None)];
    let names = HashMap::from([("par_1".to_owned(), name)]);
    let text = render(TextForm::Plain, &segments, &names);
    assert_eq!(text.lines().count(), 2, "{text:?}");
    assert!(text.lines().all(|l| l.starts_with("[00:")), "{text:?}");
    for form in [TextForm::Vtt, TextForm::Srt] {
        let text = render(form, &segments, &names);
        assert_eq!(text.lines().filter(|l| l.contains("-->")).count(), 2, "{text:?}");
        assert!(!text.contains('\r') && !text.contains('\0') && !text.contains("\n\n\n"), "{text:?}");
        let expected = if form == TextForm::Vtt { "WEBVTT\n\n" } else { "1\n" };
        assert!(text.starts_with(expected), "{text:?}");
    }
    let vtt = render(TextForm::Vtt, &segments, &names);
    assert_eq!(vtt.matches("<v ").count(), 2, "{vtt:?}");
    assert_eq!(vtt.matches('<').count(), 4, "{vtt:?}");
}

fn segment(sequence: i64, text: &str, participant: Option<&str>) -> Segment {
    let current = Version {
        sequence,
        ts: Timestamp::from_seconds(sequence),
        utterance_id: format!("u{sequence}"),
        participant_id: participant.map(str::to_owned),
        speaker: "user".to_owned(),
        text: text.to_owned(),
        start_ms: sequence * 1_000,
        end_ms: sequence * 1_000 + 500,
        is_final: true,
        confidence: None,
        language: None,
        source: None,
    };
    Segment { current, revision: 0, first_sequence: sequence }
}
