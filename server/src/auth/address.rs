//! From which address somebody asks, where proxies stand before us.

use std::net::IpAddr;

use axum::http::HeaderMap;

/// Where a request's connection comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// The proxies that are believed about whom they ask for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Proxies(Vec<(IpAddr, u8)>);

impl Proxies {
    /// Reads addresses and networks (`10.0.0.0/8`).
    ///
    /// # Errors
    /// The first that is neither.
    pub(crate) fn parse(texts: &[String]) -> Result<Self, String> {
        let one = |text: &String| {
            let wrong = || format!("{text:?} is not like \"10.0.0.1\" or \"10.0.0.0/8\"");
            let (address, bits) = match text.split_once('/') {
                Some((address, bits)) => (address, Some(bits)),
                None => (text.as_str(), None),
            };
            let address: IpAddr = address.parse().map_err(|_| wrong())?;
            let all = if address.is_ipv4() { 32 } else { 128 };
            let bits = bits.map_or(Ok(all), |bits| bits.parse().map_err(|_| wrong()))?;
            if bits > all {
                return Err(wrong());
            }
            Ok((address, bits))
        };
        texts.iter().map(one).collect::<Result<_, _>>().map(Self)
    }

    fn has(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0
            .iter()
            .any(|(network, bits)| match (network, address) {
                (IpAddr::V4(a), IpAddr::V4(b)) => {
                    let mask = u32::MAX.checked_shl(32 - u32::from(*bits)).unwrap_or(0);
                    u32::from(*a) & mask == u32::from(b) & mask
                }
                (IpAddr::V6(a), IpAddr::V6(b)) => {
                    let mask = u128::MAX.checked_shl(128 - u32::from(*bits)).unwrap_or(0);
                    u128::from(*a) & mask == u128::from(b) & mask
                }
                _ => false,
            })
    }

    /// Who asks: the peer, or whom the last proxy that is believed names. Everything
    /// further to the left may be made up.
    pub(crate) fn origin(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut origin = peer;
        let named: Vec<&str> = headers
            .get_all("x-forwarded-for")
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|text| text.split(','))
            .collect();
        for text in named.iter().rev() {
            if !self.has(origin) {
                break;
            }
            match text.trim().parse() {
                Ok(address) => origin = address,
                Err(_) => break,
            }
        }
        origin
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(proxies: &[&str], peer: &str, forwarded: &str) -> String {
        let proxies: Vec<String> = proxies.iter().map(|it| (*it).to_owned()).collect();
        let proxies = Proxies::parse(&proxies).unwrap();
        let headers = HeaderMap::from_iter([(
            "x-forwarded-for".parse().unwrap(),
            forwarded.parse().unwrap(),
        )]);
        proxies.origin(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn only_proxies_in_the_settings_are_believed() {
        assert_eq!(origin(&[], "192.0.2.1", "198.51.100.7"), "192.0.2.1");
        let ours = &["10.0.0.0/8", "::1"];
        assert_eq!(origin(ours, "192.0.2.1", "198.51.100.7"), "192.0.2.1");
        assert_eq!(origin(ours, "10.1.2.3", "198.51.100.7"), "198.51.100.7");
        // What the client made up stands further left.
        assert_eq!(
            origin(ours, "10.1.2.3", "9.9.9.9, 198.51.100.7"),
            "198.51.100.7"
        );
        assert_eq!(
            origin(ours, "::1", "198.51.100.7, 10.0.0.9"),
            "198.51.100.7"
        );
        assert_eq!(origin(ours, "10.1.2.3", "nonsense"), "10.1.2.3");
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in ["", "proxy", "10.0.0.0/33", "10.0.0.0/x"] {
            assert!(Proxies::parse(&[text.to_owned()]).is_err(), "{text}");
        }
    }
}
