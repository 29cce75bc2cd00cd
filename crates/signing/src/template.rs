//! What a configurable HMAC signs, written as text with placeholders, and the row that its settings make.

use std::borrow::Cow;

use crate::catalog::{HeaderFamily, IdPlace, KeyForm, Layout, MacScheme, Part, Time};
use crate::settings::{HmacSettings, MAX_SETTING_BYTES};

const PLACEHOLDERS: [(&str, Part<'static>); 6] = [
    ("id", Part::Id),
    ("timestamp", Part::Timestamp),
    ("method", Part::Method),
    ("url", Part::Url),
    ("path", Part::Path),
    ("body", Part::Body),
];

/// The parts of a template, or what is wrong with it.
fn parts(template: &str) -> Result<Vec<Part<'_>>, String> {
    let mut parts = Vec::new();
    let mut rest = template;
    while let Some((text, after)) = rest.split_once('{') {
        if !text.is_empty() {
            parts.push(Part::Text(text));
        }
        let (name, after) = after.split_once('}').ok_or("has a `{` without its `}`")?;
        let part = PLACEHOLDERS.iter().find(|(known, _)| *known == name).map(|(_, part)| *part);
        let known = PLACEHOLDERS.map(|(name, _)| format!("`{{{name}}}`")).join(", ");
        parts.push(part.ok_or_else(|| format!("has an unknown placeholder: there are {known}"))?);
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest));
    }
    Ok(parts)
}

/// What is wrong with a template, as a predicate.
pub(crate) fn check(template: &str, has_id: bool, has_time: bool) -> Result<(), String> {
    if !(1..=MAX_SETTING_BYTES).contains(&template.len()) {
        return Err(format!("must be 1 to {MAX_SETTING_BYTES} bytes long"));
    }
    let parts = parts(template)?;
    let count = |wanted: Part<'_>| parts.iter().filter(|part| **part == wanted).count();
    if count(Part::Body) != 1 {
        return Err("must have `{body}`, once".into());
    }
    for (part, name, wanted, setting) in
        [(Part::Id, "{id}", has_id, "id_header"), (Part::Timestamp, "{timestamp}", has_time, "timestamp")]
    {
        match (count(part), wanted) {
            (0, true) => return Err(format!("must have `{name}`: an unsigned `{setting}` proves nothing")),
            (0, false) | (1, true) => {}
            (_, false) => return Err(format!("has `{name}`, and `{setting}` does not say where that is")),
            (_, true) => return Err(format!("must have `{name}` once")),
        }
    }
    // Without something between them, one delivery's bytes could be cut anew into another id, time and body.
    let varying = |part: &Part<'_>| matches!(part, Part::Id | Part::Timestamp);
    let touching = parts.windows(2).any(|pair| varying(&pair[0]) && !matches!(pair[1], Part::Text(_)));
    if touching {
        return Err("must have a separator after `{id}` and `{timestamp}`, such as `.`".into());
    }
    Ok(())
}

/// The row that settings make. A template that does not read signs nothing that anybody could send.
pub(crate) fn scheme(settings: &HmacSettings) -> Result<MacScheme<'_>, String> {
    let HmacSettings { algorithm, header, prefix, encoding, secret_encoding, id_header, timestamp, template } =
        settings;
    check(template, id_header.is_some(), timestamp.is_some())?;
    Ok(MacScheme {
        families: Cow::Owned(vec![HeaderFamily {
            id: id_header.as_deref(),
            timestamp: timestamp.as_ref().map(|timestamp| timestamp.header.as_str()),
            signature: header,
        }]),
        layout: Layout::One { prefix, encoding: *encoding },
        algorithm: *algorithm,
        signed: Cow::Owned(parts(template)?),
        key: secret_encoding.map_or(KeyForm::Text, KeyForm::Encoded),
        time: timestamp.as_ref().map(|timestamp| Time {
            format: timestamp.format,
            tolerance_s: timestamp.tolerance_s,
            member: None,
        }),
        id: if id_header.is_some() { IdPlace::SignedHeader } else { IdPlace::Nothing },
        handshake: None,
    })
}

#[cfg(test)]
mod tests {

    #[test]
    fn a_template_signs_the_body_once_and_all_that_is_configured() {
        let check = |template: &str, id, time, fault: Option<&str>| {
            let judged = super::check(template, id, time);
            match (fault, judged) {
                (None, judged) => assert_eq!(judged, Ok(()), "{template}"),
                (Some(fault), Err(detail)) => assert!(detail.contains(fault), "{template}: {detail}"),
                (Some(fault), Ok(())) => panic!("`{template}` was taken, without {fault}"),
            }
        };
        check("{body}", false, false, None);
        check("{timestamp}.{body}", false, true, None);
        check("v1:{id}:{timestamp}:{method}{url}{body}", true, true, None);
        check("", false, false, Some("1 to 200"));
        check("{timestamp}", false, true, Some("`{body}`"));
        check("{body}{body}", false, false, Some("once"));
        check("{body}", false, true, Some("`{timestamp}`"));
        check("{body}", true, false, Some("`{id}`"));
        check("{timestamp}.{body}", false, false, Some("does not say where"));
        check("{timestamp}{body}", false, true, Some("separator"));
        check("{id}{timestamp}.{body}", true, true, Some("separator"));
        check("{corpus}", false, false, Some("unknown placeholder"));
        check("{body", false, false, Some("without its"));
    }
}
