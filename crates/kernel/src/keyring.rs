//! Secrets of the installation: derived tokens (HMAC) and sealed columns (AEAD), by key id.
//!
//! A derived token is `prefix_<keyid>.<base64url HMAC-SHA-256>`; only the row and generation it stands for are
//! stored, so a replayed request can derive the same token again.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{ChaCha20Poly1305, KeyInit as _, Nonce};
use hmac::{Hmac, Mac as _};
use secrecy::{ExposeSecret as _, SecretBox, SecretString};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::{Entropy, Error, Result};

/// SHA-256 of the parts, one after the other.
pub fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// SHA-256 of one text as 64 hexadecimal digits.
pub fn sha256_hex(bytes: &[u8]) -> String {
    sha256(&[bytes]).iter().map(|b| format!("{b:02x}")).collect()
}

/// What a derived token is for; part of what is signed, so kinds never stand in for each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// Lets a participant come back after a cut.
    Resume,
    /// Speaks for one participant of one session.
    Pass,
    /// Leads a person into a session.
    Join,
    /// Signs a person in once.
    LoginLink,
    /// Protects a cookie login against forged requests.
    Csrf,
    /// The key of the simulated media server; never leaves the process.
    Simulated,
}

impl TokenKind {
    /// The prefix on the wire.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Resume => "cbr",
            Self::Pass => "cbp",
            Self::Join => "cbj",
            Self::LoginLink => "cbl",
            Self::Csrf => "cbx",
            Self::Simulated => "cbm",
        }
    }
}

fn good_id(id: &str) -> bool {
    (1..=16).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
}

/// One installation key: an id and 32 bytes.
pub struct MasterKey {
    id: String,
    secret: SecretBox<[u8; 32]>,
}

impl MasterKey {
    /// A key from its parts. The id is 1-16 of `a-z 0-9`.
    pub fn new(id: &str, secret: [u8; 32]) -> Result<Self> {
        if !good_id(id) {
            return Err(Error::invalid("CALLBOARD_SECRET_KEY", "the key id must be 1-16 of a-z and 0-9"));
        }
        Ok(Self { id: id.to_owned(), secret: SecretBox::new(Box::new(secret)) })
    }

    /// Reads `id:base64url(32 bytes)`, the form of `CALLBOARD_SECRET_KEY`.
    pub fn parse(text: &str) -> Result<Self> {
        let bad = || Error::invalid("CALLBOARD_SECRET_KEY", "must be `id:` and 32 bytes in base64url without padding");
        let (id, secret) = text.trim().split_once(':').ok_or_else(bad)?;
        let bytes = URL_SAFE_NO_PAD.decode(secret).map_err(|_| bad())?;
        Self::new(id, bytes.try_into().map_err(|_| bad())?)
    }

    /// The text that [`MasterKey::parse`] reads.
    pub fn to_text(&self) -> SecretString {
        format!("{}:{}", self.id, URL_SAFE_NO_PAD.encode(self.secret.expose_secret())).into()
    }
}

/// The installation's keys: the current one first, older ones still accepted.
pub struct Keyring {
    keys: Vec<MasterKey>,
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.keys.iter().map(|k| &k.id)).finish()
    }
}

impl Keyring {
    /// A ring whose first key is the current one.
    pub fn new(current: MasterKey, older: Vec<MasterKey>) -> Self {
        let mut keys = vec![current];
        keys.extend(older);
        Self { keys }
    }

    /// Id and fingerprint of each key, the current one first: enough to tell whether a key is at hand, of no use for
    /// anything else.
    pub fn fingerprints(&self) -> Vec<(String, String)> {
        let of = |key: &MasterKey| Self::mac(key, "fingerprint", &[])[..8].iter().map(|b| format!("{b:02x}")).collect();
        self.keys.iter().map(|key| (key.id.clone(), of(key))).collect()
    }

