//! Mutated URLs and answers of resolvers: none is let through that leads inside.

use std::net::IpAddr;

use egress::doh::{Record, addresses};
use egress::{Policy, Target, forbidden};

const URLS: [&str; 8] = [
    "https://hooks.example.com/weft?x=1",
    "https://example.com:8443/",
    "https://127.0.0.1/",
    "https://0x7f.1/",
    "https://[::ffff:10.0.0.1]/a",
    "https://017700000001/",
    "https://user:pass@example.com/#f",
    "https://xn--fsq.example/",
];

#[test]
fn hostile_urls_never_name_a_private_address() {
    hostile::survives(env!("CARGO_MANIFEST_DIR"), "url", URLS, |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let Ok(target) = Target::parse(&text, Policy { allow_private: false }) else { return };
        let url = url::Url::parse(target.as_str()).expect("a target is a URL");
        assert_eq!(url.scheme(), "https");
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        if let Ok(address) = host.parse::<IpAddr>() {
            assert_eq!(forbidden(address), None, "{text}");
        }
    });
}

#[test]
fn hostile_answers_of_a_resolver_are_read_or_refused() {
    let answer = r#"{"Status":0,"Answer":[{"name":"example.com","type":1,"TTL":60,"data":"93.184.216.34"}]}"#;
    hostile::survives(env!("CARGO_MANIFEST_DIR"), "resolver", [answer, r#"{"Status":3}"#], |bytes| {
        for record in Record::BOTH {
            let _ = addresses(&String::from_utf8_lossy(bytes), record);
        }
    });
}
