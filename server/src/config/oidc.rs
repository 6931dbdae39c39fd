//! Settings of signing in with a provider, and what is wrong with them.

use std::fmt;
use std::path::PathBuf;

use openidconnect::url::{Host, Url};
use serde::{Deserialize, Deserializer, Serialize};

use super::{Config, ConfigError, SignIn};

/// The longest name of a provider, in characters: it has to fit on a button.
const NAME_CHARACTERS: usize = 40;

/// Who becomes a member by signing in with the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NewPeople {
    /// Nobody without an invitation.
    Nobody,
    /// Everybody whom the provider knows.
    Member,
}

/// A secret in the settings. Neither `Debug` nor an error shows it.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Concealed(pub String);

impl fmt::Debug for Concealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "" } else { "…" })
    }
}

impl<'de> Deserialize<'de> for Concealed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // What is wrong would be said with the value in it.
        let wrong = |_| serde::de::Error::custom("it must be a text in quotes");
        String::deserialize(deserializer).map(Self).map_err(wrong)
    }
}

/// Whether nothing that is sent there leaves this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

impl Config {
    /// Takes the secret from its file, if it is in one.
    pub(super) fn read_secret(&mut self) -> Result<(), ConfigError> {
        const KEY: &str = "oidc_client_secret_file";
        let file = &self.oidc_client_secret_file;
        if file.as_os_str().is_empty() {
            return Ok(());
        }
        if !self.oidc_client_secret.0.is_empty() {
            let problem = "oidc_client_secret is set too; one of them is enough";
            return Err(ConfigError::value(KEY, problem));
        }
        let text = std::fs::read_to_string(file).map_err(|error| {
            ConfigError::value(KEY, format!("cannot read {}: {error}", file.display()))
        })?;
        let secret = text.trim();
        if secret.is_empty() {
            let problem = format!("{} is empty", file.display());
            return Err(ConfigError::value(KEY, problem));
        }
        self.oidc_client_secret = Concealed(secret.to_owned());
        self.oidc_client_secret_file = PathBuf::new();
        Ok(())
    }

    /// Checks what is set about the provider.
    pub(super) fn check_oidc(&self) -> Result<(), ConfigError> {
        let wrong = |key, problem: &str| Err(ConfigError::value(key, problem));
        if self.oidc_issuer.is_empty() {
            if !self.password_sign_in {
                let problem = "without oidc_issuer nobody could sign in any other way";
                return wrong("password_sign_in", problem);
            }
            return Ok(());
        }
        let Ok(issuer) = Url::parse(&self.oidc_issuer) else {
            let problem = "it is not like \"https://sso.example/realms/team\"";
            return wrong("oidc_issuer", problem);
        };
        match issuer.scheme() {
            "https" => {}
            "http" if is_loopback(&issuer) => {}
            _ => return wrong("oidc_issuer", "it must be https, other than on loopback"),
        }
        let is_plain = issuer.username().is_empty() && issuer.password().is_none();
        if !is_plain || issuer.query().is_some() || issuer.fragment().is_some() {
            return wrong("oidc_issuer", "it has no name, query or fragment in it");
        }
        if self.sign_in != SignIn::Accounts {
            return wrong("oidc_issuer", "it needs sign_in = \"accounts\"");
        }
        if self.public_url.is_empty() {
            let problem = "oidc_issuer needs it: the provider sends people back there";
            return wrong("public_url", problem);
        }
        let own = Url::parse(&self.public_url);
        let is_safe = own.is_ok_and(|own| own.scheme() == "https" || is_loopback(&own));
        if !is_safe {
            let problem = "with oidc_issuer it must be https, other than on loopback";
            return wrong("public_url", problem);
        }
        if self.oidc_client_id.is_empty() {
            return wrong(
                "oidc_client_id",
                "the provider gives it, and oidc_issuer needs it",
            );
        }
        let name = self.oidc_name.trim();
        if name.is_empty() || name.chars().count() > NAME_CHARACTERS {
            let problem = format!("it must have 1 to {NAME_CHARACTERS} characters");
            return wrong("oidc_name", &problem);
        }
        let odd = |scope: &String| scope.is_empty() || scope.contains(char::is_whitespace);
        if self.oidc_scopes.iter().any(odd) {
            return wrong("oidc_scopes", "each is one word, such as \"email\"");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Flags;
    use super::*;

    const GOOD: [(&str, &str); 4] = [
        ("sign_in", "accounts"),
        ("public_url", "https://maps.example"),
        ("oidc_issuer", "https://sso.example/realms/team"),
        ("oidc_client_id", "waymark"),
    ];

    /// The good settings with some changed.
    fn gather(changes: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let is_changed = |key| changes.iter().any(|(other, _)| *other == key);
        let kept = GOOD.iter().filter(|(key, _)| !is_changed(*key));
        let variables = kept.chain(changes).map(|(key, value)| {
            let name = format!("WAYMARK_{}", key.to_ascii_uppercase());
            (name, (*value).to_owned())
        });
        Config::gather(Flags::default(), variables)
    }

    #[test]
    fn what_cannot_work_or_is_not_safe_is_an_error_that_names_its_key() {
        assert!(gather(&[]).is_ok());
        let loopback = [
            ("oidc_issuer", "http://127.0.0.1:9000"),
            ("public_url", "http://localhost:8080"),
        ];
        assert!(gather(&loopback).is_ok());
        for (key, value) in [
            ("oidc_issuer", "sso.example"),
            ("oidc_issuer", "http://sso.example"),
            ("oidc_issuer", "https://me:word@sso.example"),
            ("oidc_issuer", "https://sso.example/?x=y"),
            ("sign_in", "local"),
            ("public_url", ""),
            ("public_url", "http://maps.example"),
            ("oidc_client_id", ""),
            ("oidc_name", " "),
            ("oidc_scopes", "email profile"),
            ("oidc_client_secret_file", "/nowhere/at/all"),
        ] {
            let named = if key == "sign_in" { "oidc_issuer" } else { key };
            let error = gather(&[(key, value)]).unwrap_err().to_string();
            assert!(error.contains(named), "{key} = {value}: {error}");
        }
        let nobody = [("oidc_issuer", ""), ("password_sign_in", "false")];
        let error = gather(&nobody).unwrap_err().to_string();
        assert!(error.contains("password_sign_in"), "{error}");
    }

    #[test]
    fn the_secret_comes_from_a_file_and_shows_itself_nowhere() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        std::fs::write(&file, "hush-hush\n").unwrap();
        let named = ("oidc_client_secret_file", file.to_str().unwrap());
        let config = gather(&[named]).unwrap();
        assert_eq!(config.oidc_client_secret.0, "hush-hush");
        assert!(!format!("{config:?}").contains("hush"));
        let twice = gather(&[named, ("oidc_client_secret", "hush-too")]);
        let error = twice.unwrap_err().to_string();
        assert!(!error.contains("hush"), "{error}");
        let number: Result<Config, _> = toml::from_str("oidc_client_secret = 73219");
        assert!(!number.unwrap_err().message().contains("73219"));
    }
}
