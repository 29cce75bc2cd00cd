//! The routes of the console, and what each asks for.

use auth::access::Role;

/// A route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// Leads to the console.
    Root,
    /// The health page.
    HealthPage,
    /// The same as JSON.
    HealthApi,
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
            _ => None,
        }
    }

    /// How logs name it.
    #[must_use]
    pub const fn pattern(self) -> &'static str {
        match self {
            Self::Root => "/",
            Self::HealthPage => Self::HOME,
            Self::HealthApi => "/admin/api/health",
        }
    }

    /// The methods that it has, as the `Allow` header lists them. All of these only read.
    #[must_use]
    pub const fn allow(self) -> &'static str {
        "GET, HEAD"
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
            Self::Root | Self::HealthPage | Self::HealthApi => Role::Viewer,
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
        for path in ["", "/Admin", "/admin/api", "/admin/api/health/", "/admin/../admin", "/administrator"] {
            assert_eq!(Route::at(path), None, "{path}");
        }
    }

    #[test]
    fn methods_are_those_that_allow_lists() {
        assert!(Route::HealthPage.allows("GET") && Route::HealthPage.allows("HEAD"));
        for method in ["POST", "get", "", "GET, HEAD", "OPTIONS"] {
            assert!(!Route::HealthPage.allows(method), "{method}");
        }
    }
}
