//! Secrets that are given away once and kept as hashes.

use std::fmt;

use base64ct::{Base64UrlUnpadded, Encoding};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// 192 bits: 32 characters.
const BYTES: usize = 24;
/// Nothing that we gave away is longer.
const LONGEST: usize = 256;

/// A secret in the clear, on its way to or from whom it was made for. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(String);

impl Secret {
    /// A new one.
    pub(crate) fn random() -> Self {
        let mut bytes = [0; BYTES];
        getrandom::fill(&mut bytes).expect("the operating system has a random source");
        Self(Base64UrlUnpadded::encode_string(&bytes))
    }

    /// What somebody says that it is. `None` for what cannot be one of ours, which also
    /// keeps it from being part of a key.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let usual = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        let possible = !text.is_empty() && text.len() <= LONGEST && text.bytes().all(usual);
        possible.then(|| Self(text.to_owned()))
    }

    /// What is kept of it.
    pub(crate) fn digest(&self) -> String {
        digest(&self.0)
    }

    /// The secret itself, to be shown once.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// SHA-256 in hexadecimal digits. Enough for what is random; passwords take
/// [`Passwords`](super::passwords::Passwords).
pub(crate) fn digest(text: &str) -> String {
    let hash = Sha256::digest(text.as_bytes());
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Compares without telling by time how much is alike.
pub(crate) fn is_same(a: &str, b: &str) -> bool {
    a.as_bytes().ct_eq(b.as_bytes()).into()
}

/// Whether this is the digest of something, so that it is safe as a part of a key.
pub(crate) fn is_digest(text: &str) -> bool {
    text.len() == 64
        && text
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_have_more_than_128_bits_and_do_not_show_themselves() {
        let secret = Secret::random();
        assert_eq!(secret.reveal().len(), 32);
        assert_ne!(secret, Secret::random());
        assert!(!format!("{secret:?}").contains(secret.reveal()));
        assert!(!secret.digest().contains(secret.reveal()));
        assert!(is_digest(&secret.digest()));
        assert_eq!(Secret::parse(secret.reveal()), Some(secret));
        assert_eq!(Secret::parse("../x"), None);
    }

    #[test]
    fn digests_are_sha256() {
        // FIPS 180-2, the example of one block.
        assert_eq!(
            digest("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
