//! The routes of the console, and what each asks for.

use auth::access::Role;
use ids::DeadLetterId;

/// A route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// Leads to the console.
    Root,
    /// The health page.
    HealthPage,
    /// The same as JSON.
    HealthApi,
    /// Dead letters.
    DeadLetters,
    /// One of them; none where the path has no id of one.
    DeadLetter(Option<DeadLetterId>),
    /// Has its event run again.
    Replay(Option<DeadLetterId>),
}

impl Route {
    /// Where the console's pages begin.
    pub const HOME: &str = "/admin";

    /// The route at `path`.
    #[must_use]
    pub fn at(path: &str) -> Option<Self> {
        match path {
            "/" | "/admin/" => Some(Self::Root),
            "/admin" => Some(Self::HealthPage),
            "/admin/api/health" => Some(Self::HealthApi),
            "/admin/api/dead-letters" => Some(Self::DeadLetters),
            _ => {
                let rest = path.strip_prefix("/admin/api/dead-letters/")?;
                let (id, replay) = rest.strip_suffix("/replay").map_or((rest, false), |id| (id, true));
                if id.is_empty() || id.contains('/') {
                    return None;
                }
                let id = id.parse().ok();
                Some(if replay { Self::Replay(id) } else { Self::DeadLetter(id) })
            }
        }
    }

    /// How logs name it.
    #[must_use]
    pub const fn pattern(self) -> &'static str {
        match self {
            Self::Root => "/",
            Self::HealthPage => Self::HOME,
            Self::HealthApi => "/admin/api/health",
            Self::DeadLetters => "/admin/api/dead-letters",
            Self::DeadLetter(_) => "/admin/api/dead-letters/{id}",
            Self::Replay(_) => "/admin/api/dead-letters/{id}/replay",
        }
    }

    /// The methods that it has, as the `Allow` header lists them.
    #[must_use]
    pub const fn allow(self) -> &'static str {
        match self {
            Self::Replay(_) => "POST",
            _ => "GET, HEAD",
        }
    }

    /// Whether it has `method`.
    #[must_use]
    pub fn allows(self, method: &str) -> bool {
        self.allow().split(", ").any(|allowed| allowed == method)
    }

    /// The least role that may use it.
    #[must_use]
    pub const fn needs(self) -> Role {
        match self {
            Self::Root | Self::HealthPage | Self::HealthApi | Self::DeadLetters | Self::DeadLetter(_) => {
                Role::Viewer
            }
            Self::Replay(_) => Role::Operator,
        }
    }
}

/// Whether `path` is the API's, whose errors are never pages.
#[must_use]
pub fn is_api(path: &str) -> bool {
    path.starts_with("/admin/api/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_matched_exactly() {
        assert_eq!(Route::at("/"), Some(Route::Root));
        assert_eq!(Route::at("/admin/"), Some(Route::Root));
        for route in [Route::HealthPage, Route::HealthApi] {
            assert_eq!(Route::at(route.pattern()), Some(route));
        }
        let id = DeadLetterId::from_parts(1, [1; 10]);
        for (path, route) in [
            ("/admin/api/dead-letters".to_owned(), Route::DeadLetters),
            (format!("/admin/api/dead-letters/{id}"), Route::DeadLetter(Some(id))),
            (format!("/admin/api/dead-letters/{id}/replay"), Route::Replay(Some(id))),
            ("/admin/api/dead-letters/evt_1/replay".to_owned(), Route::Replay(None)),
        ] {
            assert_eq!(Route::at(&path), Some(route), "{path}");
        }
        for path in [
            "/admin/api/dead-letters/",
            "/admin/api/dead-letters//replay",
            "/admin/api/dead-letters/a/b/replay",
            "",
            "/Admin",
            "/admin/api",
            "/admin/api/health/",
            "/admin/../admin",
            "/administrator",
        ] {
            assert_eq!(Route::at(path), None, "{path}");
        }
    }

    #[test]
    fn methods_are_those_that_allow_lists() {
        assert!(Route::HealthPage.allows("GET") && Route::HealthPage.allows("HEAD"));
        for method in ["POST", "get", "", "GET, HEAD", "OPTIONS"] {
            assert!(!Route::HealthPage.allows(method), "{method}");
        }
        assert!(Route::Replay(None).allows("POST") && !Route::Replay(None).allows("GET"));
        assert_eq!((Route::DeadLetters.needs(), Route::Replay(None).needs()), (Role::Viewer, Role::Operator));
    }
}
