//! The table that a person sees when the mesh is up.

use super::runtime::PEOPLE;
use super::state::Manifest;
use crate::ui::Ui;

/// Where things are, with which key, and what to try.
pub(super) fn table(manifest: &Manifest, logs: &str, ui: &Ui) -> String {
    let Manifest { gateway, admin, access_issuer, tenants } = manifest;
    let (name, ..) = PEOPLE[0];
    let mut text = String::new();
    let mut row = |label: &str, value: &str, hint: &str| {
        let label = ui.paint("2", &format!("{label:<10}"));
        let hint = if hint.is_empty() { String::new() } else { ui.paint("2", hint) };
        text.push_str(format!("  {label}{value:<46}  {hint}").trim_end());
        text.push('\n');
    };
    row("gateway", gateway, "the API; /docs reads like a page");
    row("admin", &format!("{admin}/admin"), &format!("sign in as {name}"));
    row("access", access_issuer, "stands in for Cloudflare Access");
    row("explorer", &format!("{gateway}/cdn-cgi/local/explorer"), "databases, objects, workflows");
    row("logs", logs, "");
    for tenant in tenants {
        row("tenant", &tenant.slug, &tenant.id);
        row("key", &tenant.api_key, "");
    }
    let key = tenants.first().map_or("", |tenant| tenant.api_key.as_str());
    let title = ui.paint("1", "Weft is up.");
    format!(
        "\n{title}\n\n{text}\n  Try\n    cargo xtask demo\n    curl -s '{gateway}/v1/signals' -H 'Authorization: Bearer {key}'\n\n  Ctrl-C stops everything; the state is kept for the next start.\n"
    )
}
