//! What `mesh.d.ts` says of the wire, against the wire.

use mesh::{Fault, FaultKind};
use mesh_contract::MESH_DECLARATIONS;

/// Every kind. The match makes a new one a compile error here.
fn kinds() -> Vec<FaultKind> {
    use FaultKind::{Contract, Expired, Failed, Panicked, TooManyHops, WrongTenant};
    let all = vec![Expired, Contract, TooManyHops, WrongTenant, Panicked, Failed];
    for kind in &all {
        match kind {
            Expired | Contract | TooManyHops | WrongTenant | Panicked | Failed => {}
        }
    }
    all
}

#[test]
fn the_declarations_name_every_kind_of_fault() {
    let union = MESH_DECLARATIONS.split("export type FaultKind = ").nth(1).expect("the type is declared");
    let declared: Vec<&str> = union.trim_end().trim_end_matches(';').split(" | ").collect();
    let kinds: Vec<String> = kinds()
        .into_iter()
        .map(|kind| {
            let fault = serde_json::to_value(Fault { kind, message: String::new() }).unwrap();
            fault["kind"].to_string()
        })
        .collect();
    assert_eq!(declared, kinds);
}
