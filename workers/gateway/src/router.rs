//! From method and path to a row of the public table of routes.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use http_api::routes::{Method, ROUTES};
use http_api::{Code, Problem, Route};

/// A route that was found.
#[derive(Debug, Clone)]
pub struct Found {
    /// Its row.
    pub route: &'static Route,
    /// The varying parts of the path in order, still percent-encoded.
    pub parameters: Vec<String>,
}

/// Why no route was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missed {
    /// Nothing is at this path.
    Path,
    /// The path is there, without this method.
    Method {
        /// The path's pattern.
        pattern: &'static str,
    },
}

/// The pattern whose last part may have slashes in it.
const MODEL: &str = "/v1/models/{model}";

/// Every pattern, with the routes at it.
static PATHS: LazyLock<matchit::Router<Vec<&'static Route>>> = LazyLock::new(|| {
    let mut by_path: BTreeMap<&str, Vec<&Route>> = BTreeMap::new();
    for route in ROUTES {
        by_path.entry(route.path).or_default().push(route);
    }
    let mut router = matchit::Router::new();
    for (path, routes) in by_path {
        // A model's name may have slashes in it.
        let path = if path == MODEL { "/v1/models/{*model}" } else { path };
        // Two patterns that cannot live together would leave one out; the test below finds each route.
        let _ = router.insert(path, routes);
    }
    router
});

/// Finds the route of a request. `HEAD` is answered by the route of `GET`.
///
/// # Errors
/// [`Missed`].
pub fn find(method: &str, path: &str) -> Result<Found, Missed> {
    let at = PATHS.at(path).map_err(|_| Missed::Path)?;
    let parameters = at.params.iter().map(|(_, value)| value.to_owned()).collect();
    let wanted = if method == "HEAD" { Method::Get.as_str() } else { method };
    let found = at.value.iter().find(|route| route.method.as_str() == wanted);
    match found {
        Some(route) => Ok(Found { route, parameters }),
        None => Err(Missed::Method { pattern: at.value.first().map_or("", |route| route.path) }),
    }
}

impl Missed {
    /// How the log names what was asked for: a pattern, never a path, which may hold anything.
    #[must_use]
    pub const fn pattern(self) -> &'static str {
        match self {
            Self::Path => "unmatched",
            Self::Method { pattern } => pattern,
        }
    }

    /// What the client gets.
    #[must_use]
    pub fn problem(self) -> Problem {
        match self {
            Self::Path => Problem::new(
                Code::RouteNotFound,
                "nothing is served at this path; `/docs` lists what there is",
            ),
            Self::Method { pattern } => {
                let allow = allowed(pattern);
                Problem::new(Code::RouteMethodNotAllowed, format!("this path has {allow}"))
                    .with_header("allow", allow)
            }
        }
    }
}

/// The pattern at a path and its methods, as the `Allow` header lists them; nothing where nothing is served.
#[must_use]
pub fn methods_at(path: &str) -> Option<(&'static str, String)> {
    let at = PATHS.at(path).ok()?;
    at.value.first().map(|route| (route.path, allowed(route.path)))
}

/// The methods at a pattern, as the `Allow` header lists them.
fn allowed(pattern: &str) -> String {
    let here = ROUTES.iter().filter(|route| route.path == pattern);
    let names = here.flat_map(|route| match route.method {
        Method::Get => vec!["GET", "HEAD"],
        other => vec![other.as_str()],
    });
    names.chain(["OPTIONS"]).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use http_api::Operation;

    use super::*;

    #[test]
    fn every_route_of_the_table_is_found_at_its_path() {
        for route in ROUTES {
            let path = route.path.replace("{id}", "x%2Fy").replace("{endpoint_id}", "x%2Fy");
            let path = path.replace("{backfill_id}", "x%2Fy").replace("{name}", "n").replace("{number}", "n");
            let path = path.replace("{token}", "n").replace("{model}", "n");
            let found = find(route.method.as_str(), &path).unwrap();
            assert_eq!(found.route.operation, route.operation, "{path}");
            let expect: Vec<_> = route
                .path_parameters()
                .map(|part| if matches!(part, "name" | "number" | "token" | "model") { "n" } else { "x%2Fy" })
                .collect();
            assert_eq!(found.parameters, expect, "{path}");
        }
    }

    #[test]
    fn a_models_name_may_have_slashes() {
        for name in ["a", "a/b/c", "a%2Fb", "@cf/meta/x"] {
            let found = find("GET", &format!("/v1/models/{name}")).unwrap();
            assert_eq!(
                (found.route.operation, found.parameters),
                (Operation::GetModel, vec![name.to_owned()])
            );
        }
        assert_eq!(find("GET", "/v1/models").unwrap().route.operation, Operation::ListModels);
    }

    #[test]
    fn head_is_answered_as_get() {
        assert_eq!(find("HEAD", "/v1/events").unwrap().route.operation, Operation::ListEvents);
        assert_eq!(find("HEAD", "/hooks/end_1").unwrap().route.operation, Operation::ProbeHook);
        assert_eq!(
            find("HEAD", "/v1/jobs/job_1/run").unwrap_err(),
            Missed::Method { pattern: "/v1/jobs/{id}/run" }
        );
    }

    #[test]
    fn a_known_path_lists_its_methods() {
        let check = |method: &str, path: &str, allow: &str| {
            let problem = find(method, path).unwrap_err().problem();
            assert_eq!(
                (problem.status(), problem.headers()),
                (405, &[("allow", allow.to_owned())][..]),
                "{path}"
            );
        };
        check("PUT", "/v1/events", "POST, GET, HEAD, OPTIONS");
        check("get", "/healthz", "GET, HEAD, OPTIONS");
        check("TRACE", "/v1/jobs/job_1", "GET, HEAD, PATCH, DELETE, OPTIONS");
        check("GET", "/v1/jobs/job_1/run", "POST, OPTIONS");
        let at = methods_at("/v1/jobs/job_1/run");
        assert_eq!(at, Some(("/v1/jobs/{id}/run", "POST, OPTIONS".to_owned())));
        assert_eq!(methods_at("/v1/nothing"), None);
    }

    #[test]
    fn anything_else_is_not_found() {
        for path in
            ["/", "", "/v1", "/v1/events/", "/V1/events", "//healthz", "/v1/events/a/b", "/hooks/", "/hooks"]
        {
            assert_eq!(find("GET", path).unwrap_err(), Missed::Path, "{path}");
        }
    }
}
