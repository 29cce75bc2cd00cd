//! Server-sent events as they come in pieces: each whole event with its very bytes, to hand on unchanged.
//!
//! The crates for this give parsed events and drop the bytes; a relay that must not change what it hands on needs both.

/// An event larger than this is none that a model server sends, in bytes.
pub const LARGEST_EVENT: usize = 8 * 1024 * 1024;

/// One event, or a block of comments between two.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Event {
    /// Its bytes with the empty line that ends it.
    pub raw: Vec<u8>,
    /// Its name, where it has one.
    pub name: Option<String>,
    /// Its data, lines joined by a line feed; none where there is none.
    pub data: Option<String>,
}

/// The stream is not one of server-sent events.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SseError {
    /// A line is neither a field that the format has nor a comment.
    #[error("a line of the stream is no field of server-sent events")]
    Line,
    /// The bytes are not UTF-8.
    #[error("the stream is not UTF-8")]
    Encoding,
    /// An event does not end.
    #[error("an event of the stream has more than {LARGEST_EVENT} bytes")]
    TooLarge,
}

/// Cuts a stream into events, wherever its pieces end.
#[derive(Debug, Default)]
pub struct Splitter {
    raw: Vec<u8>,
    line_start: usize,
    after_cr: bool,
    begun: bool,
}

impl Splitter {
    /// Takes the next bytes and gives the events that they complete.
    ///
    /// # Errors
    /// [`SseError`]; the events before it are in `events`.
    pub fn feed(&mut self, bytes: &[u8], events: &mut Vec<Event>) -> Result<(), SseError> {
        for &byte in bytes {
            let second_half = byte == b'\n' && std::mem::take(&mut self.after_cr);
            self.after_cr = byte == b'\r';
            self.raw.push(byte);
            if second_half {
                // The line ended with the carriage return; where that ended an event, this byte leads the next.
                self.line_start = self.raw.len();
            } else if matches!(byte, b'\n' | b'\r') {
                let empty = self.line_start + 1 == self.raw.len();
                self.line_start = self.raw.len();
                if empty {
                    self.line_start = 0;
                    let raw = std::mem::take(&mut self.raw);
                    events.push(read(raw, !std::mem::replace(&mut self.begun, true))?);
                }
            } else if self.raw.len() > LARGEST_EVENT {
                return Err(SseError::TooLarge);
            }
        }
        Ok(())
    }

    /// Whether an event was begun and not ended.
    #[must_use]
    pub fn is_amid(&self) -> bool {
        !self.raw.iter().all(|byte| matches!(byte, b'\r' | b'\n'))
    }
}

fn read(raw: Vec<u8>, first: bool) -> Result<Event, SseError> {
    let text = std::str::from_utf8(&raw).map_err(|_| SseError::Encoding)?;
    let text = if first { text.strip_prefix('\u{feff}').unwrap_or(text) } else { text };
    let (mut name, mut data) = (None, None::<String>);
    for line in text.split(['\r', '\n']).filter(|line| !line.is_empty()) {
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "data" => match &mut data {
                Some(data) => {
                    data.push('\n');
                    data.push_str(value);
                }
                None => data = Some(value.to_owned()),
            },
            "event" => name = Some(value.to_owned()),
            "" | "id" | "retry" => {}
            // The format passes other fields over. From a model server one is a line that was damaged, and what it
            // said would be missing from the answer.
            _ => return Err(SseError::Line),
        }
    }
    Ok(Event { raw, name, data })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn split(pieces: &[&[u8]]) -> (Vec<Event>, Result<(), SseError>, bool) {
        let (mut splitter, mut events) = (Splitter::default(), Vec::new());
        let outcome = pieces.iter().try_for_each(|piece| splitter.feed(piece, &mut events));
        (events, outcome, splitter.is_amid())
    }

    fn told(events: &[Event]) -> Vec<(Option<&str>, Option<&str>)> {
        events.iter().map(|event| (event.name.as_deref(), event.data.as_deref())).collect()
    }

    #[test]
    fn each_line_ending_of_the_format_ends_lines_and_events() {
        for ending in ["\n", "\r\n", "\r"] {
            let text =
                ["event: a", "data: 1", "data: 2", "", ": note", "", "data:x", "id: 7", "", ""].join(ending);
            let (events, outcome, _) = split(&[text.as_bytes()]);
            assert_eq!(outcome, Ok(()));
            assert_eq!(
                told(&events),
                [(Some("a"), Some("1\n2")), (None, None), (None, Some("x"))],
                "{ending:?}"
            );
        }
    }

    #[test]
    fn a_damaged_line_is_refused_after_what_came_before() {
        for (line, error) in [("dat: {}", SseError::Line), ("{\"choices\":[]}", SseError::Line)] {
            let (events, outcome, _) = split(&[format!("data: 1\n\n{line}\n\n").as_bytes()]);
            assert_eq!((told(&events), outcome), (vec![(None, Some("1"))], Err(error)), "{line}");
        }
        assert_eq!(split(&[b"data: \xff\n\n"]).1, Err(SseError::Encoding));
    }

    #[test]
    fn an_unended_event_is_told() {
        assert!(split(&[b"data: 1\n\ndata: 2\n"]).2);
        assert!(!split(&[b"\xef\xbb\xbfdata: 1\r\n\r\n\n"]).2);
        let endless = vec![b'x'; LARGEST_EVENT + 2];
        assert_eq!(split(&[&endless]).1, Err(SseError::TooLarge));
    }

    proptest! {
        #[test]
        fn where_a_stream_is_cut_changes_nothing(
            lines in prop::collection::vec(prop::sample::select(vec!["", "data: é", ": x", "event: a", "data"]), 0..20),
            endings in prop::collection::vec(prop::sample::select(vec!["\n", "\r\n", "\r"]), 20),
            cuts in prop::collection::vec(0usize..200, 0..6),
        ) {
            let text: String = lines.iter().zip(&endings).flat_map(|(line, ending)| [*line, *ending]).collect();
            let bytes = text.as_bytes();
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let pieces: Vec<&[u8]> = cuts.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
            let (whole, outcome, _) = split(&[bytes]);
            let (parts, same, _) = split(&pieces);
            prop_assert_eq!(outcome, same);
            prop_assert_eq!(&whole, &parts);
            let raw: Vec<u8> = whole.into_iter().flat_map(|event| event.raw).collect();
            prop_assert!(bytes.starts_with(&raw));
        }
    }
}
