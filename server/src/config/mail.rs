//! Settings of letters, and what is wrong with them.

use lettre::message::Mailbox;
use lettre::{AsyncSmtpTransport, Tokio1Executor};
use openidconnect::url::Url;

use super::{Config, ConfigError, SignIn, is_loopback};

impl Config {
    /// Checks what is set about the mail server. The address may hold a password, so no error
    /// repeats it.
    pub(super) fn check_mail(&self) -> Result<(), ConfigError> {
        let wrong = |key, problem: &str| Err(ConfigError::value(key, problem));
        let url = &self.smtp_url.0;
        if url.is_empty() {
            if !self.smtp_from.is_empty() {
                return wrong("smtp_from", "it needs smtp_url");
            }
            return Ok(());
        }
        let unlike = "it is not like \"smtps://name:password@mail.example\"";
        let Ok(parsed) = Url::parse(url) else {
            return wrong("smtp_url", unlike);
        };
        if AsyncSmtpTransport::<Tokio1Executor>::from_url(url).is_err() {
            return wrong("smtp_url", unlike);
        }
        // Here "opportunistic" is as good as nothing: whoever listens can ask for none.
        let is_safe = parsed.scheme() == "smtps"
            || parsed
                .query_pairs()
                .any(|it| it == ("tls".into(), "required".into()));
        if !is_safe && parsed.password().is_some() && !is_loopback(&parsed) {
            let problem = "the password would be sent in the clear; use smtps:// or ?tls=required";
            return wrong("smtp_url", problem);
        }
        if self.smtp_from.parse::<Mailbox>().is_err() {
            let problem = "it must be like \"Waymark <waymark@example.com>\"";
            return wrong("smtp_from", problem);
        }
        if self.sign_in != SignIn::Accounts {
            return wrong("smtp_url", "it needs sign_in = \"accounts\"");
        }
        if self.public_url.is_empty() {
            return wrong("public_url", "smtp_url needs it: letters have links");
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
        ("smtp_url", "smtps://me:hush@mail.example"),
        ("smtp_from", "Waymark <waymark@maps.example>"),
    ];

    fn gather(change: (&str, &str)) -> Result<Config, ConfigError> {
        let kept = GOOD.iter().filter(|(key, _)| *key != change.0);
        let variables = kept.chain([&change]).map(|(key, value)| {
            let name = format!("WAYMARK_{}", key.to_ascii_uppercase());
            (name, (*value).to_owned())
        });
        Config::gather(Flags::default(), variables)
    }

    #[test]
    fn a_mail_server_that_cannot_work_or_is_not_safe_is_an_error_without_the_password() {
        let config = gather(GOOD[2]).unwrap();
        assert!(!format!("{config:?}").contains("hush"));
        for (key, value, named) in [
            ("smtp_url", "mail.example", "smtp_url"),
            ("smtp_url", "https://mail.example", "smtp_url"),
            ("smtp_url", "smtp://me:hush@mail.example", "smtp_url"),
            (
                "smtp_url",
                "smtp://me:hush@mail.example?tls=opportunistic",
                "smtp_url",
            ),
            ("smtp_url", "", "smtp_from"),
            ("smtp_from", "", "smtp_from"),
            ("smtp_from", "nobody", "smtp_from"),
            ("sign_in", "local", "smtp_url"),
            ("public_url", "", "public_url"),
        ] {
            let error = gather((key, value)).unwrap_err().to_string();
            assert!(error.contains(named), "{key} = {value}: {error}");
            assert!(!error.contains("hush"), "{error}");
        }
        for fine in [
            "smtp://mail.example",
            "smtp://me:hush@mail.example?tls=required",
            "smtp://me:hush@localhost:2525",
        ] {
            assert!(gather(("smtp_url", fine)).is_ok(), "{fine}");
        }
    }
}
