//! Arbitrary text as an API key: nothing panics, and only what was generated is recognized.

use auth::{ApiKey, Grants, KeyHash, Scope};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_generated_is_recognized(random in any::<[u8; 32]>(), public in any::<[u8; 9]>()) {
        let mut bytes = [0; 41];
        bytes[..9].copy_from_slice(&public);
        bytes[9..].copy_from_slice(&random);
        let key = ApiKey::generate(bytes);
        let header = format!("Bearer {}", key.expose());
        prop_assert_eq!(ApiKey::from_authorization(&header).map(|parsed| parsed.hash()), Ok(key.hash()));
        prop_assert_eq!(key.hash().to_string().parse::<KeyHash>(), Ok(key.hash()));
    }

    #[test]
    fn text_is_refused_or_comes_back_whole(text in prop_oneof![
        any::<String>(),
        "wk_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}",
        "wk_.{62}",
        "Bearer wk_[0-9A-Za-z_]{0,70}",
    ]) {
        if let Ok(key) = ApiKey::parse(&text) {
            prop_assert_eq!(key.expose(), text.as_str());
        }
        let _ = ApiKey::from_authorization(&text);
        let _ = text.parse::<Scope>();
        let _ = text.parse::<KeyHash>();
        let known = Grants::known(&text);
        prop_assert_eq!(known.to_string().parse::<Grants>(), Ok(known));
    }
}
