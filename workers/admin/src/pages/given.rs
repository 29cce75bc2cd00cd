//! What a page was asked with: the filters, as its forms send them.

/// The parameters of a query, without those that are empty: an empty field of a form narrows nothing, which the API's
/// queries say by leaving it out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Given(Vec<(String, String)>);

impl Given {
    /// From a query. A browser's field for a time sends one without a zone: the console's are UTC.
    #[must_use]
    pub fn read(query: &str) -> Self {
        let pairs = form_urlencoded::parse(query.as_bytes()).into_owned();
        let given = pairs.filter(|(_, value)| !value.trim().is_empty()).map(|(name, value)| {
            let value = value.trim();
            let zoneless = matches!(&*name, "since" | "until") && value.len() <= 19 && value.contains('T');
            let value = match (zoneless, value.len()) {
                (true, 16) => format!("{value}:00Z"),
                (true, _) => format!("{value}Z"),
                _ => value.to_owned(),
            };
            (name, value)
        });
        Self(given.collect())
    }

    /// As the API takes it.
    #[must_use]
    pub fn query(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }

    /// A parameter.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| &**value)
    }

    /// The filters of these names, for the way to the next page.
    #[must_use]
    pub fn filters<'a>(&'a self, names: &[&'a str]) -> Vec<(&'a str, Option<&'a str>)> {
        names.iter().map(|name| (*name, self.value(name))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_fields_narrow_nothing_and_times_are_utc() {
        let given =
            Given::read("tenant=&status=+dead+&since=2026-11-22T07%3A00&until=2026-11-22T07%3A00%3A01");
        assert_eq!((given.value("tenant"), given.value("status")), (None, Some("dead")));
        assert_eq!(given.value("since"), Some("2026-11-22T07:00:00Z"));
        assert_eq!(given.value("until"), Some("2026-11-22T07:00:01Z"));
        assert_eq!(
            Given::read("since=2026-11-22T07:00:00.5Z").value("since"),
            Some("2026-11-22T07:00:00.5Z")
        );
        assert_eq!(Given::read(&given.query()), given);
    }
}
