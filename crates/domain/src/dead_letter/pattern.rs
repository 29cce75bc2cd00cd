//! What dead letters that died of the same thing have in common: the error, without what differs from one to the next.

/// The longest pattern, in characters.
const MOST_CHARS: usize = 240;

/// A message without what differs from one to the next: words with a digit become `#`, what stands between double quotation
/// marks becomes `"…"`, and white space is one space. What is left says what went wrong, not to whom.
#[must_use]
pub fn pattern(message: &str) -> String {
    let mut text = String::new();
    let mut word = String::new();
    let mut quoted = false;
    for character in message.chars().chain([' ']) {
        if matches!(character, '"' | '“' | '”') {
            quoted = !quoted && character != '”';
            if quoted {
                push(&mut text, &mut word);
                text.push_str("\"…\"");
            }
        } else if quoted {
            // It is what somebody wrote.
        } else if character.is_alphanumeric() || matches!(character, '_' | '-' | '/' | '.' | ':' | '+' | '%')
        {
            word.push(character);
        } else {
            push(&mut text, &mut word);
            if !character.is_whitespace() {
                text.push(character);
            } else if !text.ends_with(' ') {
                text.push(' ');
            }
        }
    }
    text.trim().chars().take(MOST_CHARS).collect()
}

fn push(text: &mut String, word: &mut String) {
    let end = word.trim_end_matches(['.', ':', '/']).len();
    let (name, rest) = word.split_at(end);
    if name.chars().any(|character| character.is_ascii_digit()) {
        text.push('#');
    } else {
        text.push_str(name);
    }
    text.push_str(rest);
    word.clear();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_left_out_and_what_went_wrong_stays() {
        for (message, expected) in [
            ("no object `raw/2026/11/evt_0190a.json` in the archive", "no object `#` in the archive"),
            ("the answer took 1500 ms,  limit 1000 ms", "the answer took # ms, limit # ms"),
            ("HTTP 503: upstream said \"try in 7 s\"", "HTTP #: upstream said \"…\""),
            ("D1_ERROR: no such table: events", "#: no such table: events"),
            ("expected value at line 1 column 9", "expected value at line # column #"),
            ("it said “no” to evt_1", "it said \"…\" to #"),
            ("", ""),
        ] {
            assert_eq!(pattern(message), expected);
        }
        assert_eq!(pattern(&"é ".repeat(1_000)).chars().count(), MOST_CHARS);
    }
}
