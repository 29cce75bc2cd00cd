//! The `Link` header of RFC 8288, as far as lists use it.

/// The target of `rel="next"`, as it is written: it may be relative.
pub(crate) fn next(header: &str) -> Option<&str> {
    let mut rest = header;
    while let Some(start) = rest.find('<') {
        let after = &rest[start + 1..];
        let end = after.find('>')?;
        let (target, parameters) = (&after[..end], &after[end + 1..]);
        let stop = end_of(parameters);
        if parameters[..stop].split(';').any(is_next) {
            return Some(target.trim());
        }
        rest = &parameters[stop..];
    }
    None
}

/// Where the parameters of a link end: at a comma that is in no quotes.
fn end_of(parameters: &str) -> usize {
    let mut quoted = false;
    for (at, character) in parameters.char_indices() {
        match character {
            '"' => quoted = !quoted,
            ',' if !quoted => return at,
            _ => {}
        }
    }
    parameters.len()
}

fn is_next(parameter: &str) -> bool {
    let Some((name, value)) = parameter.split_once('=') else { return false };
    let relations = value.trim().trim_matches('"');
    name.trim().eq_ignore_ascii_case("rel")
        && relations.split_ascii_whitespace().any(|relation| relation.eq_ignore_ascii_case("next"))
}

#[cfg(test)]
mod tests {
    use super::next;

    #[test]
    fn the_next_page_is_found_among_other_links() {
        let check = |header: &str, found: Option<&str>| assert_eq!(next(header), found, "{header}");
        check(r#"<https://a.co/x?page=2>; rel="next""#, Some("https://a.co/x?page=2"));
        check(
            r#"<https://a.co/x?page=1>; rel="prev", </x?page=3>; title="a, b"; rel="last next""#,
            Some("/x?page=3"),
        );
        check("<https://a.co/x?a=1,2>; REL=next", Some("https://a.co/x?a=1,2"));
        check(r#"<https://a.co/x>; rel="last""#, None);
        for odd in ["", "<", "<x", ">;rel=next", "rel=next", "<x>", ",,<>;"] {
            check(odd, None);
        }
    }
}
