//! The demo tenants: two, so that what one must not see of the other can be tried. Made once for a state folder, with
//! random keys and secrets, and kept beside the databases, because those hold only a hash of the keys. They are on the
//! largest plan: what is tried locally is the mesh, and its limits have tenants of their own in the journeys.

use std::fs;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use auth::{ApiKey, Scope};
use ids::{EndpointId, KeyId, TenantId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use signing::{Secret, SecretUse, Settings, Source};

use super::state::{EndpointEntry, TenantEntry, write_private};

const TENANTS: [(&str, &str); 2] = [("acme-demo", "Acme (demo)"), ("globex-demo", "Globex (demo)")];
const DATABASE: &str = "CONTROL_DB";

/// The sources whose endpoints need nothing but a secret.
fn sources() -> impl Iterator<Item = Source> {
    let plain = |source: &Source| {
        source.secret_use() == SecretUse::Shared && Settings::None.faults(*source).is_empty()
    };
    Source::ALL.into_iter().filter(plain)
}

/// A demo tenant with what its databases don't keep.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Tenant {
    id: TenantId,
    slug: String,
    name: String,
    key_id: KeyId,
    api_key: String,
    created_at: u64,
    endpoints: Vec<Endpoint>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Endpoint {
    id: EndpointId,
    source: String,
    secret: String,
}

/// Reads the tenants from `file`, or makes them and writes it.
///
/// # Errors
/// When the file can't be read or written.
pub(super) fn tenants(file: &Path) -> Result<Vec<Tenant>> {
    if let Ok(text) = fs::read(file) {
        return serde_json::from_slice(&text)
            .with_context(|| format!("can't read `{}`: start again with `--fresh`", file.display()));
    }
    let tenants = TENANTS.iter().map(|(slug, name)| Tenant::make(slug, name)).collect::<Result<Vec<_>>>()?;
    write_private(file, &serde_json::to_vec_pretty(&tenants)?)?;
    Ok(tenants)
}

impl Tenant {
    fn make(slug: &str, name: &str) -> Result<Self> {
        let now = unix_ms()?;
        let endpoint = |source: Source| -> Result<Endpoint> {
            Ok(Endpoint {
                id: EndpointId::from_parts(now, random()?),
                source: source.to_string(),
                secret: Secret::generate(source, random()?).expose().to_owned(),
            })
        };
        Ok(Self {
            id: TenantId::from_parts(now, random()?),
            slug: slug.to_owned(),
            name: name.to_owned(),
            key_id: KeyId::from_parts(now, random()?),
            api_key: ApiKey::generate(random()?).expose().to_owned(),
            created_at: now,
            endpoints: sources().map(endpoint).collect::<Result<_>>()?,
        })
    }

    /// The statements that put the tenant into the control database; running them again changes nothing.
    ///
    /// # Errors
    /// When the kept key is no API key.
    pub(super) fn statements(&self) -> Result<Vec<Value>> {
        let key = ApiKey::parse(&self.api_key)
            .context("the demo tenants' key is damaged: start again with `--fresh`")?;
        let scopes: Vec<&str> = Scope::ALL.iter().map(|scope| scope.as_str()).collect();
        let tenant = self.id.to_string();
        let mut statements = vec![
            statement(
                "INSERT INTO tenants (id, slug, name, plan, created_at) VALUES (?, ?, ?, 'scale', ?) ON CONFLICT DO NOTHING",
                json!([tenant, self.slug, self.name, self.created_at]),
            ),
            statement(
                "INSERT INTO api_keys (id, tenant_id, name, prefix, hash, scopes, created_at) \
                 VALUES (?, ?, 'Demo key', ?, ?, ?, ?) ON CONFLICT DO UPDATE SET scopes = excluded.scopes",
                json!([
                    self.key_id.to_string(),
                    tenant,
                    key.prefix(),
                    key.hash().to_string(),
                    json!(scopes).to_string(),
                    self.created_at
                ]),
            ),
        ];
        statements.extend(self.endpoints.iter().map(|endpoint| {
            statement(
                "INSERT INTO endpoints (id, tenant_id, source, name, secret, created_at) VALUES (?, ?, ?, ?, ?, ?) \
                 ON CONFLICT DO NOTHING",
                json!([
                    endpoint.id.to_string(),
                    tenant,
                    endpoint.source,
                    format!("Demo {}", endpoint.source),
                    endpoint.secret,
                    self.created_at
                ]),
            )
        }));
        Ok(statements)
    }

    /// The tenant as scripts see it.
    pub(super) fn entry(&self, gateway: &str) -> TenantEntry {
        let endpoint = |endpoint: &Endpoint| EndpointEntry {
            id: endpoint.id.to_string(),
            source: endpoint.source.clone(),
            secret: endpoint.secret.clone(),
            url: format!("{gateway}/hooks/{}", endpoint.id),
        };
        TenantEntry {
            id: self.id.to_string(),
            slug: self.slug.clone(),
            api_key: self.api_key.clone(),
            endpoints: self.endpoints.iter().map(endpoint).collect(),
        }
    }
}

fn statement(sql: &str, params: Value) -> Value {
    json!({ "binding": DATABASE, "sql": sql, "params": params })
}

fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).context("the system gave no randomness")?;
    Ok(bytes)
}

#[expect(clippy::disallowed_methods, reason = "a native tool may read the clock")]
fn unix_ms() -> Result<u64> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).context("the system's clock is before 1970")?;
    Ok(u64::try_from(since.as_millis())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_has_an_endpoint_of_every_source_and_a_key_that_is_stored_hashed() {
        let tenant = Tenant::make("acme-demo", "Acme").unwrap();
        let entry = tenant.entry("http://127.0.0.1:8787");
        let sources: Vec<&str> = entry.endpoints.iter().map(|endpoint| endpoint.source.as_str()).collect();
        assert_eq!(sources, super::sources().map(Source::as_str).collect::<Vec<_>>());
        assert!(sources.contains(&"standard") && !sources.contains(&"hmac"), "{sources:?}");
        for endpoint in &entry.endpoints {
            let source: Source = endpoint.source.parse().unwrap();
            assert_eq!(Secret::new(endpoint.secret.clone()).check(source), Ok(()), "{source}");
            assert_eq!(endpoint.url, format!("http://127.0.0.1:8787/hooks/{}", endpoint.id));
        }
        let statements = serde_json::to_string(&tenant.statements().unwrap()).unwrap();
        assert!(!statements.contains(&entry.api_key), "the key itself would be stored");
        assert!(statements.contains(&ApiKey::parse(&entry.api_key).unwrap().hash().to_string()));
    }

    #[test]
    fn tenants_are_made_once() {
        let file = std::env::temp_dir().join(format!("weft-tenants-{}.json", std::process::id()));
        let made = tenants(&file).unwrap();
        let read = tenants(&file).unwrap();
        assert_eq!(made.len(), 2);
        assert_ne!(made[0].api_key, made[1].api_key);
        assert!(
            made.iter().zip(&read).all(|(one, other)| one.id == other.id && one.api_key == other.api_key)
        );
        fs::remove_file(file).unwrap();
    }
}
