//! What a browser is shown in place of what it asked for.

use maud::{Markup, html};
use mesh::TraceContext;

use super::prose::sentence;
use super::{Visitor, layout};
use crate::problem::{Code, Problem};
use crate::router::Route;

/// The page of a problem, with the way on: `sign_in` where signing in can help.
#[must_use]
pub fn refusal(
    problem: &Problem,
    sign_in: Option<&str>,
    visitor: Option<&Visitor>,
    trace: TraceContext,
) -> Markup {
    let title = problem.code.title();
    layout(
        title,
        visitor,
        None,
        &html! {
            section class="refusal" {
                p class="code" { (problem.code.status()) }
                h1 { (title) }
                p { (sentence(&problem.detail)) }
                @if !problem.errors.is_empty() {
                    ul class="errors" { @for error in &problem.errors {
                        li { code { (error.pointer) } " " (error.detail) }
                    } }
                }
                @match (problem.code, sign_in) {
                    (Code::TokenMissing | Code::TokenInvalid, Some(url)) => {
                        p { a class="button main" href=(url) { "Sign in" } }
                    }
                    (Code::RoleMissing, Some(url)) => {
                        p { a class="button main" href=(url) { "Sign in as someone else" } }
                    }
                    (Code::RouteNotFound | Code::MethodNotAllowed, _) => {
                        p { a class="button main" href=(Route::HOME) { "To the console" } }
                    }
                    _ => {}
                }
                p class="small" { code { (problem.code.as_str()) } " · trace " code { (trace.trace_id()) } }
            }
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_refusal_shows_a_way_on_where_there_is_one() {
        let check = |code: Code, link: Option<&str>| {
            let trace = TraceContext::from_random([7; 24]);
            let page = refusal(&Problem::new(code, "why"), Some("https://team.example/login"), None, trace);
            let page = page.into_string();
            assert!(page.contains("Why.") && page.contains(&trace.trace_id()), "{page}");
            let found = page
                .split_once("class=\"button main\" href=\"")
                .map(|(_, rest)| rest.split('"').next().unwrap());
            assert_eq!(found, link, "{code:?}");
        };
        check(Code::TokenMissing, Some("https://team.example/login"));
        check(Code::TokenInvalid, Some("https://team.example/login"));
        check(Code::RoleMissing, Some("https://team.example/login"));
        check(Code::RouteNotFound, Some("/admin"));
        check(Code::NotConfigured, None);
        check(Code::KeysUnavailable, None);
    }
}
