//! Just enough of Rust's surface to search code: blanks comments and literals, finds matching braces, functions and
//! unit tests. Lines and columns stay where they were.

/// Replaces comments and the contents of string and character literals by blanks.
pub fn mask(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let end = literal_or_comment(bytes, at);
        if end > at {
            out.extend(bytes[at..end].iter().map(|byte| if *byte == b'\n' { b'\n' } else { b' ' }));
            at = end;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Where the comment or literal that starts at `at` ends, or `at` when none starts there.
fn literal_or_comment(bytes: &[u8], at: usize) -> usize {
    let rest = &bytes[at..];
    let after_word = at > 0 && is_word(bytes[at - 1]);
    if rest.starts_with(b"//") {
        return at + rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
    }
    if rest.starts_with(b"/*") {
        return block_comment(bytes, at);
    }
    if !after_word && let Some(end) = raw_string(bytes, at) {
        return end;
    }
    match rest[0] {
        b'"' => quoted(bytes, at, b'"'),
        b'\'' => character(bytes, at),
        _ => at,
    }
}

fn block_comment(bytes: &[u8], start: usize) -> usize {
    let (mut depth, mut at) = (0, start);
    while at < bytes.len() {
        if bytes[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if bytes[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    at
}

/// `r"…"`, `r#"…"#`, and their byte forms.
fn raw_string(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    if bytes.get(at) == Some(&b'b') {
        at += 1;
    }
    if bytes.get(at) != Some(&b'r') {
        return None;
    }
    at += 1;
    let hashes = bytes[at..].iter().take_while(|byte| **byte == b'#').count();
    at += hashes;
    if bytes.get(at) != Some(&b'"') {
        return None;
    }
    at += 1;
    while at < bytes.len() {
        let closing =
            bytes[at] == b'"' && bytes[at + 1..].iter().take(hashes).filter(|byte| **byte == b'#').count() == hashes;
        if closing {
            return Some(at + 1 + hashes);
        }
        at += 1;
    }
    Some(at)
}

fn quoted(bytes: &[u8], start: usize, quote: u8) -> usize {
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            byte if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// A character literal, or nothing when the quote starts a lifetime.
fn character(bytes: &[u8], start: usize) -> usize {
    if bytes.get(start + 1) == Some(&b'\\') {
        return quoted(bytes, start, b'\'');
    }
    // One character, of up to four bytes, then the closing quote; a lifetime has none so near.
    (start + 2..=start + 5)
        .find(|at| {
            bytes.get(*at) == Some(&b'\'')
                && std::str::from_utf8(&bytes[start + 1..*at]).is_ok_and(|one| one.chars().count() == 1)
        })
        .map_or(start, |at| at + 1)
}

/// Whether a byte can stand inside an identifier.
pub fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 128
}

/// Everything but line ends blanked.
pub fn blank(code: &str) -> String {
    code.chars().map(|letter| if letter == '\n' { '\n' } else { ' ' }).collect()
}

/// Blanks every item that stands under `#[cfg(test)]`.
pub fn without_tests(code: &str) -> String {
    let mut out = code.to_owned();
    for attribute in ["#[cfg(test)]", "#[cfg(any(test,", "#[cfg(all(test,"] {
        let mut from = 0;
        while let Some(found) = out[from..].find(attribute) {
            let start = from + found;
            let end = item_end(&out, start + attribute.len());
            out.replace_range(start..end, &blank(&out[start..end]));
            from = end;
        }
    }
    out
}

/// Where the item that follows an attribute ends: its closing brace, or its semicolon.
fn item_end(code: &str, start: usize) -> usize {
    let stop = code[start..].find(['{', ';']).map_or(code.len(), |at| start + at);
    if code.as_bytes().get(stop) == Some(&b'{') { matching_brace(code, stop) } else { (stop + 1).min(code.len()) }
}

/// The position after the brace that closes the one at `open`.
pub fn matching_brace(code: &str, open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in code.bytes().enumerate().skip(open) {
        match byte {
            b'{' => depth += 1,
            b'}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    code.len()
}

/// Positions where `word` stands as a whole: no letter, digit or underscore beside it.
pub fn find_word<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let bytes = code.as_bytes();
    let starts_word = word.bytes().next().is_some_and(is_word);
    let ends_word = word.bytes().next_back().is_some_and(is_word);
    code.match_indices(word).map(|(at, _)| at).filter(move |at| {
        let before = *at > 0 && is_word(bytes[at - 1]);
        let after = bytes.get(at + word.len()).is_some_and(|byte| is_word(*byte));
        !(starts_word && before || ends_word && after)
    })
}

/// The line, from 1, of a position.
pub fn line_of(code: &str, at: usize) -> usize {
    code[..at].bytes().filter(|byte| *byte == b'\n').count() + 1
}

/// A function's name, first line, and number of lines from `fn` to its closing brace.
#[derive(Debug, PartialEq, Eq)]
pub struct Function {
    /// The identifier after `fn`.
    pub name: String,
    /// Line of the `fn` keyword.
    pub line: usize,
    /// Lines it spans.
    pub lines: usize,
}

/// All functions with a body, in order.
pub fn functions(code: &str) -> Vec<Function> {
    let mut found = Vec::new();
    for at in find_word(code, "fn") {
        let signature = &code[at + 2..];
        let name: String =
            signature.trim_start().chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
        if name.is_empty() {
            continue; // `fn(…)` as a type
        }
        let Some(open) = body(code, at) else { continue };
        let (line, last) = (line_of(code, at), line_of(code, matching_brace(code, open).saturating_sub(1)));
        found.push(Function { name, line, lines: last - line + 1 });
    }
    found
}

/// The opening brace of a function's body; none for a declaration.
fn body(code: &str, at: usize) -> Option<usize> {
    let mut depth = 0_i32;
    for (offset, byte) in code.bytes().enumerate().skip(at) {
        match byte {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth -= 1,
            b'{' if depth == 0 => return Some(offset),
            b';' if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_are_blanked_and_nothing_moves() {
        let text = "let a = \"x // y\"; // unwrap()\nlet b = 'c'; let r = r#\"panic!(\"\"#; /* dbg! /* deep */ */ call::<'a>();";
        let masked = mask(text);
        assert_eq!(masked.len(), text.len());
        for gone in ["unwrap", "panic", "dbg", "deep", "x //"] {
            assert!(!masked.contains(gone), "{gone} is still in {masked}");
        }
        assert!(masked.contains("call::<'a>();"));
    }

    #[test]
    fn a_lifetime_is_no_character_and_a_quote_in_one_is() {
        assert_eq!(mask("fn f<'a>(x: &'a str) {}"), "fn f<'a>(x: &'a str) {}");
        assert_eq!(mask("let q = '\\''; y"), "let q =     ; y");
        assert_eq!(mask("let q = '\"'; y"), "let q =    ; y");
    }

    #[test]
    fn unit_tests_are_left_out() {
        let code = "fn a() {}\n#[cfg(test)]\nmod tests {\n fn b() { c() }\n}\nfn d() {}";
        let product = without_tests(code);
        assert!(product.contains("fn a") && product.contains("fn d") && !product.contains("fn b"));
    }

    #[test]
    fn functions_are_measured_from_keyword_to_brace() {
        let code = "trait T { fn declared(&self) -> [u8; 2]; }\nfn one() {}\nfn three(\n) {\n}\ntype F = fn(u8);";
        let found = functions(code);
        assert_eq!(found.iter().map(|f| (f.name.as_str(), f.lines)).collect::<Vec<_>>(), [("one", 1), ("three", 3)]);
    }
}
