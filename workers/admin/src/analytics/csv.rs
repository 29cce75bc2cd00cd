//! A summary as comma-separated values (RFC 4180).

use super::view::{SummaryView, TenantUsageView};

const HEADER: &str = "tenant,slug,name,from,to,requests,refused,failed,events,model_calls,tokens_in,tokens_out,\
    files,file_bytes,archived_events,archived_bytes,models_usd,platform_usd,total_usd";

/// The header and a line a tenant, each ended by CRLF.
pub(super) fn lines(summary: &SummaryView) -> String {
    let mut text = format!("{HEADER}\r\n");
    for tenant in &summary.tenants {
        text.push_str(&line(summary, tenant));
        text.push_str("\r\n");
    }
    text
}

fn line(summary: &SummaryView, of: &TenantUsageView) -> String {
    let TenantUsageView { tenant, slug, name, used } = of;
    let (amounts, storage, spend) = (used.amounts, used.storage, used.spend);
    let texts = [
        tenant.to_string(),
        cell(slug.as_deref().unwrap_or_default()),
        cell(name.as_deref().unwrap_or_default()),
        summary.from.to_string(),
        summary.to.to_string(),
    ];
    let counts = [
        amounts.requests,
        amounts.refused,
        amounts.failed,
        amounts.events,
        amounts.model_calls,
        amounts.tokens_in,
        amounts.tokens_out,
        storage.files,
        storage.file_bytes,
        storage.events,
        storage.event_bytes,
    ];
    let money = [spend.models_usd, spend.platform_usd, spend.total_usd];
    let cells = texts.into_iter().chain(counts.map(|count| count.to_string()));
    cells.chain(money.map(|usd| format!("{usd:.9}"))).collect::<Vec<_>>().join(",")
}

/// A text as a cell. One that a spreadsheet would take for a formula gets an apostrophe before it: a name is a
/// customer's, and whoever opens the file is not.
fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if text.contains(['"', ',', '\r', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_meaning_in_the_format_or_a_spreadsheet_is_a_text() {
        for (text, expected) in [
            ("Acme", "Acme"),
            ("Acme, Inc.", "\"Acme, Inc.\""),
            ("the \"best\"", "\"the \"\"best\"\"\""),
            ("=HYPERLINK(\"a\")", "\"'=HYPERLINK(\"\"a\"\")\""),
            ("-1", "'-1"),
            ("two\nlines", "\"two\nlines\""),
        ] {
            assert_eq!(cell(text), expected);
        }
    }
}
