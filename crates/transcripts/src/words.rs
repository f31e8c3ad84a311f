//! Words as search knows them. Both engines get the same folded words, told apart by blanks, so that neither tokenizer
//! decides anything: NFKD, accents taken off, case folded, cut where no letter or digit stands.
//!
//! Scripts without blanks between words (Han, kana, Thai, Lao, Khmer, Burmese) are indexed by overlapping pairs of
//! characters, and the last character of a run alone, so that one character is always the beginning of an indexed word.

use std::collections::BTreeSet;
use std::ops::Range;

use callboard_kernel::{Error, Result, TenantId, sha256_hex};
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Most characters of a query.
pub(crate) const MAX_QUERY: usize = 200;
/// Most words of a query; in scripts without blanks, pairs of characters.
const MAX_WORDS: usize = 32;
/// Characters of a word that count; what follows them is not indexed.
const MAX_WORD: usize = 64;

/// Hexadecimal digits of a tenant's mark: 48 bits.
const MARK: usize = 12;

/// What a word stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Between blanks or signs.
    Word,
    /// Two neighbours of a run.
    Pair,
    /// The last character of a run of several.
    Tail,
    /// The only character of a run.
    Lone,
}

/// A folded word and where it stands in the text, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Word {
    folded: String,
    kind: Kind,
    /// The whole word.
    at: Range<usize>,
    /// Where its first character ends (runs), or the whole word.
    head_end: usize,
}

/// One word that a hit must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Needle {
    folded: String,
    /// Whether words that only begin with it are hits as well.
    prefix: bool,
    /// Whether it is one character of a run.
    lone: bool,
}

impl Needle {
    fn finds(&self, word: &Word) -> bool {
        if self.prefix { word.folded.starts_with(&self.folded) } else { word.folded == self.folded }
    }
}

/// Whether indexed words have all the needles: what both engines' indexes answer, asked of one row.
pub(crate) fn stand_in(tenant: &TenantId, needles: &[Needle], indexed: &str) -> bool {
    let mark = mark(tenant);
    let is = |n: &Needle, word: &str| if n.prefix { word.starts_with(&n.folded) } else { word == n.folded };
    let words = || indexed.split(' ').filter_map(|w| w.strip_prefix(mark.as_str()));
    needles.iter().all(|needle| words().any(|word| is(needle, word)))
}

/// The words of a query: all must be there, the last one may be a beginning.
///
/// # Errors
/// `VALIDATION_FAILED`: too long, too many words, or none.
pub(crate) fn needles(query: &str) -> Result<Vec<Needle>> {
    let refused = |why: String| Err(Error::invalid("query:q", why));
    if query.chars().count() > MAX_QUERY {
        return refused(format!("must have at most {MAX_QUERY} characters"));
    }
    let words: Vec<Word> = words(query).into_iter().filter(|w| w.kind != Kind::Tail).collect();
    if words.is_empty() {
        return refused("must have a letter or a digit".to_owned());
    }
    if words.len() > MAX_WORDS {
        return refused(format!("must have at most {MAX_WORDS} words"));
    }
    let last = words.len() - 1;
    let needle = |(n, word): (usize, Word)| {
        let lone = word.kind == Kind::Lone;
        Needle { folded: word.folded, prefix: lone || (n == last && word.kind == Kind::Word), lone }
    };
    Ok(words.into_iter().enumerate().map(needle).collect())
}

/// What is indexed of a text: its distinct words with the tenant's mark before each, between single blanks.
pub(crate) fn indexed(tenant: &TenantId, text: &str) -> String {
    let (mark, mut out) = (mark(tenant), String::new());
    let distinct: BTreeSet<String> = words(text).into_iter().map(|w| w.folded).collect();
    for word in distinct {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(&mark);
        out.push_str(&word);
    }
    out
}

/// Keeps the words of tenants apart inside the index, so that no search reads, or takes time for, another tenant's
/// hits. Queries name their tenant besides.
fn mark(tenant: &TenantId) -> String {
    sha256_hex(tenant.as_str().as_bytes())[..MARK].to_owned()
}

