//! Signs what is sent as the Standard Webhooks specification says, so that whoever gets it
//! can tell that it is ours, new and whole: HMAC-SHA256 over `id.timestamp.body`
//! (standardwebhooks.com, specification 1.0, "Symmetric signatures").

use std::fmt;

use base64ct::{Base64, Encoding};
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// What every secret begins with.
const PREFIX: &str = "whsec_";
/// 256 bits; the specification asks for 192 to 512.
const BYTES: usize = 32;

/// What a webhook's messages are signed with. It must be kept as it is, for signing; it lets
/// nobody in. `Debug` hides it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct SigningSecret(String);

impl SigningSecret {
    pub(super) fn random() -> Self {
        let mut bytes = [0; BYTES];
        getrandom::fill(&mut bytes).expect("the operating system has a random source");
        Self(format!("{PREFIX}{}", Base64::encode_string(&bytes)))
    }

    /// The secret itself, to be shown once.
    pub(super) fn reveal(&self) -> &str {
        &self.0
    }

    /// What goes into `webhook-signature`. The time is in seconds since the Unix epoch.
    pub(super) fn sign(&self, id: &str, seconds: u64, body: &[u8]) -> String {
        let text = self.0.strip_prefix(PREFIX).unwrap_or_default();
        let key = Base64::decode_vec(text).unwrap_or_default();
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("keys of every length do");
        mac.update(format!("{id}.{seconds}.").as_bytes());
        mac.update(body);
        let signature = mac.finalize().into_bytes();
        format!("v1,{}", Base64::encode_string(&signature))
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSecret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_those_of_the_specification() {
        // The example that the libraries of the specification are tested with.
        let secret = SigningSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned());
        let signature = secret.sign(
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            br#"{"test": 2432232314}"#,
        );
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_secret_does_not_show_itself() {
        let secret = SigningSecret::random();
        assert!(!format!("{secret:?}").contains(&secret.reveal()[PREFIX.len()..]));
        assert_ne!(secret, SigningSecret::random());
    }
}
