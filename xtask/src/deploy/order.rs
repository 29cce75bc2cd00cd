//! The order of a deploy: callees first, so that whoever is new finds what it calls.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};
use serde_json::Value;

/// Whom each Worker needs there before it, by role: those that its `services` call, and those whose Durable Objects and
/// workflows it binds. Queues and cron make no order: what they carry waits.
pub(super) fn needs(configs: &BTreeMap<String, Value>) -> BTreeMap<String, BTreeSet<String>> {
    let role_of =
        |name: &str| configs.iter().find(|(_, config)| config["name"] == name).map(|(role, _)| role.clone());
    let of = |config: &Value| -> BTreeSet<String> {
        let lists = [
            (&config["services"], "service"),
            (&config["durable_objects"]["bindings"], "script_name"),
            (&config["workflows"], "script_name"),
        ];
        let entries = lists.into_iter().flat_map(|(list, key)| {
            list.as_array().into_iter().flatten().filter_map(move |entry| entry[key].as_str())
        });
        entries.filter_map(role_of).collect()
    };
    configs
        .iter()
        .map(|(role, config)| {
            let mut needed = of(config);
            needed.remove(role);
            (role.clone(), needed)
        })
        .collect()
}

/// The Workers with every callee before its callers; by name where nothing says otherwise.
///
/// # Errors
/// When they need each other in a circle, which is named.
pub(super) fn order(needs: &BTreeMap<String, BTreeSet<String>>) -> Result<Vec<String>> {
    let mut left = needs.clone();
    let mut order: Vec<String> = Vec::new();
    while !left.is_empty() {
        let ready = left.iter().find(|(_, needed)| needed.iter().all(|role| !left.contains_key(role)));
        let Some((role, _)) = ready.map(|(role, needed)| (role.clone(), needed)) else {
            let circle: Vec<String> = left
                .iter()
                .flat_map(|(role, needed)| {
                    let inside = needed.iter().filter(|other| left.contains_key(*other));
                    inside.map(move |other| format!("{role} -> {other}"))
                })
                .collect();
            bail!(
                "no order of deployment suits this circle: {}; take one of these bindings away, or let it go by a queue",
                circle.join(", ")
            );
        };
        left.remove(&role);
        order.push(role);
    }
    Ok(order)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn callees_come_first_also_those_of_objects_and_workflows() {
        let configs = BTreeMap::from([
            (
                "admin".to_owned(),
                json!({ "name": "a", "services": [{ "service": "g" }, { "service": "p" }] }),
            ),
            (
                "gateway".to_owned(),
                json!({
                    "name": "g",
                    "services": [{ "service": "s" }],
                    "durable_objects": { "bindings": [
                        { "class_name": "LiveFeed", "script_name": "p" },
                        { "class_name": "Own" },
                        { "class_name": "OwnToo", "script_name": "g" },
                    ] },
                }),
            ),
            ("pipeline".to_owned(), json!({ "name": "p" })),
            (
                "scheduler".to_owned(),
                json!({ "name": "s", "workflows": [{ "name": "w", "script_name": "p" }] }),
            ),
        ]);
        let needs = needs(&configs);
        assert_eq!(needs["gateway"], BTreeSet::from(["pipeline".to_owned(), "scheduler".to_owned()]));
        assert_eq!(order(&needs).unwrap(), ["pipeline", "scheduler", "gateway", "admin"]);
    }

    #[test]
    fn a_circle_is_named_without_those_who_are_not_in_it() {
        let needs = [("a", vec!["b"]), ("b", vec!["a", "c"]), ("c", vec![])];
        let needs = needs.into_iter().map(|(role, needed)| {
            (role.to_owned(), needed.into_iter().map(str::to_owned).collect::<BTreeSet<_>>())
        });
        let refused = order(&needs.collect()).unwrap_err().to_string();
        assert!(refused.contains("a -> b, b -> a;"), "{refused}");
    }

    #[test]
    fn the_product_has_an_order() {
        let configs = crate::deploy::base_configs();
        let order = order(&needs(&configs)).unwrap();
        assert_eq!(order, ["pipeline", "scheduler", "gateway", "admin"]);
    }
}