/// The query for FTS5: each word quoted, joined by AND.
pub(crate) fn for_fts5(tenant: &TenantId, needles: &[Needle]) -> String {
    let mark = mark(tenant);
    let word = |n: &Needle| format!("\"{mark}{}\"{}", n.folded, if n.prefix { " *" } else { "" });
    needles.iter().map(word).collect::<Vec<_>>().join(" AND ")
}

/// The same for `tsquery`. Letters and digits are all that a folded word holds: there is nothing to escape.
pub(crate) fn for_tsquery(tenant: &TenantId, needles: &[Needle]) -> String {
    let mark = mark(tenant);
    let word = |n: &Needle| format!("'{mark}{}'{}", n.folded, if n.prefix { ":*" } else { "" });
    needles.iter().map(word).collect::<Vec<_>>().join(" & ")
}

/// What a search for `query` asks of each engine: the text for FTS5's `match`, and the one for `tsquery`.
///
/// # Errors
/// `VALIDATION_FAILED`: too long, too many words, or none.
pub fn query_texts(tenant: &TenantId, query: &str) -> Result<(String, String)> {
    let needles = needles(query)?;
    Ok((for_fts5(tenant, &needles), for_tsquery(tenant, &needles)))
}

/// Where the needles stand in a text, in bytes, in order and without overlaps.
pub(crate) fn hits(text: &str, needles: &[Needle]) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for word in words(text) {
        let Some(needle) = needles.iter().find(|n| n.finds(&word)) else { continue };
        found.push(word.at.start..if needle.lone { word.head_end } else { word.at.end });
    }
    found.sort_by_key(|hit| hit.start);
    let mut out: Vec<Range<usize>> = Vec::with_capacity(found.len());
    for hit in found {
        match out.last_mut() {
            Some(last) if hit.start < last.end => last.end = last.end.max(hit.end),
            _ => out.push(hit),
        }
    }
    out
}

/// Cuts a text into folded words.
fn words(text: &str) -> Vec<Word> {
    let mut cutter = Cutter::default();
    for (start, c) in text.char_indices() {
        let at = start..start + c.len_utf8();
        if c.is_ascii() {
            cutter.take(c, &at);
        } else {
            std::iter::once(c).nfkd().for_each(|part| cutter.take(part, &at));
        }
    }
    cutter.close_word();
    cutter.close_run();
    cutter.out
}

#[derive(Default)]
struct Cutter {
    out: Vec<Word>,
    /// The word that is being read.
    word: Option<(String, Range<usize>)>,
    /// The characters of a script without blanks that are being read.
    run: Vec<(String, Range<usize>)>,
}

impl Cutter {
    /// Takes one decomposed character that stands at `at`.
    fn take(&mut self, c: char, at: &Range<usize>) {
        let open = self.word.as_mut().or(self.run.last_mut());
        if is_passed_over(c) {
            // It belongs to what it stands behind, for marking hits.
            if let Some((_, place)) = open {
                place.end = at.end;
            }
        } else if is_combining_mark(c) {
            if let Some((folded, place)) = open {
                folded.push(c);
                place.end = at.end;
            }
        } else if !c.is_alphanumeric() {
            self.close_word();
            self.close_run();
        } else if is_spaceless(c) {
            self.close_word();
            self.run.push((c.to_string(), at.clone()));
        } else {
            self.close_run();
            let (folded, place) = self.word.get_or_insert_with(|| (String::new(), at.clone()));
            fold_case(c, folded);
            place.end = at.end;
        }
    }

    fn close_word(&mut self) {
        let Some((folded, at)) = self.word.take() else { return };
        let head_end = at.end;
        self.out.push(Word { folded: settled(folded), kind: Kind::Word, at, head_end });
    }

