//! When a certificate ends: the one field of X.509 that is of interest here, read from its DER.

use callboard_kernel::Timestamp;

/// The end of a certificate's validity; `None` when the bytes are none.
pub fn ends_at(der: &[u8]) -> Option<Timestamp> {
    let (_, certificate, _) = part(der)?;
    let (_, mut rest, _) = part(certificate)?;
    // [0] version (optional), serial number, signature, issuer; then the validity.
    if rest.first() == Some(&0xa0) {
        rest = part(rest)?.2;
    }
    for _ in 0..3 {
        rest = part(rest)?.2;
    }
    let (_, validity, _) = part(rest)?;
    let (_, _, after_begin) = part(validity)?;
    let (tag, end, _) = part(after_begin)?;
    instant(tag, std::str::from_utf8(end).ok()?)
}

/// Tag, content and what follows of the first value.
fn part(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, mut rest) = rest.split_first()?;
    let mut length = usize::from(first);
    if first >= 0x80 {
        let digits = usize::from(first & 0x7f);
        if digits == 0 || digits > 4 || rest.len() < digits {
            return None;
        }
        length = rest[..digits].iter().fold(0, |n, b| n << 8 | usize::from(*b));
        rest = &rest[digits..];
    }
    (rest.len() >= length).then(|| (tag, &rest[..length], &rest[length..]))
}

/// `YYMMDDhhmmssZ` (17, 1950-2049) or `YYYYMMDDhhmmssZ` (18).
fn instant(tag: u8, text: &str) -> Option<Timestamp> {
    let text = text.strip_suffix('Z').filter(|t| t.is_ascii())?;
    let text = match (tag, text.len()) {
        (0x17, 12) if text < "50" => format!("20{text}"),
        (0x17, 12) => format!("19{text}"),
        (0x18, 14) => text.to_owned(),
        _ => return None,
    };
    let (y, mo, d, h, mi, s) = (&text[..4], &text[4..6], &text[6..8], &text[8..10], &text[10..12], &text[12..]);
    Timestamp::parse_rfc3339(&format!("{y}-{mo}-{d}T{h}:{mi}:{s}Z"))
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    /// A self-signed Ed25519 certificate for CN=x, made with `openssl ca -selfsign -enddate 20270203040506Z`.
    const ONE: &str = "MIG+MHICAQEwBQYDK2VwMAwxCjAIBgNVBAMMAXgwHhcNMjYwMTAxMDAwMDAwWhcNMjcwMjAzMDQwNTA2WjAMMQowCAYDVQQDDAF4MCowBQYDK2VwAyEA+p52+v5uj7jfDRw41b10gEh2wycdmuRxHnAmBJNJOX0wBQYDK2VwA0EAwHs1UPWL7rkC7fi0yn6DyXBx97EJ5sB75xzmmxTEJxAwDu5fPQFLTks3KIKb4MSwqxThrtN+Dbub3AsnJsUJDQ==";

    #[test]
    fn the_end_is_read() {
        let der = STANDARD.decode(ONE).expect("base64");
        assert_eq!(ends_at(&der), Timestamp::parse_rfc3339("2027-02-03T04:05:06Z"));
        for cut in 0..der.len().min(120) {
            assert_eq!(ends_at(&der[..cut]), None, "cut at {cut}");
        }
        assert_eq!(ends_at(b"no certificate at all"), None);
    }

    #[test]
    fn both_kinds_of_instants() {
        assert_eq!(instant(0x17, "491231235959Z"), Timestamp::parse_rfc3339("2049-12-31T23:59:59Z"));
        assert_eq!(instant(0x18, "20500101000000Z"), Timestamp::parse_rfc3339("2050-01-01T00:00:00Z"));
        assert_eq!(instant(0x17, "20500101000000Z"), None);
        assert_eq!(instant(0x18, "20500101000000"), None);
    }
}
