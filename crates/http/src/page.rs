//! Lists: a stable total order (time, then id), opaque cursors, a limit with a named range.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use callboard_kernel::{Error, Result, Timestamp, codes, sha256};
use serde::Serialize;

/// Largest page.
pub const MAX_LIMIT: i64 = 100;
/// Page size when none is asked for.
pub const DEFAULT_LIMIT: i64 = 50;

/// The answer of a list route.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct List<T> {
    /// The page.
    pub items: Vec<T>,
    /// Leads to the next page; null on the last one.
    #[schema(required = true)]
    pub next_cursor: Option<String>,
}

impl<T> List<T> {
    /// A list that is always whole.
    pub const fn whole(items: Vec<T>) -> Self {
        Self { items, next_cursor: None }
    }
}

/// A place between two rows: the last row's instant and id. Opaque on the wire, and bound to its list by a checksum,
/// so that a cursor of another list or a made-up one is refused. It is no permission: queries name their tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The last row's instant.
    pub at: Timestamp,
    /// The last row's id.
    pub id: String,
}

impl Cursor {
    /// The opaque text. `list` names the list and whatever else the order depends on (tenant, filters).
    pub fn encode(&self, list: &str) -> String {
        let micros = self.at.micros().to_be_bytes();
        let mut bytes = checksum(list, &micros, self.id.as_bytes()).to_vec();
        bytes.extend_from_slice(&micros);
        bytes.extend_from_slice(self.id.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads what [`Cursor::encode`] made for the same list; anything else is `INVALID_CURSOR`.
    pub fn decode(text: &str, list: &str) -> Result<Self> {
        Self::read(text, list).ok_or_else(|| {
            Error::new(&codes::INVALID_CURSOR, "The cursor does not belong to this list; start without one.")
                .field("query:cursor", "must be a nextCursor of this list")
        })
    }

    fn read(text: &str, list: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (sum, rest) = bytes.split_at_checked(8)?;
        let (micros, id) = rest.split_at_checked(8)?;
        if checksum(list, micros, id) != sum {
            return None;
        }
        let at = Timestamp::from_micros(i64::from_be_bytes(micros.try_into().ok()?));
        Some(Self { at, id: String::from_utf8(id.to_vec()).ok()? })
    }
}

fn checksum(list: &str, micros: &[u8], id: &[u8]) -> [u8; 8] {
    let mut out = [0; 8];
    out.copy_from_slice(
        &sha256(&[b"callboard cursor", &(list.len() as u64).to_be_bytes(), list.as_bytes(), micros, id])[..8],
    );
    out
}

/// One page of one list, as asked for.
#[derive(Clone, Debug)]
pub struct Page {
    /// Rows of the page, 1-100.
    pub limit: i64,
    /// Rows come after this place.
    pub after: Option<Cursor>,
    list: String,
}

impl Page {
    /// Checks `limit` and `cursor` as they came in the query. `list` as in [`Cursor::encode`].
    pub fn of(limit: Option<i64>, cursor: Option<&str>, list: &str) -> Result<Self> {
        let limit = limit.unwrap_or(DEFAULT_LIMIT);
        if !(1..=MAX_LIMIT).contains(&limit) {
            return Err(Error::invalid("query:limit", format!("must be 1-{MAX_LIMIT}")));
        }
        let after = cursor.map(|c| Cursor::decode(c, list)).transpose()?;
        Ok(Self { limit, after, list: list.to_owned() })
    }

    /// What to ask the database for: one row more than the page, to see whether another page follows.
    pub const fn fetch(&self) -> i64 {
        self.limit + 1
    }

    /// Bounds for `where (created_at, id) < (:at, :id)` of a list that is newest first; the far future without a cursor.
    pub fn before(&self) -> (Timestamp, String) {
        self.after.as_ref().map_or_else(|| (Timestamp::from_micros(i64::MAX), String::new()), |c| (c.at, c.id.clone()))
    }

    /// Cuts the extra row off and makes the cursor of the last one kept.
    pub fn list<T>(&self, mut rows: Vec<T>, place: impl Fn(&T) -> Cursor) -> List<T> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = rows.last().filter(|_| more).map(|last| place(last).encode(&self.list));
        List { items: rows, next_cursor }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor() -> Cursor {
        Cursor { at: Timestamp::from_micros(1_795_307_431_500_000), id: "ses_x".to_owned() }
    }

    #[test]
    fn cursors_read_back_in_their_own_list_only() {
        let text = cursor().encode("sessions:ten_1");
        assert_eq!(Cursor::decode(&text, "sessions:ten_1").expect("own"), cursor());
        for (text, list) in
            [(text.as_str(), "sessions:ten_2"), ("", "l"), ("AAAA", "l"), ("%%%", "l"), (&text[1..], "sessions:ten_1")]
        {
            assert!(Cursor::decode(text, list).expect_err(text).is(&codes::INVALID_CURSOR), "{text}");
        }
    }

    #[test]
    fn limits_name_their_range() {
        for (limit, good) in
            [(None, true), (Some(1), true), (Some(100), true), (Some(0), false), (Some(101), false), (Some(-1), false)]
        {
            let page = Page::of(limit, None, "l");
            assert_eq!(page.is_ok(), good, "{limit:?}");
            if let Err(e) = page {
                assert!(e.message().contains("1-100"));
            }
        }
    }

    #[test]
    fn the_last_page_has_no_cursor() {
        let page = Page::of(Some(2), None, "l").expect("a page");
        let place = |n: &i64| Cursor { at: Timestamp::from_micros(*n), id: n.to_string() };
        let first = page.list(vec![3, 2, 1], place);
        assert_eq!(first.items, [3, 2]);
        let next = Cursor::decode(first.next_cursor.as_deref().expect("more"), "l").expect("ours");
        assert_eq!(next, place(&2));
        assert_eq!(page.list(vec![1], place).next_cursor, None);
    }

    proptest::proptest! {
        #[test]
        fn arbitrary_cursors_never_panic(text in ".*") {
            proptest::prop_assert!(Cursor::decode(&text, "l").is_err());
        }
    }
}
