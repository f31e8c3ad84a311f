//! Tokens, keys and cursors: only what was made here is understood, and it means what it meant.

use callboard_eventlog::TailCursor;
use callboard_http::Cursor;
use callboard_kernel::{ExposeSecret as _, Keyring, MasterKey, Timestamp, TokenKind};

use crate::halves;

const PARTS: [&str; 4] = ["ten_1", "ses_1", "par_1", "3"];
const KINDS: [TokenKind; 3] = [TokenKind::Pass, TokenKind::Resume, TokenKind::Join];

fn ring() -> Keyring {
    Keyring::new(MasterKey::new("k1", [7; 32]).expect("a good id"), Vec::new())
}

/// A text as every kind of token and cursor at once.
pub(crate) fn tokens_and_cursors(data: &[u8]) {
    let (text, list) = halves(data);
    let ring = ring();
    for kind in KINDS {
        let good = ring.derive(kind, &PARTS);
        assert_eq!(ring.matches(kind, &PARTS, &text), text == good.expose_secret(), "a made-up token was believed");
    }
    if let Ok(key) = MasterKey::parse(&text) {
        let written = key.to_text();
        let again = MasterKey::parse(written.expose_secret()).expect("what was written is read");
        assert_eq!(again.to_text().expose_secret(), written.expose_secret());
    }
    if let Ok(cursor) = TailCursor::decode(&text) {
        assert_eq!(TailCursor::decode(&cursor.encode()).ok(), Some(cursor), "a tail cursor means one place");
    }
    if let Ok(cursor) = Cursor::decode(&text, &list) {
        assert_eq!(Cursor::decode(&cursor.encode(&list), &list).ok(), Some(cursor), "a cursor means one place");
        assert!(Cursor::decode(&text, &format!("{list}x")).is_err(), "a cursor of another list was taken");
    }
    let made = Cursor { at: Timestamp::from_micros(data.len() as i64), id: text };
    assert_eq!(Cursor::decode(&made.encode(&list), &list).ok(), Some(made), "a cursor is read as it was made");
}
