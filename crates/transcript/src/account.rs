//! Which customer a conversation is about.

use serde_json::Value;

use crate::field;

/// Where providers keep the customer's company, by name.
const NAMES: [&str; 11] = [
    "account.name",
    "account",
    "company.name",
    "company",
    "customer.company",
    "organization.name",
    "organization",
    "organisation.name",
    "account_name",
    "company_name",
    "crm.account.name",
];
/// Where providers keep the customer's domain.
const DOMAINS: [&str; 6] = [
    "account.domain",
    "company.domain",
    "organization.domain",
    "account_domain",
    "company_domain",
    "account.website",
];

/// Mailboxes that say nothing about a company.
const FREE_MAIL: [&str; 25] = [
    "gmail.com",
    "googlemail.com",
    "outlook.com",
    "hotmail.com",
    "hotmail.co.uk",
    "live.com",
    "msn.com",
    "yahoo.com",
    "yahoo.co.uk",
    "ymail.com",
    "icloud.com",
    "me.com",
    "mac.com",
    "aol.com",
    "gmx.de",
    "gmx.net",
    "gmx.com",
    "web.de",
    "proton.me",
    "protonmail.com",
    "mail.com",
    "zoho.com",
    "yandex.ru",
    "qq.com",
    "163.com",
];

/// The customer as the payload states it: name and domain.
pub(crate) fn stated(value: &Value) -> (Option<String>, Option<String>) {
    let name = field::text(value, &NAMES).map(|name| name.trim().to_owned());
    (name, field::text(value, &DOMAINS).and_then(bare_domain))
}

/// `https://www.Acme.com/about` to `acme.com`.
fn bare_domain(given: &str) -> Option<String> {
    let given = given.trim().to_lowercase();
    let host = given.split_once("://").map_or(given.as_str(), |(_, rest)| rest);
    let host = host.split(['/', '?', '#', ':']).next().unwrap_or(host);
    let host = host.strip_prefix("www.").unwrap_or(host);
    (host.contains('.') && !host.contains(char::is_whitespace)).then(|| host.to_owned())
}

/// The company domain of an address; `None` for a free mailbox.
pub(crate) fn mail_domain(email: &str) -> Option<String> {
    let (_, domain) = email.rsplit_once('@')?;
    bare_domain(domain).filter(|domain| !FREE_MAIL.contains(&domain.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_company_address_names_its_company_and_a_free_one_nobody() {
        for (email, expect) in [
            ("gail@pellworth.example", Some("pellworth.example")),
            ("Gail@Mail.Pellworth.example ", Some("mail.pellworth.example")),
            ("gail@gmail.com", None),
            ("GAIL@GMAIL.COM", None),
            ("gail", None),
            ("gail@localhost", None),
        ] {
            assert_eq!(mail_domain(email).as_deref(), expect, "{email}");
        }
    }

    #[test]
    fn a_stated_company_is_read_in_its_usual_places() {
        for (given, name, domain) in [
            (json!({"account": {"name": " Acme ", "domain": "acme.com"}}), Some("Acme"), Some("acme.com")),
            (json!({"account": "Acme"}), Some("Acme"), None),
            (json!({"company": {"domain": "https://www.acme.com/x"}}), None, Some("acme.com")),
            (json!({"account": {"name": ""}, "company_name": "Acme"}), Some("Acme"), None),
            (json!({"account": 7}), None, None),
            (json!([]), None, None),
        ] {
            let found = stated(&given);
            assert_eq!((found.0.as_deref(), found.1.as_deref()), (name, domain), "{given}");
        }
    }
}
