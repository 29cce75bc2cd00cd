//! Which addresses are nobody's to reach from here: everything but global unicast, after the special-purpose registries
//! of IANA (RFC 6890 and its updates), and the metadata services of clouds that have a global address.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Why an address is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Range {
    /// `0.0.0.0/8`, `::`: this host.
    Unspecified,
    /// `127.0.0.0/8`, `::1`.
    Loopback,
    /// RFC 1918, and unique local `fc00::/7`.
    Private,
    /// `100.64.0.0/10`: shared by a carrier's customers.
    CarrierGrade,
    /// `169.254.0.0/16`, `fe80::/10`: where most clouds answer with credentials.
    LinkLocal,
    /// An address at which a cloud tells a machine its secrets, though it looks public.
    Metadata,
    /// For protocols, benchmarks and documentation, or not given out.
    Reserved,
    /// To many at once.
    Multicast,
    /// An IPv6 form that carries an IPv4 address, and so a second way to write a forbidden one.
    Embedded,
}

impl Range {
    /// In a few words.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Unspecified => "an unspecified address",
            Self::Loopback => "a loopback address",
            Self::Private => "a private address",
            Self::CarrierGrade => "a carrier-grade NAT address",
            Self::LinkLocal => "a link-local address",
            Self::Metadata => "a cloud's metadata service",
            Self::Reserved => "a reserved address",
            Self::Multicast => "a multicast address",
            Self::Embedded => "an IPv4 address within an IPv6 one",
        }
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

/// Azure's host agent, which hands out credentials at a global address.
const AZURE_HOST_AGENT: Ipv4Addr = Ipv4Addr::new(168, 63, 129, 16);

/// Why nothing may be sent to `address`; none where it may.
#[must_use]
pub fn forbidden(address: IpAddr) -> Option<Range> {
    match address {
        IpAddr::V4(address) => forbidden_v4(address),
        IpAddr::V6(address) => forbidden_v6(address),
    }
}

fn forbidden_v4(address: Ipv4Addr) -> Option<Range> {
    if address == AZURE_HOST_AGENT {
        return Some(Range::Metadata);
    }
    Some(match address.octets() {
        [0, ..] => Range::Unspecified,
        [127, ..] => Range::Loopback,
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => Range::Private,
        [100, 64..=127, ..] => Range::CarrierGrade,
        [169, 254, ..] => Range::LinkLocal,
        // Protocol assignments, three blocks of documentation, the 6to4 relay, benchmarks, and what is not given out.
        [192, 0, 0 | 2, _]
        | [198, 51, 100, _]
        | [203, 0, 113, _]
        | [192, 88, 99, _]
        | [198, 18 | 19, ..]
        | [240..=255, ..] => Range::Reserved,
        [224..=239, ..] => Range::Multicast,
        _ => return None,
    })
}

fn forbidden_v6(address: Ipv6Addr) -> Option<Range> {
    let segments = address.segments();
    if address.is_unspecified() {
        return Some(Range::Unspecified);
    }
    if address.is_loopback() {
        return Some(Range::Loopback);
    }
    Some(match segments {
        // Mapped, compatible, SIIT, NAT64 (well-known and local-use), 6to4, Teredo.
        [0, 0, 0, 0, 0, 0 | 0xffff, ..]
        | [0, 0, 0, 0, 0xffff, 0, ..]
        | [0x64, 0xff9b, ..]
        | [0x2002, ..]
        | [0x2001, 0, ..] => Range::Embedded,
        // ISATAP: any prefix, and an IPv4 address in the interface's identifier.
        [_, _, _, _, 0 | 0x200, 0x5efe, ..] => Range::Embedded,
        [0xfc00..=0xfdff, ..] => Range::Private,
        [0xfe80..=0xfebf, ..] => Range::LinkLocal,
        [0xff00..=0xffff, ..] => Range::Multicast,
        // Protocol assignments (ORCHID among them), documentation.
        [0x2001, 0..=0x1ff, ..] | [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => Range::Reserved,
        // Global unicast is given out of 2000::/3 and nothing else.
        [0x2000..=0x3fff, ..] => return None,
        _ => Range::Reserved,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_special_range_is_refused_at_both_of_its_ends_and_its_neighbors_are_not() {
        let check = |text: &str, expect: Option<Range>| {
            assert_eq!(forbidden(text.parse().unwrap()), expect, "{text}");
        };
        for (first, last, range) in [
            ("0.0.0.0", "0.255.255.255", Range::Unspecified),
            ("10.0.0.0", "10.255.255.255", Range::Private),
            ("100.64.0.0", "100.127.255.255", Range::CarrierGrade),
            ("127.0.0.0", "127.255.255.255", Range::Loopback),
            ("169.254.0.0", "169.254.255.255", Range::LinkLocal),
            ("172.16.0.0", "172.31.255.255", Range::Private),
            ("192.0.0.0", "192.0.0.255", Range::Reserved),
            ("192.0.2.0", "192.0.2.255", Range::Reserved),
            ("192.88.99.0", "192.88.99.255", Range::Reserved),
            ("192.168.0.0", "192.168.255.255", Range::Private),
            ("198.18.0.0", "198.19.255.255", Range::Reserved),
            ("198.51.100.0", "198.51.100.255", Range::Reserved),
            ("203.0.113.0", "203.0.113.255", Range::Reserved),
            ("224.0.0.0", "239.255.255.255", Range::Multicast),
            ("240.0.0.0", "255.255.255.255", Range::Reserved),
            ("::ffff:0:0", "::ffff:ffff:ffff", Range::Embedded),
            ("64:ff9b::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", Range::Embedded),
            ("2001::", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff", Range::Embedded),
            ("2001:1::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", Range::Reserved),
            ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", Range::Reserved),
            ("2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", Range::Embedded),
            ("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", Range::Reserved),
            ("fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", Range::Private),
            ("fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", Range::LinkLocal),
            ("ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", Range::Multicast),
        ] {
            check(first, Some(range));
            check(last, Some(range));
        }
        for open in [
            "1.0.0.0",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.0.3.0",
            "192.88.98.255",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "198.51.99.255",
            "203.0.112.255",
            "223.255.255.255",
            "168.63.129.15",
            "2000::",
            "2001:200::",
            "2001:db7::1",
            "2003::",
            "2606:4700:4700::1111",
            "3ffe::1",
            "3fff:1000::",
        ] {
            check(open, None);
        }
    }

    #[test]
    fn the_metadata_services_of_clouds_are_refused() {
        for text in [
            "169.254.169.254",
            "fd00:ec2::254",
            "100.100.100.200",
            "192.0.0.192",
            "168.63.129.16",
            "fd20:ce::254",
        ] {
            assert!(forbidden(text.parse().unwrap()).is_some(), "{text}");
        }
    }

    #[test]
    fn an_ipv4_address_is_refused_in_every_ipv6_dress_even_a_public_one() {
        for text in [
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:0:127.0.0.1",
            "::ffff:1.1.1.1",
            "64:ff9b::10.0.0.1",
            "64:ff9b:1::10.0.0.1",
            "2002:7f00:1::",
            "2001:0:7f00:1::",
            "2606:4700::5efe:10.0.0.1",
            "2606:4700::200:5efe:10.0.0.1",
        ] {
            assert_eq!(forbidden(text.parse().unwrap()), Some(Range::Embedded), "{text}");
        }
    }

    #[test]
    fn what_is_not_given_out_is_refused() {
        for text in ["100::1", "4000::1", "5f00::1", "fec0::1", "1::"] {
            assert_eq!(forbidden(text.parse().unwrap()), Some(Range::Reserved), "{text}");
        }
    }
}
