//! The description as a page to read: no script, nothing from elsewhere, light and dark, legible on a phone.

mod markdown;
mod schemas;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use utoipa::openapi::path::{Operation as Described, Parameter, ParameterIn};
use utoipa::openapi::{Content, OpenApi, RefOr, Required, Response};

use super::TAGS;
use crate::routes::{Access, Method, ROUTES, Route};
use crate::{Code, Scope};
use markdown::{blocks, inline};

/// The page's looks.
const STYLE: &str = include_str!("page/style.css");

/// Renders the page from the document.
pub(super) fn render(document: &OpenApi) -> Markup {
    let title = format!("{} API", document.info.title);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#content" { "Skip to content" }
                header {
                    h1 { (title) " " span.version { (document.info.version) } }
                    p { "For programs: " a href="/openapi.json" { "openapi.json" } " (OpenAPI 3.1)" }
                }
                nav aria-label="Contents" { (contents()) }
                main #content tabindex="-1" {
                    section #conventions {
                        h2 { "Conventions" }
                        @if let Some(text) = &document.info.description { (blocks(text)) }
                    }
                    @for (tag, text) in TAGS {
                        section id=(tag_anchor(tag)) {
                            h2 { (tag) }
                            p { (text) }
                            @for route in routes_of(tag) { (operation(route, document)) }
                        }
                    }
                    section #types {
                        h2 { "Types" }
                        @if let Some(components) = &document.components {
                            @for (name, schema) in &components.schemas { (schemas::entry(name, schema)) }
                        }
                    }
                    (scopes())
                    (problems())
                }
            }
        }
    }
}

fn routes_of(tag: &str) -> impl Iterator<Item = &'static Route> {
    ROUTES.iter().filter(move |route| route.tag == tag)
}

fn tag_anchor(tag: &str) -> String {
    format!("group-{}", tag.to_lowercase())
}

fn contents() -> Markup {
    html! {
        ul {
            li { a href="#conventions" { "Conventions" } }
            @for (tag, _) in TAGS {
                li {
                    a href=(format!("#{}", tag_anchor(tag))) { (tag) }
                    ul { @for route in routes_of(tag) { li { a href=(format!("#{}", route.id)) { (route.summary) } } } }
                }
            }
            li { a href="#types" { "Types" } }
            li { a href="#scopes" { "Scopes" } }
            li { a href="#problems" { "Problems" } }
        }
    }
}

fn operation(route: &Route, document: &OpenApi) -> Markup {
    let item = document.paths.paths.get(route.path);
    let described = item.and_then(|item| match route.method {
        Method::Get => item.get.as_ref(),
        Method::Post => item.post.as_ref(),
        Method::Put => item.put.as_ref(),
        Method::Patch => item.patch.as_ref(),
        Method::Delete => item.delete.as_ref(),
    });
    let method = route.method.as_str();
    html! {
        article id=(route.id) {
            h3 { a href=(format!("#{}", route.id)) { (route.summary) } }
            p.address { span class={ "method " (method.to_lowercase()) } { (method) } " " code { (route.path) } }
            @if let Some(described) = described {
                @if let Some(text) = &described.description { (blocks(text)) }
                @if matches!(route.access, Access::Address) {
                    p { "Needs no API key: whoever has the address may." }
                }
                @if matches!(route.access, Access::Signature) {
                    p { "Needs no API key: the delivery's signature is its credential." }
                }
                (parameters(described))
                (request(described))
                (responses(described))
            }
        }
    }
}

/// What the document says on the spot. Of its parts only schemas are referred to by name.
fn inline_part<T>(part: &RefOr<T>) -> Option<&T> {
    match part {
        RefOr::T(part) => Some(part),
        RefOr::Ref(_) => None,
    }
}

fn parameters(described: &Described) -> Markup {
    let parameters: Vec<_> = described.parameters.iter().flatten().filter_map(inline_part).collect();
    let place = |parameter: &Parameter| match parameter.parameter_in {
        ParameterIn::Path => "in the path",
        ParameterIn::Header => "header",
        _ => "in the query",
    };
    html! {
        @if !parameters.is_empty() {
            h4 { "Parameters" }
            dl {
                @for parameter in &parameters {
                    dt {
                        code { (parameter.name) } " "
                        span.note {
                            (place(parameter))
                            @if matches!(parameter.required, Required::True) { ", required" }
                        }
                    }
                    dd {
                        @if let Some(text) = &parameter.description { p { (inline(text)) } }
                        @if let Some(schema) = &parameter.schema { p.type { (schemas::summary(schema)) } }
                    }
                }
            }
        }
    }
}

fn request(described: &Described) -> Markup {
    html! {
        @if let Some(body) = described.request_body.as_ref().and_then(inline_part) {
            h4 { "Body" }
            @for (media, content) in &body.content { (media_line(media, content)) }
            @if let Some(text) = &body.description { p { (inline(text)) } }
            @for content in body.content.values().filter_map(inline_part) {
                @if let Some(example) = &content.example { pre { code { (format!("{example:#}")) } } }
            }
        }
    }
}

fn responses(described: &Described) -> Markup {
    html! {
        h4 { "Answers" }
        dl {
            @for (status, response) in &described.responses.responses {
                @if let Some(response) = inline_part(response) { dt { code { (status) } } dd { (answer(response)) } }
            }
        }
    }
}

fn answer(response: &Response) -> Markup {
    let is_problem = response.content.contains_key(crate::problem::PROBLEM_MEDIA_TYPE);
    html! {
        @if is_problem {
            // The meaning of each code stands once, in its own entry.
            p {
                @for (n, code) in codes_in(&response.description).enumerate() {
                    @if n > 0 { ", " }
                    a href=(format!("#{}", code.anchor())) { code { (code) } }
                }
            }
        } @else {
            (blocks(&response.description))
            @for (media, content) in &response.content { (media_line(media, content)) }
        }
    }
}

/// The codes that a problem response's description lists.
fn codes_in(description: &str) -> impl Iterator<Item = Code> {
    description.lines().filter_map(|line| {
        let text = line.strip_prefix("- `")?.split('`').next()?;
        Code::ALL.iter().copied().find(|code| code.as_str() == text)
    })
}

fn media_line(media: &str, content: &RefOr<Content>) -> Markup {
    html! {
        p.type {
            @if let Some(schema) = inline_part(content).and_then(|content| content.schema.as_ref()) { (schemas::summary(schema)) " as " }
            code { (media) }
        }
    }
}

fn scopes() -> Markup {
    html! {
        section #scopes {
            h2 { "Scopes" }
            p { "What an API key may do. A route asks for exactly one; a key may carry several." }
            dl { @for scope in Scope::ALL { dt { code { (scope) } } dd { p { (inline(scope.meaning())) } } } }
        }
    }
}

fn problems() -> Markup {
    html! {
        section #problems {
            h2 { "Problems" }
            p { "Every error is " code { "application/problem+json" } "; its " code { "type" } " leads here." }
            dl {
                @for code in Code::ALL {
                    dt id=(code.anchor()) {
                        a href=(format!("#{}", code.anchor())) { code { (code) } }
                        " " span.note { (code.status()) " " (code.title()) }
                    }
                    dd { p { (inline(code.meaning())) } }
                }
            }
        }
    }
}
