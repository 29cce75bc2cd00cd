//! `cargo xtask bench gateway`: the gateway against one of equal duties in TypeScript with Hono, each on a bare runtime
//! with a pipeline behind it that answers at once.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use auth::ApiKey;
use ids::{EndpointId, EventId, KeyId, TenantId};
use serde_json::{Value, json};
use signing::{Secret, Secrets, Source, sign};

use super::Options;
use super::contender::{self, Contender, Measure};
use super::load::Request;
use super::report::Report;
use super::runtime::Runtime;
use crate::setup::Toolchain;
use crate::ui::Ui;
use crate::{build, jsonc, paths};

/// Where the raw results go, below the target folder.
const RAW: &str = "bench/gateway.json";
/// The package of the gateway, and that of the pipeline behind it.
const PACKAGES: [&str; 2] = ["gateway", "gateway-bench"];
/// How long what a webhook brings is, in bytes.
const DELIVERY_BYTES: usize = 32 * 1024;
/// How long the payload of an event over the API is, in bytes.
const PAYLOAD_BYTES: usize = 2 * 1024;
/// 2026-11-01, in Unix milliseconds.
const DAY_MS: u64 = 1_793_491_200_000;

/// What is measured.
const MEASURES: [Measure; 4] = [
    Measure { name: "refuse", path: "/v1/events", meaning: "no key: a problem, and nothing is asked" },
    Measure { name: "read", path: "/v1/events", meaning: "key, call, an event with its steps" },
    Measure { name: "submit", path: "/v1/events", meaning: "key, 2 KB of JSON validated, call" },
    Measure { name: "hook", path: "/hooks", meaning: "signature over 32 KB, what it is about, call" },
];

/// Runs `cargo xtask bench gateway`.
///
/// # Errors
/// When a Worker doesn't build, or one of the two gateways doesn't answer as it should.
pub(super) fn run(options: &Options, toolchain: &Toolchain, ui: &Ui) -> Result<()> {
    let report = measure(options, toolchain, ui)?;
    let path = super::keep(RAW, &report.raw())?;
    if ui.json() {
        ui.result(report.json());
    } else {
        ui.result(report.text());
        ui.say(format!("raw results: {}", path.strip_prefix(paths::root()).unwrap_or(&path).display()));
    }
    Ok(())
}

/// One short turn of everything: shows that the benchmark works, and nothing about speed.
///
/// # Errors
/// As [`run`], and when a ratio is missing.
pub(super) fn smoke(toolchain: &Toolchain, quiet: &Ui) -> Result<()> {
    let report = measure(&Options { rounds: 1, seconds: 0.1, filter: Vec::new() }, toolchain, quiet)?;
    let missing = |measure: &&Measure| report.ratio(measure.name).is_none_or(|ratio| ratio <= 0.0);
    match MEASURES.iter().find(missing) {
        Some(measure) => bail!("the benchmark gave no ratio for {}", measure.name),
        None => Ok(()),
    }
}

fn measure(options: &Options, toolchain: &Toolchain, ui: &Ui) -> Result<Report> {
    let measures: Vec<&Measure> = MEASURES.iter().filter(|measure| options.wants(measure.name)).collect();
    if measures.is_empty() {
        bail!("nothing to measure has that in its name: try refuse, read, submit or hook");
    }
    build::ensure_named(&PACKAGES.map(str::to_owned), build::Profile::Release, toolchain, ui)?;
    let step = ui.step("gateways");
    step.note("bundling and starting the runtimes");
    let folder = super::empty_folder()?;
    let customer = Customer::new();
    let mut running = Vec::new();
    for contender in [Contender::Rust, Contender::TypeScript] {
        let config = assemble(contender, &folder.join(contender.name()), &customer)?;
        let runtime = Runtime::serve(&config, &folder.join(contender.name()).join("log"), toolchain)
            .with_context(|| format!("can't start the gateway in `{}`", contender.name()))?;
        running.push((contender, runtime));
    }
    let mut report = Report::new(&MEASURES, options.rounds, options.seconds);
    let request = |measure: &Measure| customer.request(measure.name);
    report.calls = super::rounds(options, &measures, &running, &request, &step)?;
    step.done(format!("{} rounds", options.rounds));
    drop(running);
    fs::remove_dir_all(&folder).with_context(|| format!("can't remove `{}`", folder.display()))?;
    Ok(report)
}

