//! Random secrets: `prefix_<row in base 32>_<43 characters of 256 random bits>_<checksum>`.
//!
//! The row's id makes the look-up exact, the checksum lets a typing error be refused without one, and the whole text
//! is stored only as its SHA-256.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use callboard_kernel::{Entropy, SecretString, sha256};

/// Prefix of API keys.
pub(crate) const KEY: &str = "cbk";
/// Prefix of login cookies.
pub(crate) const LOGIN: &str = "cbs";

/// Characters of the row's id, without its type's prefix.
const ROW: usize = 26;
/// Characters of 32 bytes in base64url.
const RANDOM: usize = 43;
/// Characters of the checksum.
const CHECK: usize = 6;

/// A new secret for the row `typ_<26 characters>`.
pub(crate) fn mint(prefix: &str, row: &str, entropy: &mut Entropy) -> SecretString {
    let row = row.split_once('_').map_or(row, |(_, rest)| rest);
    let body = format!("{prefix}_{row}_{}", URL_SAFE_NO_PAD.encode(entropy.block()));
    format!("{body}_{}", checksum(&body)).into()
}

/// The row's id without its type's prefix, when the text has the form of [`mint`] with this prefix.
pub(crate) fn row_of<'a>(prefix: &str, text: &'a str) -> Option<&'a str> {
    let start = prefix.len() + 1;
    if text.len() != start + ROW + 1 + RANDOM + 1 + CHECK || !text.is_ascii() || !text.starts_with(prefix) {
        return None;
    }
    let (body, check) = text.split_at(text.len() - CHECK - 1);
    (check.strip_prefix('_')? == checksum(body)).then(|| &text[start..start + ROW])
}

fn checksum(body: &str) -> String {
    sha256(&[b"callboard token", body.as_bytes()]).iter().take(CHECK / 2).map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use callboard_kernel::{ApiKeyId, ExposeSecret as _, Timestamp};

    use super::*;

    #[test]
    fn secrets_name_their_row_and_typing_errors_are_seen() {
        let mut entropy = Entropy::from_seed([1; 32]);
        let id = ApiKeyId::generate(Timestamp::from_seconds(1), &mut entropy);
        let secret = mint(KEY, id.as_str(), &mut entropy);
        let text = secret.expose_secret();
        assert_eq!(row_of(KEY, text).map(|r| format!("key_{r}")).as_deref(), Some(id.as_str()));
        assert_eq!(row_of(LOGIN, text), None);
        for at in 4..text.len() {
            let mut wrong = text.to_owned();
            let other = if text.as_bytes()[at] == b'0' { "1" } else { "0" };
            wrong.replace_range(at..=at, other);
            assert_eq!(row_of(KEY, &wrong), None, "{at}");
        }
        for text in ["", "cbk_", "cbk_äöü", &text[1..], &format!("{text}x")] {
            assert_eq!(row_of(KEY, text), None, "{text}");
        }
    }
}
