//! Strings: finding their end, checking their escapes, and unescaping keys.

/// Where and why a string is refused; the byte is an offset into the document.
pub(super) struct BadString {
    pub at: usize,
    pub reason: &'static str,
}

/// A string that was accepted.
pub(super) struct Scanned {
    /// Offset of the closing quote.
    pub end: usize,
    /// Whether it holds escapes, so that its text differs from its bytes.
    pub escaped: bool,
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// Marks, with the high bit of its byte, the first of eight bytes that is a quote, a backslash or a
/// control character. Bits above the lowest marked one mean nothing.
const fn special(word: u64) -> u64 {
    let quote = word ^ (ONES * b'"' as u64);
    let back = word ^ (ONES * b'\\' as u64);
    let hits = (quote.wrapping_sub(ONES) & !quote)
        | (back.wrapping_sub(ONES) & !back)
        | (word.wrapping_sub(ONES * 0x20) & !word);
    hits & HIGH
}

/// Offset of the next quote, backslash or control character at or after `at`, or the end.
fn next_special(bytes: &[u8], mut at: usize) -> usize {
    while let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let hit = special(u64::from_le_bytes(*chunk));
        if hit != 0 {
            return at + (hit.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    while bytes.get(at).is_some_and(|b| *b != b'"' && *b != b'\\' && *b >= 0x20) {
        at += 1;
    }
    at
}

/// Scans a string whose opening quote lies at `open`.
pub(super) fn scan(bytes: &[u8], open: usize) -> Result<Scanned, BadString> {
    let mut at = open + 1;
    let mut escaped = false;
    loop {
        at = next_special(bytes, at);
        match bytes.get(at) {
            Some(b'"') => return Ok(Scanned { end: at, escaped }),
            Some(b'\\') => {
                escaped = true;
                at = escape(bytes, at)?;
            }
            Some(_) => {
                return Err(BadString { at, reason: "a control character in a string must be escaped" });
            }
            None => {
                return Err(BadString { at, reason: "the text ends inside a string" });
            }
        }
    }
}

/// Checks the escape whose backslash lies at `at` and returns the offset behind it.
fn escape(bytes: &[u8], at: usize) -> Result<usize, BadString> {
    let bad = |reason| Err(BadString { at, reason });
    match bytes.get(at + 1) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at + 2),
        Some(b'u') => match hex4(bytes, at + 2) {
            None => bad("\\u must be followed by four hexadecimal digits"),
            Some(0) => bad("U+0000 is not allowed in strings"),
            Some(0xD800..=0xDBFF) => match low_surrogate(bytes, at + 6) {
                Some(_) => Ok(at + 12),
                None => bad("a lone high surrogate is not a character"),
            },
            Some(0xDC00..=0xDFFF) => bad("a lone low surrogate is not a character"),
            Some(_) => Ok(at + 6),
        },
        Some(_) => bad("unknown escape in a string"),
        None => bad("the text ends inside a string"),
    }
}

fn hex4(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.iter().try_fold(0, |sum, b| Some(sum * 16 + char::from(*b).to_digit(16)?))
}

fn low_surrogate(bytes: &[u8], at: usize) -> Option<u32> {
    let escape = bytes.get(at..at + 2)? == b"\\u";
    hex4(bytes, at + 2).filter(|unit| escape && (0xDC00..=0xDFFF).contains(unit))
}

/// The text of a string that [`scan`] has accepted, given without its quotes.
pub(super) fn unescape(raw: &str) -> String {
    let bytes = raw.as_bytes();
    let mut out = String::with_capacity(raw.len());
    let mut at = 0;
    while let Some(found) = raw[at..].find('\\') {
        let back = at + found;
        out.push_str(&raw[at..back]);
        at = back + 2;
        match bytes.get(back + 1) {
            Some(b'u') => {
                let unit = hex4(bytes, back + 2).unwrap_or(0xFFFD);
                at = back + 6;
                let point = match low_surrogate(bytes, at) {
                    Some(low) if (0xD800..=0xDBFF).contains(&unit) => {
                        at += 6;
                        0x1_0000 + ((unit - 0xD800) << 10) + (low - 0xDC00)
                    }
                    _ => unit,
                };
                out.push(char::from_u32(point).unwrap_or('\u{FFFD}'));
            }
            Some(b'b') => out.push('\u{8}'),
            Some(b'f') => out.push('\u{C}'),
            Some(b'n') => out.push('\n'),
            Some(b'r') => out.push('\r'),
            Some(b't') => out.push('\t'),
            Some(other) => out.push(char::from(*other)),
            None => break,
        }
    }
    out.push_str(&raw[at.min(raw.len())..]);
    out
}
