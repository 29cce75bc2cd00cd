//! A URL that a request may be sent to, as far as its text tells.

use std::fmt;
use std::net::IpAddr;

use url::{Host, Url};

use crate::address::{Range, forbidden};

/// The longest URL, in bytes.
pub const MAX_URL_BYTES: usize = 2_048;

/// Ports above 1023 that are no web server's and speak to whoever connects.
const SERVICE_PORTS: [u16; 20] = [
    1433, 1521, 2049, 2375, 2376, 3306, 3389, 4045, 5060, 5061, 5432, 5900, 6000, 6379, 6667, 9042, 9200,
    10250, 11211, 27017,
];

/// Names that lead into somebody's own network, or nowhere. A name matches with all that is under it.
const PRIVATE_NAMES: [&str; 15] = [
    "alt",
    "arpa",
    "corp",
    "example",
    "home",
    "internal",
    "intranet",
    "invalid",
    "lan",
    "local",
    "localdomain",
    "localhost",
    "onion",
    "private",
    "test",
];

/// What is allowed besides the public web.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Policy {
    /// Plain HTTP, any port, and private and loopback addresses and names: for local development alone.
    pub allow_private: bool,
}

/// A URL that may be sent to once its name, if it has one, resolves to allowed addresses only.
#[derive(Clone, PartialEq, Eq)]
pub struct Target(Url);

/// Why nothing is sent to a URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// It is none.
    #[error("must be an absolute URL such as `https://example.com/hooks`")]
    NotAUrl,
    /// It is too long.
    #[error("must be at most {MAX_URL_BYTES} bytes")]
    TooLong,
    /// Not HTTPS.
    #[error("must begin with `https://`")]
    Scheme,
    /// It carries a user name or password.
    #[error("must not carry a user name or password: prove who sends by the signature")]
    Credentials,
    /// It has a fragment, which is never sent.
    #[error("must not have a fragment (`#…`)")]
    Fragment,
    /// The port is another service's.
    #[error("must use port 443, or one above 1023 that belongs to no other service, and not `{port}`")]
    Port {
        /// Which.
        port: u16,
    },
    /// The name is not a public one.
    #[error("must name a public host, and `{host}` is none")]
    PrivateName {
        /// Which.
        host: String,
    },
    /// The host is, or resolves to, an address that is not public.
    #[error("must lead to public addresses only, and `{host}` leads to {range}")]
    PrivateAddress {
        /// The host as in the URL. Which address it was stays with us.
        host: String,
        /// What kind of address.
        range: Range,
    },
    /// The name has no address.
    #[error("must name a host that resolves, and `{host}` does not")]
    Unresolved {
        /// Which.
        host: String,
    },
}

impl Target {
    /// Reads a URL. Integer, octal and hexadecimal forms of an IPv4 address are read as browsers read them and judged
    /// by what they mean.
    ///
    /// # Errors
    /// [`TargetError`], all but [`TargetError::Unresolved`].
    pub fn parse(text: &str, policy: Policy) -> Result<Self, TargetError> {
        if text.len() > MAX_URL_BYTES {
            return Err(TargetError::TooLong);
        }
        // The URL standard strips these; a URL that had them was not meant as it reads.
        if text.bytes().any(|byte| byte.is_ascii_control() || byte == b' ') {
            return Err(TargetError::NotAUrl);
        }
        let url = Url::parse(text).map_err(|_| TargetError::NotAUrl)?;
        match url.scheme() {
            "https" => {}
            "http" if policy.allow_private => {}
            _ => return Err(TargetError::Scheme),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(TargetError::Credentials);
        }
        if url.fragment().is_some() {
            return Err(TargetError::Fragment);
        }
        let port = url.port_or_known_default().unwrap_or_default();
        let web = port == 443 || (port > 1023 && !SERVICE_PORTS.contains(&port));
        if !policy.allow_private && !web {
            return Err(TargetError::Port { port });
        }
        let target = Self(url);
        match target.0.host().ok_or(TargetError::NotAUrl)? {
            Host::Ipv4(address) => target.allow(address.into(), policy)?,
            Host::Ipv6(address) => target.allow(address.into(), policy)?,
            Host::Domain(name) if !policy.allow_private && !is_public_name(name) => {
                return Err(TargetError::PrivateName { host: name.to_owned() });
            }
            Host::Domain(_) => {}
        }
        Ok(target)
    }

