//! What a route and a request say of keeping answers.

use serde::Deserialize;

/// The shortest time that answers are kept, in seconds: the store takes no shorter one.
pub const SHORTEST_TTL_S: u64 = 60;
/// The longest: thirty days.
pub const LONGEST_TTL_S: u64 = 2_592_000;

/// Two questions that are less alike than the least are not one, however that is measured.
const THRESHOLDS: std::ops::RangeInclusive<f64> = 0.5..=1.0;

/// What a route says.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RouteCache {
    /// How long an answer may be given again, in seconds, [`SHORTEST_TTL_S`] to [`LONGEST_TTL_S`].
    pub ttl_s: u64,
    /// Whether an answer to a question in other words will do; without it only the very same is given again.
    #[serde(default)]
    pub semantic: Option<Semantic>,
}

/// How alike two questions must be to be one.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Semantic {
    /// The least cosine of their vectors, 0.5 to 1.
    pub threshold: f64,
}

impl RouteCache {
    /// What is wrong with it, as a predicate.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        if self.semantic.is_some_and(|semantic| !THRESHOLDS.contains(&semantic.threshold)) {
            return Some("must have a `cache.semantic.threshold` from 0.5 to 1".to_owned());
        }
        let fits = (SHORTEST_TTL_S..=LONGEST_TTL_S).contains(&self.ttl_s);
        (!fits).then(|| format!("must have a `cache.ttl_s` from {SHORTEST_TTL_S} to {LONGEST_TTL_S}"))
    }
}

/// What a request says, in the header `weft-cache`: directives as `Cache-Control` has them.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct CacheControl {
    /// `no-cache`: no kept answer is given, and the new one is kept.
    pub no_cache: bool,
    /// `no-store`: the cache has nothing to do with it.
    pub no_store: bool,
    /// `max-age=S`: no answer that is older is given. Where no route says so, it is what has answers kept, and for so long.
    pub max_age_s: Option<u64>,
    /// `exact`: an answer to a question in other words will not do.
    pub exact: bool,
    /// `semantic=THRESHOLD`: it will, where the two are so alike.
    pub semantic: Option<Semantic>,
}

impl CacheControl {
    /// Reads the header.
    ///
    /// # Errors
    /// What is wrong with it, as a predicate.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut control = Self::default();
        for directive in text.split(',').map(str::trim).filter(|directive| !directive.is_empty()) {
            let (name, value) = match directive.split_once('=') {
                Some((name, value)) => (name.trim(), Some(value.trim().trim_matches('"'))),
                None => (directive, None),
            };
            match (name.to_ascii_lowercase().as_str(), value) {
                ("no-cache", None) => control.no_cache = true,
                ("no-store", None) => control.no_store = true,
                ("exact", None) => control.exact = true,
                ("semantic", Some(value)) => {
                    let threshold = value.parse().ok().filter(|threshold| THRESHOLDS.contains(threshold));
                    let threshold = threshold.ok_or("must have a `semantic` of 0.5 to 1")?;
                    control.semantic = Some(Semantic { threshold });
                }
                ("max-age", Some(value)) => {
                    let seconds = value.parse().ok().filter(|seconds| *seconds <= LONGEST_TTL_S);
                    let range = || format!("must have a `max-age` of 0 to {LONGEST_TTL_S} seconds");
                    control.max_age_s = Some(seconds.ok_or_else(range)?);
                }
                _ => {
                    return Err(format!(
                        "has `{}`; it takes `no-cache`, `no-store`, `max-age=SECONDS`, `exact` and `semantic=THRESHOLD`",
                        directive.chars().take(40).collect::<String>()
                    ));
                }
            }
        }
        Ok(control)
    }
}

/// What is done with one request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CachePlan {
    /// How old an answer may be that is given, in seconds; none where none is looked for.
    pub oldest_s: Option<u64>,
    /// How long the new answer is kept, in seconds; none where it is not.
    pub ttl_s: Option<u64>,
    /// How alike another question must be whose answer will do; none where only the very same will.
    pub semantic: Option<Semantic>,
}

