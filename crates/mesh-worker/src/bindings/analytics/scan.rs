//! Finding a statement's placeholders and its FORMAT clause, outside of quotes and comments.

/// The parts of a statement that are code, in order: quoted texts and comments are left out.
fn code(sql: &str) -> Vec<&str> {
    let bytes = sql.as_bytes();
    let (mut parts, mut start, mut at) = (Vec::new(), 0, 0);
    while at < bytes.len() {
        let rest = &sql[at..];
        let skipped = match bytes[at] {
            quote @ (b'\'' | b'"' | b'`') => Some(quoted(&bytes[at..], quote)),
            b'-' if rest.starts_with("--") => Some(rest.find('\n').unwrap_or(rest.len())),
            b'/' if rest.starts_with("/*") => Some(rest.find("*/").map_or(rest.len(), |end| end + 2)),
            _ => None,
        };
        match skipped {
            Some(length) => {
                parts.push(&sql[start..at]);
                at += length;
                start = at;
            }
            None => at += 1,
        }
        // A multi-byte character is no quote and no dash; step over what is left of it.
        while at < bytes.len() && !sql.is_char_boundary(at) {
            at += 1;
        }
    }
    parts.push(&sql[start.min(sql.len())..]);
    parts
}

/// The length of a quoted text with its quotes. A doubled quote ends one text and starts the next, which comes to the
/// same here.
fn quoted(bytes: &[u8], quote: u8) -> usize {
    let mut at = 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            byte if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// The names after `$`, without it.
pub(super) fn placeholders(sql: &str) -> Vec<&str> {
    let mut names = Vec::new();
    for part in code(sql) {
        for (at, _) in part.match_indices('$') {
            let rest = &part[at + 1..];
            let end = rest.find(|character: char| !character.is_ascii_alphanumeric() && character != '_');
            let name = &rest[..end.unwrap_or(rest.len())];
            if !name.is_empty() {
                names.push(name);
            }
        }
    }
    names
}

/// Whether the statement ends in `FORMAT name`.
pub(super) fn has_format_clause(sql: &str) -> bool {
    let text = code(sql).join(" ");
    let mut words = text.trim_end().trim_end_matches(';').split_whitespace().rev();
    let named = words.next().is_some_and(|word| {
        word.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
    });
    named && words.next().is_some_and(|word| word.eq_ignore_ascii_case("format"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_found_outside_of_quotes_and_comments() {
        for (sql, expected) in [
            ("SELECT 1", vec![]),
            ("WHERE a = $1 AND b >= $2", vec!["1", "2"]),
            ("WHERE a=$start_1)", vec!["start_1"]),
            ("WHERE a = '$no' AND b = $yes", vec!["yes"]),
            (r"WHERE a = 'it\'s $no' AND b = $yes", vec!["yes"]),
            ("WHERE a = 'it''s $no' AND b = $yes", vec!["yes"]),
            (r#"FROM "$no" WHERE `$no` = $yes"#, vec!["yes"]),
            ("-- $no\nSELECT $yes /* $no */ , $also", vec!["yes", "also"]),
            ("SELECT 'ä$no', $yes -- ü", vec!["yes"]),
            ("SELECT '$unclosed", vec![]),
            (r"SELECT '\", vec![]),
            ("SELECT $", vec![]),
        ] {
            assert_eq!(placeholders(sql), expected, "{sql}");
        }
    }

    #[test]
    fn a_format_clause_is_one_only_at_the_end() {
        for (sql, expected) in [
            ("SELECT 1 FORMAT JSON", true),
            ("select 1 format JSONEachRow ;", true),
            ("SELECT format FROM t", false),
            ("SELECT 'FORMAT JSON'", false),
            ("SELECT 1 -- FORMAT JSON", false),
            ("FORMAT", false),
        ] {
            assert_eq!(has_format_clause(sql), expected, "{sql}");
        }
    }
}
