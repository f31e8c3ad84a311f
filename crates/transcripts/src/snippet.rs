//! The part of a text around its first hit, made from the original text by our own code, so that both engines agree.

use std::ops::Range;

use unicode_normalization::char::is_combining_mark;

use crate::words::{self, Needle};

/// Characters of a snippet.
const WIDTH: usize = 160;
/// Characters before the first hit.
const BEFORE: usize = 50;
/// How far a cut may move to stand between words, in characters.
const NUDGE: usize = 15;

/// A piece of a snippet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// The text as it was said; `…` stands where more of it follows.
    pub text: String,
    /// Whether it is what was looked for.
    pub hit: bool,
}

/// About 160 characters around the first hit, in pieces.
pub(crate) fn around(text: &str, needles: &[Needle]) -> Vec<Part> {
    let hits = words::hits(text, needles);
    let first = hits.first().cloned().unwrap_or(0..0);
    let window = window(text, &first);
    let mut out = Vec::new();
    let mut push = |range: Range<usize>, hit: bool| {
        if let Some(text) = text.get(range).filter(|t| !t.is_empty()) {
            out.push(Part { text: text.to_owned(), hit });
        }
    };
    let mut at = window.start;
    for hit in hits.iter().filter(|h| h.start < window.end) {
        push(at..hit.start, false);
        at = hit.end.min(window.end);
        push(hit.start..at, true);
    }
    push(at..window.end, false);
    if window.start > 0 {
        dots(&mut out, true);
    }
    if window.end < text.len() {
        dots(&mut out, false);
    }
    out
}

/// Says that there is more before, or after.
fn dots(parts: &mut Vec<Part>, before: bool) {
    let at = if before { 0 } else { parts.len().saturating_sub(1) };
    match parts.get_mut(at).filter(|p| !p.hit) {
        Some(part) if before => part.text.insert(0, '…'),
        Some(part) => part.text.push('…'),
        None => parts.insert(if before { 0 } else { parts.len() }, Part { text: "…".to_owned(), hit: false }),
    }
}

fn window(text: &str, first: &Range<usize>) -> Range<usize> {
    if text.chars().nth(WIDTH).is_none() {
        return 0..text.len();
    }
    let before = text[..first.start].char_indices().rev().map(|(at, _)| at).take(BEFORE).last();
    let start = starts(text, before.unwrap_or(first.start), first.start);
    let end = text[start..].char_indices().nth(WIDTH).map_or(text.len(), |(at, _)| start + at);
    start..ends(text, end, first.end)
}

/// The beginning of a word at or shortly after `at`, and not after `limit`.
fn starts(text: &str, at: usize, limit: usize) -> usize {
    if at == 0 || text[..at].ends_with(char::is_whitespace) {
        return at;
    }
    let ahead = text[at..limit].char_indices().take(NUDGE).find(|(_, c)| c.is_whitespace());
    match ahead {
        Some((step, blank)) => at + step + blank.len_utf8(),
        None => text[at..limit].find(|c: char| !is_combining_mark(c)).map_or(limit, |step| at + step),
    }
}

/// The end of a word at or shortly before `at`, and not before `limit` if that is possible.
fn ends(text: &str, at: usize, limit: usize) -> usize {
    if at == text.len() {
        return at;
    }
    let behind = text[..at].char_indices().rev().take(NUDGE).find(|(_, c)| c.is_whitespace());
    match behind {
        Some((blank, _)) if blank >= limit => blank,
        _ => text[at..].find(|c: char| !is_combining_mark(c)).map_or(text.len(), |step| at + step),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(text: &str, query: &str) -> String {
        let parts = around(text, &words::needles(query).expect("a query"));
        parts.iter().map(|p| if p.hit { format!("[{}]", p.text) } else { p.text.clone() }).collect()
    }

    #[test]
    fn a_short_text_is_shown_whole() {
        assert_eq!(shown("Crème brûlée, bien sûr", "brulee sur"), "Crème [brûlée], bien [sûr]");
        assert_eq!(shown("hello", "hello"), "[hello]");
    }

    #[test]
    fn a_long_text_is_cut_between_words() {
        let text = format!("{}needle {}", "some words before it ".repeat(10), "and some after ".repeat(20));
        let shown = shown(&text, "need");
        assert!(shown.starts_with("…it some words before it some"), "{shown}");
        assert!(shown.contains("before it [needle] and some") && shown.ends_with(" and some after…"), "{shown}");
        assert!((140..=165).contains(&shown.chars().count()), "{}", shown.chars().count());
    }

    #[test]
    fn a_text_without_blanks_is_cut_between_characters() {
        let shown = shown(&format!("{}東京{}", "あ".repeat(300), "い".repeat(300)), "東京");
        assert_eq!(shown, format!("…{}[東京]{}…", "あ".repeat(50), "い".repeat(108)));
    }

    proptest! {
        /// Without its dots, a snippet is a part of the text, and it begins to show the first hit.
        #[test]
        fn a_snippet_is_a_part_of_the_text(text in "([a-c\u{e9}\u{301}東京 ]{1,9} ){1,80}", query in "[a-c京]{1,2}") {
            let needles = words::needles(&query).expect("a query");
            let parts = around(&text, &needles);
            let whole: String = parts.iter().map(|p| p.text.as_str()).collect();
            let plain = whole.strip_prefix('…').unwrap_or(&whole);
            let plain = plain.strip_suffix('…').unwrap_or(plain);
            prop_assert!(text.contains(plain), "{whole:?} of {text:?}");
            prop_assert!(plain.chars().count() <= WIDTH + 20);
            let first = words::hits(&text, &needles).first().cloned();
            prop_assert_eq!(parts.iter().find(|p| p.hit).map(|p| p.text.as_str()), first.map(|h| &text[h]));
        }
    }
}
