//! JSON with comments and trailing commas, as wrangler reads it.

use anyhow::{Context, Result};
use serde_json::Value;

/// Reads a text.
///
/// # Errors
/// When it is no JSON even without its comments.
pub(crate) fn parse(text: &str) -> Result<Value> {
    serde_json::from_str(&plain(text)).context("this is no JSON with comments")
}

/// Without comments, and without commas before a closing bracket. Lengths of lines may change, their number doesn't.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        match (character, rest.peek()) {
            ('"', _) => {
                out.push('"');
                while let Some(inside) = rest.next() {
                    out.push(inside);
                    match inside {
                        '\\' => out.extend(rest.next()),
                        '"' => break,
                        _ => {}
                    }
                }
            }
            ('/', Some('/')) => while rest.next_if(|next| *next != '\n').is_some() {},
            ('/', Some('*')) => {
                rest.next();
                let mut before = ' ';
                for inside in rest.by_ref() {
                    if inside == '\n' {
                        out.push('\n');
                    }
                    if before == '*' && inside == '/' {
                        break;
                    }
                    before = inside;
                }
            }
            (']' | '}', _) => {
                if out.trim_end().ends_with(',') {
                    let kept = out.trim_end().len() - 1;
                    out.remove(kept);
                }
                out.push(character);
            }
            _ => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_trailing_commas_are_no_part_of_the_value() {
        let text = "{\n  // one\n  \"a\": [1, 2, /* two */],\n  \"url\": \"https://x/*y\\\"//\",\n}\n";
        let value = parse(text).unwrap();
        assert_eq!(value, serde_json::json!({ "a": [1, 2], "url": "https://x/*y\"//" }));
    }

    #[test]
    fn what_is_no_json_is_refused() {
        assert!(parse("{ a: 1 }").is_err());
    }
}
