//! Which sources an event may claim.

use http_api::{Code, Problem};
use signing::Source;

use crate::failure::invalid;

/// For an event of no provider's.
const GENERIC: &str = "generic";

/// Whether an event may name `source`: a provider of the catalog, or `generic`.
///
/// # Errors
/// [`Code::RequestInvalid`], pointing at `pointer`.
pub(super) fn check(source: &str, pointer: &str) -> Result<(), Problem> {
    if source == GENERIC || source.parse::<Source>().is_ok() {
        return Ok(());
    }
    let catalog = Source::ALL.map(Source::as_str).join("`, `");
    Err(invalid(Code::RequestInvalid, pointer, format!("must be `{GENERIC}` or one of `{catalog}`")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_generic_or_of_the_catalog() {
        for source in ["generic", "standard", "zoom", "slack", "stripe", "github", "microsoft_graph", "hmac"]
        {
            assert_eq!(check(source, "/source"), Ok(()), "{source}");
        }
        let problem = check("acme", "/task/source").unwrap_err();
        assert_eq!((problem.status(), problem.errors()[0].pointer.as_str()), (422, "/task/source"));
        assert!(
            problem.detail().contains("`generic` or one of `standard`, `slack`, `zoom`, `stripe`, `gong`")
        );
    }
}
