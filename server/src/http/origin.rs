//! Which names this server answers to, and which pages may ask.
//!
//! Loopback alone protects nobody: any website can make a visitor's browser connect to
//! 127.0.0.1 (a WebSocket needs no permission for it) or point its own name there. So
//! the name asked for must be one of ours and the page that asks must come from it.

use std::net::IpAddr;

use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, Uri};

use crate::config::Config;

/// Why a request is not answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    #[error("this server does not answer to the name in the Host header")]
    Host,
    #[error("pages of this origin may not use this server")]
    Origin,
}

pub(super) fn check(headers: &HeaderMap, uri: &Uri, config: &Config) -> Result<(), Refusal> {
    let host = match headers.get(HOST) {
        Some(host) => host.to_str().map_err(|_| Refusal::Host)?,
        None => uri
            .authority()
            .map(|authority| authority.as_str())
            .ok_or(Refusal::Host)?,
    };
    let allowed_host = |origin: &str| origin.split_once("://").is_some_and(|(_, h)| h == host);
    if !is_loopback(host) && !config.all_origins().any(allowed_host) {
        return Err(Refusal::Host);
    }
    // More than one is as good as a foreign one.
    let mut origins = headers.get_all(ORIGIN).iter();
    let Some(origin) = origins.next() else {
        return Ok(());
    };
    let origin = origin.to_str().map_err(|_| Refusal::Origin)?;
    let own = origin.strip_prefix("http://") == Some(host);
    let allowed = own || config.all_origins().any(|allowed| allowed == origin);
    if !allowed || origins.next().is_some() {
        return Err(Refusal::Origin);
    }
    Ok(())
}

fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        // The colons of a bare IPv6 address are no port.
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    let address = name
        .strip_prefix('[')
        .and_then(|name| name.strip_suffix(']'))
        .unwrap_or(name);
    name.eq_ignore_ascii_case("localhost")
        || address
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(host: &str, origin: Option<&str>, allowed: &[&str]) -> Result<(), Refusal> {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, host.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(ORIGIN, origin.parse().unwrap());
        }
        let origins = allowed.iter().map(|origin| (*origin).to_owned()).collect();
        let config = Config {
            origins,
            ..Config::default()
        };
        check(&headers, &Uri::from_static("/"), &config)
    }

    #[test]
    fn our_own_pages_and_programs_without_an_origin_may_ask() {
        for host in [
            "localhost:8080",
            "LOCALHOST",
            "127.0.0.1:1",
            "127.0.0.1",
            "[::1]:8080",
        ] {
            assert_eq!(verdict(host, None, &[]), Ok(()), "{host}");
            assert_eq!(
                verdict(host, Some(&format!("http://{host}")), &[]),
                Ok(()),
                "{host}"
            );
        }
    }

    #[test]
    fn a_name_that_is_not_ours_is_refused_even_if_it_points_here() {
        for host in [
            "evil.example",
            "evil.example:8080",
            "127.0.0.1.evil.example",
            "localhost.evil",
            "",
        ] {
            assert_eq!(verdict(host, None, &[]), Err(Refusal::Host), "{host}");
        }
    }

    #[test]
    fn foreign_pages_are_refused() {
        for origin in [
            "http://evil.example",
            "https://127.0.0.1:8080",
            "http://127.0.0.1:8081",
            "http://localhost:8080",
            "http://127.0.0.1:8080.evil.example",
            "null",
            "",
        ] {
            let verdict = verdict("127.0.0.1:8080", Some(origin), &[]);
            assert_eq!(verdict, Err(Refusal::Origin), "{origin}");
        }
    }

    #[test]
    fn a_proxy_in_the_settings_is_answered() {
        let allowed = ["https://maps.example"];
        assert_eq!(
            verdict("maps.example", Some("https://maps.example"), &allowed),
            Ok(())
        );
        assert_eq!(
            verdict("127.0.0.1:8080", Some("https://maps.example"), &allowed),
            Ok(())
        );
        assert_eq!(
            verdict("maps.example", Some("https://evil.example"), &allowed),
            Err(Refusal::Origin)
        );
    }
}