impl CachePlan {
    /// From what a route and a request say; none where the cache has nothing to do with it.
    #[must_use]
    pub fn of(route: Option<&RouteCache>, asked: &CacheControl) -> Option<Self> {
        if asked.no_store {
            return None;
        }
        let oldest_s = match (route, asked.max_age_s) {
            (None, None) => return None,
            (Some(route), None) => route.ttl_s,
            (Some(route), Some(asked)) => asked.min(route.ttl_s),
            (None, Some(asked)) => asked,
        };
        let ttl_s = route.map_or(oldest_s, |route| route.ttl_s);
        let looked_for = !asked.no_cache && oldest_s > 0;
        let semantic = asked.semantic.or(route.and_then(|route| route.semantic)).filter(|_| !asked.exact);
        let plan =
            Self { oldest_s: looked_for.then_some(oldest_s), ttl_s: (ttl_s > 0).then_some(ttl_s), semantic };
        Some(plan).filter(|plan| plan.oldest_s.is_some() || plan.ttl_s.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_read_and_what_it_cannot_have_is_named() {
        let check = |text: &str, expect: Option<CacheControl>| {
            assert_eq!(CacheControl::read(text).ok(), expect, "{text}")
        };
        let none = CacheControl::default();
        check("", Some(none));
        check("no-cache", Some(CacheControl { no_cache: true, ..none }));
        check(" No-Store , max-age=60", Some(CacheControl { no_store: true, max_age_s: Some(60), ..none }));
        check("max-age=\"5\"", Some(CacheControl { max_age_s: Some(5), ..none }));
        let alike = Some(Semantic { threshold: 0.9 });
        check("semantic=0.9, exact", Some(CacheControl { semantic: alike, exact: true, ..none }));
        for bad in ["semantic", "semantic=0.4", "semantic=NaN", "exact=1"] {
            check(bad, None);
        }
        for bad in ["max-age", "max-age=-1", "max-age=2592001", "private", "no-cache=x"] {
            check(bad, None);
        }
        assert!(CacheControl::read("hit").unwrap_err().contains("`hit`"));
    }

    #[test]
    fn other_words_will_do_where_a_route_or_a_request_says_so() {
        let check = |route: Option<f64>, asked: &str, expect: Option<f64>| {
            let semantic = route.map(|threshold| Semantic { threshold });
            let plan =
                CachePlan::of(Some(&RouteCache { ttl_s: 60, semantic }), &CacheControl::read(asked).unwrap());
            assert_eq!(plan.unwrap().semantic.map(|semantic| semantic.threshold), expect, "{asked}");
        };
        check(None, "", None);
        check(Some(0.9), "", Some(0.9));
        check(Some(0.9), "semantic=0.8", Some(0.8));
        check(None, "semantic=0.8", Some(0.8));
        check(Some(0.9), "exact", None);
        let fault = RouteCache { ttl_s: 60, semantic: Some(Semantic { threshold: 1.5 }) }.fault();
        assert!(fault.is_some_and(|fault| fault.contains("threshold")));
    }

    #[test]
    fn a_route_or_a_request_has_answers_kept_and_a_request_may_want_a_newer_one() {
        let check = |route: Option<u64>, asked: &str, expect: Option<(Option<u64>, Option<u64>)>| {
            let route = route.map(|ttl_s| RouteCache { ttl_s, semantic: None });
            let plan = CachePlan::of(route.as_ref(), &CacheControl::read(asked).unwrap());
            assert_eq!(plan.map(|plan| (plan.oldest_s, plan.ttl_s)), expect, "{route:?} {asked}");
        };
        check(None, "", None);
        check(None, "no-cache", None);
        check(None, "max-age=90", Some((Some(90), Some(90))));
        check(None, "max-age=0", None);
        check(None, "max-age=90, no-cache", Some((None, Some(90))));
        check(Some(300), "", Some((Some(300), Some(300))));
        check(Some(300), "max-age=10", Some((Some(10), Some(300))));
        check(Some(300), "max-age=9000", Some((Some(300), Some(300))));
        check(Some(300), "max-age=0", Some((None, Some(300))));
        check(Some(300), "no-cache", Some((None, Some(300))));
        check(Some(300), "no-store", None);
    }
}