    fn mac(key: &MasterKey, purpose: &str, parts: &[&str]) -> [u8; 32] {
        // HMAC takes a key of any length, so this cannot fail for 32 bytes.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.secret.expose_secret()) else { return [0; 32] };
        mac.update(purpose.as_bytes());
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        mac.finalize().into_bytes().into()
    }

    fn token(key: &MasterKey, kind: TokenKind, parts: &[&str]) -> String {
        format!("{}_{}.{}", kind.prefix(), key.id, URL_SAFE_NO_PAD.encode(Self::mac(key, kind.prefix(), parts)))
    }

    /// The token for `parts` (tenant, row, generation …) under the current key.
    pub fn derive(&self, kind: TokenKind, parts: &[&str]) -> SecretString {
        Self::token(&self.keys[0], kind, parts).into()
    }

    /// Whether `candidate` is the token for `parts`, under any key of the ring, in constant time.
    pub fn matches(&self, kind: TokenKind, parts: &[&str], candidate: &str) -> bool {
        self.keys.iter().any(|k| Self::token(k, kind, parts).as_bytes().ct_eq(candidate.as_bytes()).into())
    }

    /// Whether a stored look-up hash is that of the token for `parts`, under any key of the ring.
    pub fn made(&self, kind: TokenKind, parts: &[&str], hash: &str) -> bool {
        self.keys.iter().any(|k| Self::lookup_hash(&Self::token(k, kind, parts)) == hash)
    }

    /// The SHA-256 by which a token is found in a table; the token itself is never stored.
    pub fn lookup_hash(token: &str) -> String {
        sha256_hex(token.as_bytes())
    }

    /// Encrypts a column; `context` (table, tenant, row) binds the ciphertext to its place.
    pub fn seal(&self, context: &str, plain: &[u8], entropy: &mut Entropy) -> Result<String> {
        let key = &self.keys[0];
        let nonce_bytes = entropy.block();
        let mut nonce = [0u8; 12];
        nonce.copy_from_slice(&nonce_bytes[..12]);
        let sealed = Self::cipher(key)
            .encrypt(&Nonce::from(nonce), Payload { msg: plain, aad: context.as_bytes() })
            .map_err(|_| Error::internal("sealing a column failed"))?;
        Ok(format!("{}:{}:{}", key.id, URL_SAFE_NO_PAD.encode(nonce), URL_SAFE_NO_PAD.encode(sealed)))
    }

    /// Id of the key that something was sealed with; none when it has not the form that [`Keyring::seal`] gives.
    pub fn sealed_with(sealed: &str) -> Option<&str> {
        sealed.split_once(':').map(|(id, _)| id).filter(|id| good_id(id))
    }

    /// Whether a key of this id is in the ring.
    pub fn has(&self, id: &str) -> bool {
        self.keys.iter().any(|k| k.id == id)
    }

    /// Decrypts what [`Keyring::seal`] made for the same context. The note of a failure says which key is missing; it can
    /// be logged.
    pub fn open(&self, context: &str, sealed: &str) -> Result<SecretString> {
        let bad = |why: &str| Error::internal(format!("a sealed column cannot be opened: {why}"));
        let id = Self::sealed_with(sealed).ok_or_else(|| bad("it is damaged"))?;
        let key = self.keys.iter().find(|k| k.id == id).ok_or_else(|| {
            bad(&format!("its key `{id}` is not among the configured ones (secret_key, secret_keys_older)"))
        })?;
        let mut parts = sealed.splitn(3, ':').skip(1);
        let (nonce, body) = (parts.next(), parts.next());
        let nonce: [u8; 12] = URL_SAFE_NO_PAD
            .decode(nonce.unwrap_or_default())
            .ok()
            .and_then(|n| n.try_into().ok())
            .ok_or_else(|| bad("its nonce is damaged"))?;
        let body = URL_SAFE_NO_PAD.decode(body.unwrap_or_default()).map_err(|_| bad("it is damaged"))?;
        let plain = Self::cipher(key)
            .decrypt(&Nonce::from(nonce), Payload { msg: &body, aad: context.as_bytes() })
            .map_err(|_| bad(&format!("it is damaged, or was sealed with another key of the id `{id}`")))?;
        String::from_utf8(plain).map(SecretString::from).map_err(|_| bad("it is not text"))
    }

