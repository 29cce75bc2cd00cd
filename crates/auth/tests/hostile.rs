//! Mutated credentials: keys, headers and role maps are read or refused, and a key that is read is the one that was written.

use auth::access::RoleMap;
use auth::{ApiKey, Scope};

#[test]
fn hostile_keys_are_read_or_refused() {
    let key = ApiKey::generate([7; 41]);
    let seeds = [key.expose().to_owned(), format!("Bearer {}", key.expose()), "wk_".into()];
    hostile::survives(env!("CARGO_MANIFEST_DIR"), "key", seeds, |bytes| {
        let text = String::from_utf8_lossy(bytes);
        if let Ok(key) = ApiKey::parse(&text) {
            assert_eq!(key.expose(), text);
        }
        let _ = ApiKey::from_authorization(&text);
        if let Ok(scope) = text.parse::<Scope>() {
            assert_eq!(scope.as_str(), text);
        }
    });
}

#[test]
fn hostile_role_maps_are_read_or_refused() {
    let map = r#"{"ada@example.com":"owner","*@example.com":"viewer","3f.access":"operator","*":"viewer"}"#;
    hostile::survives(env!("CARGO_MANIFEST_DIR"), "roles", [map], |bytes| {
        let _ = RoleMap::parse(&String::from_utf8_lossy(bytes));
    });
}