    fn close_run(&mut self) {
        let run = std::mem::take(&mut self.run);
        let alone = run.len() == 1;
        for (n, (first, at)) in run.iter().enumerate() {
            let (kind, folded, end) = match run.get(n + 1) {
                Some((second, next)) => (Kind::Pair, format!("{first}{second}"), next.end),
                None => (if alone { Kind::Lone } else { Kind::Tail }, first.clone(), at.end),
            };
            self.out.push(Word { folded: settled(folded), kind, at: at.start..end, head_end: at.end });
        }
    }
}

/// A word in its last form: marks in their canonical order, and cut.
fn settled(folded: String) -> String {
    if folded.is_ascii() && folded.len() <= MAX_WORD {
        return folded;
    }
    folded.nfkd().filter(|c| !is_passed_over(*c)).take(MAX_WORD).collect()
}

/// Case folding without tables of our own: up, then down, which also unites `ß` and `SS`, `ς` and `σ`. A few letters
/// that people type without their stroke, and that Unicode does not decompose, follow.
fn fold_case(c: char, out: &mut String) {
    if c.is_ascii() {
        out.push(c.to_ascii_lowercase());
        return;
    }
    for lower in c.to_uppercase().flat_map(char::to_lowercase) {
        match lower {
            'ø' => out.push('o'),
            'đ' => out.push('d'),
            'ł' => out.push('l'),
            'æ' => out.push_str("ae"),
            'œ' => out.push_str("oe"),
            'ß' => out.push_str("ss"),
            other => out.push(other),
        }
    }
}

/// Accents (Latin, Greek, Cyrillic), Hebrew points, Arabic vowel signs and stretching, joiners and other characters
/// without a shape of their own. Vowel signs of the scripts of India and South-East Asia, and the marks of kana that
/// make another letter, are no accents: they stay.
const fn is_passed_over(c: char) -> bool {
    matches!(c,
        '\u{0300}'..='\u{036F}' | '\u{0483}'..='\u{0489}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}'
        | '\u{20D0}'..='\u{20FF}' | '\u{FE20}'..='\u{FE2F}'
        | '\u{0591}'..='\u{05BD}' | '\u{05BF}' | '\u{05C1}' | '\u{05C2}' | '\u{05C4}' | '\u{05C5}' | '\u{05C7}'
        | '\u{0610}'..='\u{061A}' | '\u{0640}' | '\u{064B}'..='\u{065F}' | '\u{0670}' | '\u{06D6}'..='\u{06DC}'
        | '\u{00AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}'
        | '\u{2066}'..='\u{2069}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{E0100}'..='\u{E01EF}')
}

