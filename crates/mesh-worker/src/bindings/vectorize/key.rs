//! The rules that keys of metadata and of filters share.

use super::invalid::InvalidRequest;
use super::limits::Limits;

/// A key of metadata: dots would be read as nesting.
pub(super) fn check_metadata_key(place: &str, key: &str, limits: &Limits) -> Result<(), InvalidRequest> {
    let problem =
        if key.contains('.') { Some("has a dot, which means nesting") } else { segment_problem(key) };
    refuse(place, key, problem.or_else(|| length_problem(key, limits)))
}

/// A key of a filter: dots lead into nested metadata, so each part must be a key.
pub(super) fn check_filter_key(key: &str, limits: &Limits) -> Result<(), InvalidRequest> {
    refuse(
        "the filter",
        key,
        key.split('.').find_map(segment_problem).or_else(|| length_problem(key, limits)),
    )
}

fn segment_problem(segment: &str) -> Option<&'static str> {
    if segment.is_empty() {
        Some("is empty or has an empty part")
    } else if segment.starts_with('$') {
        Some("starts with `$`, which means an operator")
    } else if segment.contains('"') || segment.contains('|') {
        Some("has a `\"` or a `|`")
    } else {
        None
    }
}

fn length_problem(key: &str, limits: &Limits) -> Option<&'static str> {
    (key.chars().count() > limits.key_characters).then_some("is too long")
}

fn refuse(place: &str, key: &str, problem: Option<&'static str>) -> Result<(), InvalidRequest> {
    match problem {
        None => Ok(()),
        Some(problem) => {
            Err(InvalidRequest::Key { place: place.to_owned(), key: key.chars().take(80).collect(), problem })
        }
    }
}
