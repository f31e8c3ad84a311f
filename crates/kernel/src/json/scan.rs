//! The scanner: one pass, no recursion, nothing allocated per value except keys with escapes.

use std::borrow::Cow;
use std::collections::HashSet;

use super::{Rules, string};
use crate::FieldError;

/// From this many keys on, an object's keys are looked up in a set instead of one by one.
const SET_FROM: usize = 16;

/// An array or object that is still open.
enum Open<'a> {
    /// Index of the element being read.
    Array { index: usize },
    /// Its keys are `keys[first..]` up to the next open object's first.
    Object { first: usize, set: Option<HashSet<Cow<'a, str>>> },
}

/// Whether a fault lies in the container itself or in the member that is being read.
#[derive(Clone, Copy)]
enum Place {
    Container,
    Member,
}

pub(super) struct Scanner<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    rules: Rules,
    /// Keys of all open objects, outermost first; also what fault pointers are made from.
    keys: Vec<Cow<'a, str>>,
    stack: Vec<Open<'a>>,
    out: String,
    /// Start of the text that has not been copied to `out` yet.
    pending: usize,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str, rules: Rules) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            at: 0,
            rules,
            keys: Vec::with_capacity(16),
            stack: Vec::with_capacity(8),
            out: String::new(),
            pending: 0,
        }
    }

    pub(super) fn run(mut self) -> Result<String, FieldError> {
        self.skip_space();
        loop {
            // One value; an opened container leads straight to its first member.
            if self.value()? {
                continue;
            }
            // Close what ends here, then go to the next member.
            loop {
                self.skip_space();
                if self.stack.is_empty() {
                    return self.finish();
                }
                if self.after_value()? {
                    break;
                }
            }
        }
    }

    fn finish(mut self) -> Result<String, FieldError> {
        if self.at < self.bytes.len() {
            return Err(self.fault(Place::Container, "there is more text after the document"));
        }
        if self.pending == 0 {
            return Ok(self.text.to_owned());
        }
        self.out.push_str(&self.text[self.pending..]);
        Ok(self.out)
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Leaves white space out of the result.
    fn skip_space(&mut self) {
        if !matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            return;
        }
        self.out.push_str(&self.text[self.pending..self.at]);
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
        self.pending = self.at;
    }

    /// Reads one value. True when a container was opened and stands before its first member.
    fn value(&mut self) -> Result<bool, FieldError> {
        match self.peek() {
            Some(b'"') => {
                self.string(Place::Member)?;
                Ok(false)
            }
            Some(b'-' | b'0'..=b'9') => self.number().map(|()| false),
            Some(b'{') => self.open_object(),
            Some(b'[') => self.open_array(),
            Some(b't') => self.word("true"),
            Some(b'f') => self.word("false"),
            Some(b'n') => self.word("null"),
            Some(_) => Err(self.fault(Place::Member, "a JSON value is expected here")),
            None => Err(self.fault(Place::Member, "the text ends where a value is expected")),
        }
    }

    fn word(&mut self, word: &str) -> Result<bool, FieldError> {
        if !self.text[self.at..].starts_with(word) {
            return Err(self.fault(Place::Member, "a JSON value is expected here"));
        }
        self.at += word.len();
        Ok(false)
    }

    fn string(&mut self, place: Place) -> Result<string::Scanned, FieldError> {
        match string::scan(self.bytes, self.at) {
            Ok(scanned) => {
                self.at = scanned.end + 1;
                Ok(scanned)
            }
            Err(bad) => {
                self.at = bad.at;
                Err(self.fault(place, bad.reason))
            }
        }
    }

    fn check_depth(&self) -> Result<(), FieldError> {
        if self.stack.len() < self.rules.max_depth {
            return Ok(());
        }
        let reason = format!("nested deeper than {} levels", self.rules.max_depth);
        Err(self.fault(Place::Member, &reason))
    }

    fn open_array(&mut self) -> Result<bool, FieldError> {
        self.check_depth()?;
        self.at += 1;
        self.stack.push(Open::Array { index: 0 });
        self.skip_space();
        if self.peek() == Some(b']') {
            self.close();
            return Ok(false);
        }
        Ok(true)
    }

    fn open_object(&mut self) -> Result<bool, FieldError> {
        self.check_depth()?;
        self.at += 1;
        self.stack.push(Open::Object { first: self.keys.len(), set: None });
        self.skip_space();
        if self.peek() == Some(b'}') {
            self.close();
            return Ok(false);
        }
        self.key()?;
        Ok(true)
    }

    fn close(&mut self) {
        self.at += 1;
        if let Some(Open::Object { first, .. }) = self.stack.pop() {
            self.keys.truncate(first);
        }
    }

    /// Stands behind a member. True when another member follows and its value is next.
    fn after_value(&mut self) -> Result<bool, FieldError> {
        let in_array = matches!(self.stack.last(), Some(Open::Array { .. }));
        match (self.peek(), in_array) {
            (Some(b']'), true) | (Some(b'}'), false) => {
                self.close();
                Ok(false)
            }
            (Some(b','), true) => {
                self.at += 1;
                if let Some(Open::Array { index }) = self.stack.last_mut() {
                    *index += 1;
                }
                self.skip_space();
                Ok(true)
            }
            (Some(b','), false) => {
                self.at += 1;
                self.skip_space();
                self.key().map(|()| true)
            }
            (Some(_), true) => Err(self.fault(Place::Container, "`,` or `]` is expected here")),
            (Some(_), false) => Err(self.fault(Place::Container, "`,` or `}` is expected here")),
            (None, true) => Err(self.fault(Place::Container, "the text ends inside an array")),
            (None, false) => Err(self.fault(Place::Container, "the text ends inside an object")),
        }
    }

    /// Reads a key and its colon, and refuses a key that its object already has.
    fn key(&mut self) -> Result<(), FieldError> {
        if self.peek() != Some(b'"') {
            return Err(self.fault(Place::Container, "a key in double quotes is expected here"));
        }
        let start = self.at + 1;
        let scanned = self.string(Place::Container)?;
        let raw = &self.text[start..scanned.end];
        let key: Cow<'a, str> = if scanned.escaped { string::unescape(raw).into() } else { raw.into() };
        let Some(Open::Object { first, set }) = self.stack.last_mut() else {
            return Err(self.fault(Place::Container, "a key outside an object"));
        };
        let earlier = self.keys.get(*first..).unwrap_or_default();
        if earlier.len() == SET_FROM {
            *set = Some(earlier.iter().cloned().collect());
        }
        let duplicate = match set {
            Some(set) => !set.insert(key.clone()),
            None => earlier.contains(&key),
        };
        self.keys.push(key);
        if duplicate {
            self.at = start - 1;
            return Err(self.fault(Place::Member, "the key appears twice in its object"));
        }
        self.skip_space();
        if self.peek() != Some(b':') {
            return Err(self.fault(Place::Member, "`:` is expected after the key"));
        }
        self.at += 1;
        self.skip_space();
        Ok(())
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while self.peek().is_some_and(|b| b.is_ascii_digit()) {
            self.at += 1;
        }
        self.at - start
    }

    fn number(&mut self) -> Result<(), FieldError> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let whole = self.at;
        let count = self.digits();
        if count == 0 {
            return Err(self.fault(Place::Member, "a digit is expected here"));
        }
        if count > 1 && self.bytes[whole] == b'0' {
            self.at = whole;
            return Err(self.fault(Place::Member, "a number must not have leading zeros"));
        }
        let mut integer = true;
        let mut exponent = false;
        if self.peek() == Some(b'.') {
            integer = false;
            self.at += 1;
            if self.digits() == 0 {
                return Err(self.fault(Place::Member, "a digit is expected after the point"));
            }
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            (integer, exponent) = (false, true);
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            if self.digits() == 0 {
                return Err(self.fault(Place::Member, "a digit is expected in the exponent"));
            }
        }
        let too_large = if integer {
            const MAX: &[u8] = b"9007199254740991";
            count > MAX.len() || (count == MAX.len() && &self.bytes[whole..self.at] > MAX)
        } else {
            // Below 10^300 nothing overflows unless an exponent makes it so.
            (exponent || count > 300) && !self.text[start..self.at].parse::<f64>().is_ok_and(f64::is_finite)
        };
        if too_large {
            self.at = start;
            let reason = if integer {
                "an integer must lie within ±9007199254740991 (2^53-1)"
            } else {
                "the number is too large for a double"
            };
            return Err(self.fault(Place::Member, reason));
        }
        Ok(())
    }

    fn fault(&self, place: Place, reason: &str) -> FieldError {
        let mut pointer = String::new();
        // The key being read in each open object: the last before the next object's first.
        let mut upper = self.keys.len();
        let mut parts: Vec<Cow<'_, str>> = Vec::new();
        for (depth, open) in self.stack.iter().enumerate().rev() {
            let innermost = depth + 1 == self.stack.len();
            let named = !innermost || matches!(place, Place::Member);
            match open {
                Open::Array { index } if named => parts.push(index.to_string().into()),
                Open::Object { first, .. } => {
                    if let (true, Some(key)) = (named, self.keys[*first..upper].last()) {
                        parts.push(key.replace('~', "~0").replace('/', "~1").into());
                    }
                    upper = *first;
                }
                Open::Array { .. } => {}
            }
        }
        for part in parts.iter().rev() {
            pointer.push('/');
            pointer.push_str(part);
        }
        FieldError { pointer, reason: format!("{reason} (byte {})", self.at) }
    }
}
