//! Which models there are.

use std::collections::BTreeMap;

use contracts::TenantCall;
use contracts::pipeline::models::{Model, ModelError, ModelList};

use super::guard::guard;
use super::{ModelPorts, STATIC_MODEL};

/// Who serves what is in the Worker itself, and what an alias stands for.
const OWN: &str = "weft";

pub(super) async fn list(ports: &ModelPorts, context: &TenantCall) -> Result<ModelList, ModelError> {
    let guard = guard(ports, context.scope.tenant).await?;
    let mut models = BTreeMap::from([(STATIC_MODEL.to_owned(), OWN.to_owned())]);
    // A configuration that cannot be used leaves what needs none.
    if let Ok(Some(config)) = &*ports.config {
        let rules = config.tenants.get(&context.scope.tenant.to_string());
        let allowed = |model: &str| {
            let list = rules.and_then(|rules| rules.models.as_ref());
            list.is_none_or(|list| list.iter().any(|known| known == model))
        };
        for upstream in &config.upstreams {
            for model in upstream.models.iter().filter(|model| *model != "*" && allowed(model)) {
                models.entry(model.clone()).or_insert_with(|| upstream.name.clone());
            }
        }
        let aliases = config.aliases.iter().chain(rules.iter().flat_map(|rules| &rules.aliases));
        for (alias, _) in aliases.filter(|(alias, model)| allowed(alias) || allowed(model)) {
            models.entry(alias.clone()).or_insert_with(|| OWN.to_owned());
        }
        // A route may take a name that no upstream has by itself.
        for model in config.routes.iter().flat_map(|route| &route.when.models).filter(|model| allowed(model))
        {
            models.entry(model.clone()).or_insert_with(|| OWN.to_owned());
        }
    }
    models.retain(|name, _| {
        let stands_for = match &*ports.config {
            Ok(Some(config)) => config.stands_for(&context.scope.tenant.to_string(), name),
            _ => name,
        };
        name == STATIC_MODEL || guard.allows(name, stands_for).is_ok()
    });
    let items = models.into_iter().map(|(id, owned_by)| Model { id, owned_by });
    Ok(ModelList { items: items.collect() })
}