/// Scripts that are written without blanks between words.
const fn is_spaceless(c: char) -> bool {
    matches!(c,
        '\u{3005}'..='\u{3007}' | '\u{3041}'..='\u{30FF}' | '\u{31F0}'..='\u{31FF}'
        | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{323AF}'
        | '\u{0E00}'..='\u{0EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn folded(text: &str) -> Vec<String> {
        words(text).into_iter().map(|w| w.folded).collect()
    }

    #[test]
    fn words_are_folded() {
        for (text, expected) in [
            ("Crème brûlée, s'il vous plaît!", "creme brulee s il vous plait"),
            ("Cre\u{300}me", "creme"),
            ("STRASSE Straße STRAẞE", "strasse strasse strasse"),
            ("Łódź Ærø Đà œuvre", "lodz aero da oeuvre"),
            ("İstanbul ISPARTA ılık", "istanbul isparta ilik"),
            ("ΟΔΟΣ οδός ᾳ", "οδοσ οδοσ α"),
            ("Ёлка ёлка", "елка елка"),
            ("ﬁne ２０２６ ½ x²", "fine 2026 1 2 x2"),
            ("soft\u{AD}hyphen zero\u{200D}join 1\u{FE0F}\u{20E3}", "softhyphen zerojoin 1"),
            ("שָׁלוֹם שלום", "שלום שלום"),
            ("كَتَبَ كتب كـتـب أحمد", "كتب كتب كتب احمد"),
            ("हिन्दी", "हिन्दी"),
            ("a-b_c d.e@f", "a b c d e f"),
            ("… ?! 🙂 — \u{301}", ""),
        ] {
            assert_eq!(folded(text).join(" "), expected, "{text}");
        }
    }

    #[test]
    fn runs_without_blanks_become_pairs() {
        assert_eq!(folded("東京タワー"), ["東京", "京タ", "タワ", "ワー", "ー"]);
        assert_eq!(folded("我 love 北京"), ["我", "love", "北京", "京"]);
        assert_eq!(folded("ｶﾞ"), folded("ガ"));
        assert_ne!(folded("がっこう"), folded("かっこう"), "the mark of kana makes another letter");
        let found = |text: &str, query: &str| {
            let needles = needles(query).expect("a query");
            hits(text, &needles).into_iter().map(|h| text[h].to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(found("明日は東京タワーへ", "東京タワー"), ["東京タワー"]);
        assert_eq!(found("明日は東京タワーへ", "京"), ["京"]);
        assert_eq!(found("明日は東京タワーへ", "へ"), ["へ"]);
        assert_eq!(found("明日は東京タワーへ", "京都"), [] as [&str; 0]);
    }

    #[test]
    fn hits_are_marked_in_the_original() {
        let needles = needles("BRULEE cre").expect("a query");
        let text = "Une Crème, une cre\u{300}me brûlée; brûlées creux.";
        let found: Vec<&str> = hits(text, &needles).into_iter().map(|h| &text[h]).collect();
        assert_eq!(found, ["Crème", "cre\u{300}me", "brûlée", "creux"]);
    }

    #[test]
    fn queries_have_limits() {
        for (query, why) in [
            (String::new(), "a letter or a digit"),
            (" ?! … \"*\"".to_owned(), "a letter or a digit"),
            ("a".repeat(201), "at most 200 characters"),
            ("a ".repeat(33), "at most 32 words"),
        ] {
            let error = needles(&query).expect_err(&query);
            assert!(error.message().contains(why), "{query}: {error}");
        }
        assert_eq!(needles(&"é".repeat(200)).expect("200 characters").len(), 1);
        assert_eq!(needles(&"a ".repeat(32)).expect("32 words").len(), 32);
    }

    proptest! {
        /// What the index is made of holds nothing that an engine could read as syntax or as a boundary of its own,
        /// and folding what is folded changes nothing.
        #[test]
        fn folded_words_are_plain(text in ".*") {
            for word in words(&text) {
                prop_assert!(!word.folded.is_empty() && word.folded.chars().count() <= MAX_WORD, "{word:?}");
                prop_assert!(
                    word.folded.chars().all(|c| (c.is_alphanumeric() && !c.is_ascii_uppercase()) || is_combining_mark(c)),
                    "{word:?}"
                );
                prop_assert!(text.get(word.at.clone()).is_some() && text.is_char_boundary(word.head_end), "{word:?}");
                if word.kind == Kind::Word && word.folded.chars().count() < MAX_WORD {
                    prop_assert_eq!(folded(&word.folded), vec![word.folded.clone()]);
                }
            }
        }

        /// A word that stands in a text is found in it, whatever its case and composition.
        #[test]
        fn words_of_a_text_find_it(text in "[\\PC ]{1,40}", pick in any::<prop::sample::Index>()) {
            let parts: Vec<&str> = text.split_whitespace().collect();
            prop_assume!(!parts.is_empty());
            let part = parts[pick.index(parts.len())];
            let Ok(needles) = needles(part) else { return Ok(()) };
            let indexed: Vec<Word> = words(&text);
            for needle in &needles {
                prop_assert!(indexed.iter().any(|w| needle.finds(w)), "{needle:?} in {text:?}");
            }
            prop_assert!(!hits(&text, &needles).is_empty());
            let decomposed: String = part.nfd().collect();
            prop_assert_eq!(super::needles(&decomposed).ok(), Some(needles));
        }
    }
}
