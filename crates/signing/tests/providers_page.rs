//! The table of `docs/providers.md` is the catalog's own account of itself.

use std::fs;
use std::path::Path;

use signing::{Source, describe};

const BEGIN: &str = "<!-- The table is made from the catalog: WRITE_GENERATED=1 cargo test -p signing --test providers_page -->\n";
const END: &str = "<!-- The table ends here. -->\n";

fn table() -> String {
    let mut table = String::from(
        "| `source` | provider | proof | covers | secret | how old it may be | a duplicate is known by | handshake |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for source in Source::ALL {
        let row = describe(source);
        let cells = [
            format!("`{source}`"),
            format!("[{}]({})", row.provider, row.documentation),
            row.proof,
            row.covers,
            row.secret.into(),
            row.time,
            row.duplicate,
            row.handshake.into(),
        ];
        let cells = cells.map(|cell| cell.replace('|', "\\|"));
        table.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    table
}

#[test]
fn the_providers_page_has_the_catalogs_table() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/providers.md");
    let committed = fs::read_to_string(&page).expect("the page can be read");
    let (before, rest) = committed.split_once(BEGIN).expect("the page says where its table begins");
    let (_, after) = rest.split_once(END).expect("the page says where its table ends");
    let current = format!("{before}{BEGIN}{}{END}{after}", table());
    if std::env::var_os("WRITE_GENERATED").is_some() {
        fs::write(&page, &current).expect("the page can be written");
    } else {
        assert!(
            committed == current,
            "`docs/providers.md` is not current: run `WRITE_GENERATED=1 cargo test -p signing --test providers_page`"
        );
    }
}