/// Whoever asks: a tenant with a key and an endpoint.
struct Customer {
    tenant: TenantId,
    key: ApiKey,
    endpoint: EndpointId,
    secret: String,
    delivery: Vec<u8>,
    event: Vec<u8>,
}

impl Customer {
    fn new() -> Self {
        let payload =
            |bytes| json!({ "call": "renewal", "turns": [{ "speaker": "ada", "text": words(bytes) }] });
        let delivery = json!({ "type": "call.completed", "timestamp": "2026-11-01T09:00:00Z", "data": payload(DELIVERY_BYTES) });
        let event =
            json!({ "source": "generic", "type": "call.completed", "payload": payload(PAYLOAD_BYTES) });
        Self {
            tenant: TenantId::from_parts(DAY_MS, [1; 10]),
            key: ApiKey::generate([5; 41]),
            endpoint: EndpointId::from_parts(DAY_MS, [2; 10]),
            secret: "whsec_YmVuY2gtYmVuY2gtYmVuY2gtYmVuY2gtYmVuY2g=".to_owned(),
            delivery: delivery.to_string().into_bytes(),
            event: event.to_string().into_bytes(),
        }
    }

    /// What both gateways have on record of it, by the key under which it is cached.
    fn rows(&self) -> Value {
        let (tenant_id, tenant_status) = (self.tenant, "active");
        let scopes = json!(["events:write", "events:read"]).to_string();
        json!({
            format!("key:{}", self.key.prefix()): {
                "id": KeyId::from_parts(DAY_MS, [3; 10]), "tenant_id": tenant_id, "tenant_status": tenant_status,
                "hash": self.key.hash().to_string(), "scopes": scopes, "expires_at": null, "revoked_at": null,
                "plan": "scale", "tenant_limits": null, "key_limits": null, "allowed_origins": "[]",
            },
            format!("endpoint:{}", self.endpoint): {
                "id": self.endpoint, "tenant_id": tenant_id, "tenant_status": tenant_status, "source": "standard",
                "secret": self.secret, "previous_secret": null, "previous_valid_until": null, "settings": null,
                "status": "active", "plan": "scale", "tenant_limits": null,
            },
        })
    }

    fn request(&self, measure: &str) -> Result<Request> {
        let authorization = format!("Bearer {}", self.key.expose());
        let json = ("content-type", "application/json");
        let key = ("authorization", authorization.as_str());
        Ok(match measure {
            "refuse" => Request::new("GET", "/v1/events", &[], b"", 401),
            "read" => {
                let path = format!("/v1/events/{}", EventId::from_parts(DAY_MS, [7; 10]));
                Request::new("GET", &path, &[key], b"", 200)
            }
            "submit" => Request::new("POST", "/v1/events", &[key, json], &self.event, 202),
            _ => {
                let secrets = Secrets::new(Secret::new(self.secret.clone()));
                let signed = sign(Source::Standard, &secrets, "msg_bench", unix_s(), &self.delivery)?;
                let headers = signed.iter().map(|(name, value)| (*name, value.as_str())).chain([json]);
                let path = format!("/hooks/{}", self.endpoint);
                Request::new("POST", &path, &headers.collect::<Vec<_>>(), &self.delivery, 202)
            }
        })
    }
}

#[expect(clippy::disallowed_methods, reason = "this is a native tool")]
fn unix_s() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs().cast_signed()
}

/// So many bytes of what might have been said.
fn words(bytes: usize) -> String {
    const SAID: &str = "We have the budget approved for the second quarter, and legal looks at the terms. ";
    SAID.chars().cycle().take(bytes).collect()
}

