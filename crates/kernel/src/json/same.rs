//! Equality of documents as values, with numbers compared as exact decimals.

use std::collections::HashMap;

use serde_json::value::RawValue;

/// Deeper documents are only equal byte for byte; [`super::check`] never lets one through.
const MAX_DEPTH: usize = 128;

/// Whether two documents are equal: byte for byte, or as JSON values, where key order, escapes and the
/// spelling of numbers do not matter (`1.0`, `1` and `10e-1` are one number; digits are never rounded).
/// Text that is not JSON equals only itself.
pub fn same_value(a: &str, b: &str) -> bool {
    a == b || same(a, b, MAX_DEPTH)
}

fn same(a: &str, b: &str, depth: usize) -> bool {
    let (a, b) = (a.trim_ascii(), b.trim_ascii());
    let (Some(first_a), Some(first_b)) = (a.bytes().next(), b.bytes().next()) else {
        return false;
    };
    match (first_a, first_b) {
        (b'{', b'{') => depth > 0 && same_objects(a, b, depth - 1).unwrap_or(false),
        (b'[', b'[') => depth > 0 && same_arrays(a, b, depth - 1).unwrap_or(false),
        (b'"', b'"') => {
            let text = |t| serde_json::from_str::<String>(t).ok();
            text(a).is_some() && (a == b || text(a) == text(b))
        }
        (b't' | b'f' | b'n', b't' | b'f' | b'n') => a == b && matches!(a, "true" | "false" | "null"),
        _ => match (Decimal::parse(a), Decimal::parse(b)) {
            (Some(x), Some(y)) => x == y,
            // An exponent beyond i64 has no equal but its own text.
            _ => a == b && is_json(a),
        },
    }
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<&RawValue>(text).is_ok()
}

fn same_objects(a: &str, b: &str, depth: usize) -> Option<bool> {
    let a: HashMap<String, &RawValue> = serde_json::from_str(a).ok()?;
    let b: HashMap<String, &RawValue> = serde_json::from_str(b).ok()?;
    let equal =
        a.len() == b.len() && a.iter().all(|(key, x)| b.get(key).is_some_and(|y| same(x.get(), y.get(), depth)));
    Some(equal)
}

fn same_arrays(a: &str, b: &str, depth: usize) -> Option<bool> {
    let a: Vec<&RawValue> = serde_json::from_str(a).ok()?;
    let b: Vec<&RawValue> = serde_json::from_str(b).ok()?;
    Some(a.len() == b.len() && a.iter().zip(&b).all(|(x, y)| same(x.get(), y.get(), depth)))
}

/// ± digits × 10^exponent, with no zeros at either end; zero has no digits, sign or exponent.
#[derive(PartialEq)]
struct Decimal {
    negative: bool,
    digits: Vec<u8>,
    exponent: i64,
}

impl Decimal {
    fn parse(text: &str) -> Option<Self> {
        // The digits themselves are read below, exactly.
        if !is_json(text) {
            return None;
        }
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, written) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, Some(exponent)),
            None => (unsigned, None),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
        if !all.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let lead = all.iter().take_while(|d| **d == b'0').count();
        let trail = all[lead..].iter().rev().take_while(|d| **d == b'0').count();
        let digits = all[lead..all.len() - trail].to_vec();
        if digits.is_empty() {
            return Some(Self { negative: false, digits, exponent: 0 });
        }
        let exponent = written.map_or(Some(0), |e| e.parse::<i64>().ok())?;
        let shift = i64::try_from(trail).ok()? - i64::try_from(fraction.len()).ok()?;
        Some(Self { negative, digits, exponent: exponent.checked_add(shift)? })
    }
}