    /// The name to resolve, unless the URL holds an address.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self.0.host() {
            Some(Host::Domain(name)) => Some(name),
            _ => None,
        }
    }

    /// Checks all addresses that the name resolved to: one that is not public is enough to refuse, since the request
    /// may go to any of them.
    ///
    /// # Errors
    /// [`TargetError::Unresolved`] and [`TargetError::PrivateAddress`].
    pub fn check(&self, addresses: &[IpAddr], policy: Policy) -> Result<(), TargetError> {
        if addresses.is_empty() {
            return Err(TargetError::Unresolved { host: self.host() });
        }
        addresses.iter().try_for_each(|address| self.allow(*address, policy))
    }

    /// The URL in its normal form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    fn allow(&self, address: IpAddr, policy: Policy) -> Result<(), TargetError> {
        match forbidden(address) {
            Some(range) if !policy.allow_private => {
                Err(TargetError::PrivateAddress { host: self.host(), range })
            }
            _ => Ok(()),
        }
    }

    fn host(&self) -> String {
        self.0.host_str().unwrap_or_default().to_owned()
    }
}

impl fmt::Debug for Target {
    /// The host alone: customers put tokens into paths and queries.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Target({})", self.host())
    }
}

fn is_public_name(name: &str) -> bool {
    // With a dot at its end it is the same name to a resolver and another one to a list.
    let Some((_, top)) = name.rsplit_once('.') else { return false };
    !top.is_empty() && !PRIVATE_NAMES.contains(&top) && name.split('.').all(|label| !label.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PUBLIC: Policy = Policy { allow_private: false };
    const LOCAL: Policy = Policy { allow_private: true };

    #[test]
    fn a_public_https_url_is_taken_in_its_normal_form() {
        for (given, expect) in [
            ("https://example.com/hooks?x=1", "https://example.com/hooks?x=1"),
            ("HTTPS://EXAMPLE.com", "https://example.com/"),
            ("https://example.com:443/", "https://example.com/"),
            ("https://example.com:8443/a", "https://example.com:8443/a"),
            ("https://bücher.example.com/", "https://xn--bcher-kva.example.com/"),
            ("https://1.1.1.1/", "https://1.1.1.1/"),
            ("https://[2606:4700:4700::1111]/", "https://[2606:4700:4700::1111]/"),
        ] {
            assert_eq!(Target::parse(given, PUBLIC).unwrap().as_str(), expect);
        }
    }

    #[test]
    fn every_way_to_write_a_forbidden_address_is_refused() {
        for host in [
            "127.0.0.1",
            "127.1",
            "2130706433",
            "0x7f000001",
            "0x7f.1",
            "0177.0.0.1",
            "017700000001",
            "127.0.0.1.",
            "0",
            "0.0.0.0",
            "10.0.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "0xa9fea9fe",
            "2852039166",
            "100.100.100.200",
            "１２７.0.0.1",
            "127。0。0。1",
            "%31%32%37.0.0.1",
            "[::1]",
            "[::]",
            "[::ffff:127.0.0.1]",
            "[::127.0.0.1]",
            "[fd00:ec2::254]",
            "[fe80::1]",
            "[64:ff9b::7f00:1]",
            "[2002:7f00:1::]",
            "[0:0:0:0:0:ffff:7f00:1]",
        ] {
            let refused = Target::parse(&format!("https://{host}/"), PUBLIC);
            assert!(matches!(refused, Err(TargetError::PrivateAddress { .. })), "{host}: {refused:?}");
        }
    }

    #[test]
    fn names_that_are_not_public_are_refused() {
        for host in [
            "localhost",
            "LOCALHOST",
            "a.localhost",
            "metadata",
            "metadata.google.internal",
            "printer.local",
            "a.lan",
            "router.home.arpa",
            "a.internal",
            "wiki.corp",
            "x.test",
            "example.com.",
            "localhost.",
            "a..com",
            "intranet",
        ] {
            let refused = Target::parse(&format!("https://{host}/"), PUBLIC);
            assert!(
                matches!(refused, Err(TargetError::PrivateName { .. } | TargetError::NotAUrl)),
                "{host}: {refused:?}"
            );
        }
        // Names that merely contain one of these are public.
        for host in ["localhost.example.com", "internal.example.com", "mylocal.com", "local.net"] {
            assert!(Target::parse(&format!("https://{host}/"), PUBLIC).is_ok(), "{host}");
        }
    }

    #[test]
    fn each_other_fault_is_named() {
        let check =
            |text: &str, expect: TargetError| assert_eq!(Target::parse(text, PUBLIC), Err(expect), "{text}");
        for text in [
            "",
            "example.com",
            "/hooks",
            "https://",
            "https:// example.com",
            "https://exa\tmple.com/",
            "https://a b/",
        ] {
            check(text, TargetError::NotAUrl);
        }
        for text in [
            "http://example.com/",
            "ftp://example.com/",
            "file:///etc/passwd",
            "gopher://x.com/",
            "javascript:alert(1)",
        ] {
            check(text, TargetError::Scheme);
        }
        check("https://user@example.com/", TargetError::Credentials);
        check("https://:secret@example.com/", TargetError::Credentials);
        check("https://example.com@127.0.0.1/", TargetError::Credentials);
        check("https://example.com/#part", TargetError::Fragment);
        for port in [22, 25, 80, 1433, 6379, 9200] {
            check(&format!("https://example.com:{port}/"), TargetError::Port { port });
        }
        check(&format!("https://example.com/{}", "x".repeat(2_048)), TargetError::TooLong);
    }

    #[test]
    fn one_forbidden_answer_among_many_is_enough() {
        let target = Target::parse("https://hooks.example.com/", PUBLIC).unwrap();
        assert_eq!(target.name(), Some("hooks.example.com"));
        let of = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<IpAddr>>();
        assert_eq!(target.check(&of(&["1.1.1.1", "2606:4700:4700::1111"]), PUBLIC), Ok(()));
        let host = || "hooks.example.com".to_owned();
        for (answers, range) in [
            (["1.1.1.1", "127.0.0.1"], Range::Loopback),
            (["10.0.0.1", "1.1.1.1"], Range::Private),
            (["1.1.1.1", "::ffff:10.0.0.1"], Range::Embedded),
        ] {
            let refused = target.check(&of(&answers), PUBLIC);
            assert_eq!(refused, Err(TargetError::PrivateAddress { host: host(), range }), "{answers:?}");
        }
        assert_eq!(target.check(&[], PUBLIC), Err(TargetError::Unresolved { host: host() }));
    }

    #[test]
    fn local_development_may_reach_loopback_and_still_not_everything() {
        for text in
            ["http://127.0.0.1:9999/hook", "http://localhost:80/", "https://10.0.0.1/", "http://[::1]:5000/"]
        {
            assert!(Target::parse(text, LOCAL).is_ok(), "{text}");
        }
        assert_eq!(Target::parse("http://a@127.0.0.1/", LOCAL), Err(TargetError::Credentials));
        assert_eq!(Target::parse("ftp://127.0.0.1/", LOCAL), Err(TargetError::Scheme));
    }

    #[test]
    fn a_target_shows_its_host_alone_in_logs() {
        let target = Target::parse("https://hooks.example.com/T0K3N?key=T0K3N", PUBLIC).unwrap();
        assert_eq!(format!("{target:?}"), "Target(hooks.example.com)");
    }
}