/// Writes a gateway's modules, those of what stands behind it, and the runtime's configuration to `folder`.
fn assemble(contender: Contender, folder: &Path, customer: &Customer) -> Result<PathBuf> {
    fs::create_dir_all(folder.join("storage"))
        .with_context(|| format!("can't create `{}`", folder.display()))?;
    let root = paths::root();
    let rust = contender == Contender::Rust;
    let [gateway, pipeline] = if rust {
        ["workers/gateway/entry.mjs", "bench/gateway/entry.mjs"]
    } else {
        ["bench/ts/gateway.ts", "bench/ts/intake.ts"]
    };
    for (name, source) in
        [("gateway", gateway), ("pipeline", pipeline), ("cache", "bench/ts/control_cache.ts")]
    {
        contender::bundle(&root.join(source), &folder.join(name).with_extension("mjs"))?;
    }
    let mut modules = ["gateway", "pipeline"]
        .map(|name| format!(r#"(name = "{name}.mjs", esModule = embed "{name}.mjs")"#));
    if rust {
        for ((name, package), modules) in
            ["gateway", "pipeline"].into_iter().zip(["workers/gateway", "bench/gateway"]).zip(&mut modules)
        {
            let wasm = root.join(package).join("build/index_bg.wasm");
            fs::copy(&wasm, folder.join(name).with_extension("wasm"))
                .with_context(|| format!("`{}` is missing", wasm.display()))?;
            modules.push_str(&format!(r#", (name = "index_bg.wasm", wasm = embed "{name}.wasm")"#));
        }
    }
    fs::write(folder.join("rows.json"), customer.rows().to_string())?;
    let config = folder.join("config.capnp");
    let text = CONFIG
        .replace("$GATEWAY", &modules[0])
        .replace("$PIPELINE", &modules[1])
        .replace("$MORE", &if rust { other_bindings()? } else { String::new() })
        .replace("$OBJECTS", if rust { OBJECTS } else { "" })
        .replace("$DATE", &contender::compatibility_date()?);
    fs::write(&config, text).with_context(|| format!("can't write `{}`", config.display()))?;
    Ok(config)
}

/// A gateway, a pipeline, and a cache that has read the control database just now.
const CONFIG: &str = r#"using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "gateway", worker = .gateway),
    (name = "pipeline", worker = .pipeline),
    (name = "cache", worker = .cache),
    (name = "storage", disk = (path = "storage", writable = true)),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "gateway")],
);
const gateway :Workerd.Worker = (
  modules = [$GATEWAY],
  compatibilityDate = "$DATE",
  bindings = [
    (name = "PIPELINE", service = (name = "pipeline", entrypoint = "Intake")),
    (name = "CACHE", kvNamespace = "cache"),
    (name = "TENANT_LIMITS", durableObjectNamespace = "TenantLimits"),
    $MORE
  ],
  durableObjectNamespaces = [(className = "TenantLimits", uniqueKey = "bench-limits", enableSql = true)],
  durableObjectStorage = (localDisk = "storage"),
);
const pipeline :Workerd.Worker = (
  modules = [$PIPELINE],
  compatibilityDate = "$DATE",
  $OBJECTS
);
const cache :Workerd.Worker = (
  modules = [(name = "cache.mjs", esModule = embed "cache.mjs")],
  compatibilityDate = "$DATE",
  bindings = [(name = "ROWS", json = embed "rows.json")],
);
"#;

/// What the gateway is bound to besides, by its own configuration, and does not ask for what is measured: every service
/// is the pipeline of the benchmark, every variable as it is.
fn other_bindings() -> Result<String> {
    let path = paths::wrangler().join("gateway.jsonc");
    let text = fs::read_to_string(&path).with_context(|| format!("can't read `{}`", path.display()))?;
    let config = jsonc::parse(&text)?;
    let named = |kind: &str, name: &str| -> Vec<String> {
        let all = config[kind].as_array().into_iter().flatten();
        all.filter_map(|binding| binding[name].as_str()).map(str::to_owned).collect()
    };
    let services = named("services", "binding")
        .into_iter()
        .filter(|name| name != "PIPELINE")
        .map(|name| format!(r#"(name = "{name}", service = (name = "pipeline", entrypoint = "Intake")),"#));
    let databases = named("d1_databases", "binding").into_iter().map(|name| {
        let inner = r#"innerBindings = [(name = "fetcher", service = "cache")]"#;
        format!(r#"(name = "{name}", wrapped = (moduleName = "cloudflare-internal:d1-api", {inner})),"#)
    });
    let variables = config["vars"].as_object().into_iter().flatten();
    let variables = variables.map(|(name, value)| format!(r#"(name = "{name}", text = {value}),"#));
    let version = r#"(name = "VERSION", json = "{\"id\":\"bench\"}"),"#.to_owned();
    let feed = r#"(name = "LIVE_FEED", durableObjectNamespace = (className = "LiveFeed", serviceName = "pipeline")),"#;
    let all = services.chain(databases).chain(variables).chain([version, feed.to_owned()]);
    Ok(all.collect::<Vec<_>>().join("\n    "))
}

const OBJECTS: &str = r#"durableObjectNamespaces = [(className = "LiveFeed", uniqueKey = "bench-feed", enableSql = true)],
  durableObjectStorage = (localDisk = "storage"),"#;