    fn cipher(key: &MasterKey) -> ChaCha20Poly1305 {
        let derived = Self::mac(key, "seal", &[]);
        ChaCha20Poly1305::new(&derived.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(id: &str, byte: u8) -> MasterKey {
        MasterKey::new(id, [byte; 32]).expect("a good key")
    }

    #[test]
    fn tokens_bind_kind_and_every_part() {
        let keys = Keyring::new(ring("a", 1), vec![]);
        let token = keys.derive(TokenKind::Pass, &["ten_1", "pas_1"]);
        let token = token.expose_secret();
        assert!(keys.matches(TokenKind::Pass, &["ten_1", "pas_1"], token));
        assert!(!keys.matches(TokenKind::Join, &["ten_1", "pas_1"], token));
        assert!(!keys.matches(TokenKind::Pass, &["ten_1pas_1", ""], token));
        assert!(!keys.matches(TokenKind::Pass, &["ten_1", "pas_2"], token));
    }

    #[test]
    fn older_keys_still_verify_and_open() {
        let mut e = Entropy::from_seed([1; 32]);
        let before = Keyring::new(ring("a", 1), vec![]);
        let sealed = before.seal("issuer/ten_1", b"hush", &mut e).expect("sealed");
        let token = before.derive(TokenKind::Resume, &["x"]);
        let after = Keyring::new(ring("b", 2), vec![ring("a", 1)]);
        assert!(after.matches(TokenKind::Resume, &["x"], token.expose_secret()));
        assert_eq!(after.open("issuer/ten_1", &sealed).expect("opened").expose_secret(), "hush");
        assert!(after.open("issuer/ten_2", &sealed).is_err());
        assert!(Keyring::new(ring("b", 2), vec![]).open("issuer/ten_1", &sealed).is_err());
    }

    #[test]
    fn what_stays_closed_says_which_key_it_needs() {
        let mut e = Entropy::from_seed([1; 32]);
        let sealed = Keyring::new(ring("k1", 1), vec![]).seal("x", b"hush", &mut e).expect("sealed");
        assert_eq!(Keyring::sealed_with(&sealed), Some("k1"));
        assert_eq!((Keyring::sealed_with("no form"), Keyring::sealed_with("")), (None, None));
        let why = |keys: Keyring, sealed: &str| {
            let error = keys.open("x", sealed).expect_err("refused");
            error.internal_note().expect("a note").to_owned()
        };
        let missing = why(Keyring::new(ring("k2", 2), vec![]), &sealed);
        assert!(missing.contains("its key `k1` is not among the configured ones"), "{missing}");
        let same_id = why(Keyring::new(ring("k1", 2), vec![]), &sealed);
        assert!(same_id.contains("another key of the id `k1`"), "{same_id}");
        // Whatever lies there instead is not told on.
        let damaged = why(Keyring::new(ring("k1", 1), vec![]), "whsec_plain text");
        assert_eq!(damaged, "a sealed column cannot be opened: it is damaged");
    }

    #[test]
    fn fingerprints_tell_keys_of_one_id_apart() {
        let both = Keyring::new(ring("k1", 1), vec![ring("k1", 2)]).fingerprints();
        assert_eq!(both, Keyring::new(ring("k1", 1), vec![ring("k1", 2)]).fingerprints());
        assert!(both[0].0 == "k1" && both[1].0 == "k1" && both[0].1 != both[1].1 && both[0].1.len() == 16, "{both:?}");
    }

    #[test]
    fn key_text_round_trip_and_debug_hides_secrets() {
        let key = ring("k1", 9);
        let text = key.to_text();
        assert!(MasterKey::parse(text.expose_secret()).is_ok());
        assert!(MasterKey::parse("nope").is_err());
        assert_eq!(format!("{:?}", Keyring::new(key, vec![])), "[\"k1\"]");
    }
}
