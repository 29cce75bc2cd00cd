//! Who takes part, what each is asked, and how its Workers are put together.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::load::{self, Request};
use crate::{paths, process};

/// The package of the Workers in Rust.
pub(super) const RUST_PACKAGE: &str = "rpc-bench";

/// One thing that is measured.
#[derive(Debug)]
pub(super) struct Measure {
    /// Its name in the results.
    pub(super) name: &'static str,
    /// What is asked for.
    pub(super) path: &'static str,
    /// What it does, for people.
    pub(super) meaning: &'static str,
}

/// Everything that is measured between Workers.
pub(super) const MEASURES: [Measure; 4] = [
    Measure { name: "small", path: "/small", meaning: "a call with one record each way" },
    Measure { name: "large", path: "/large", meaning: "a call with a hundred records each way" },
    Measure { name: "durable", path: "/durable", meaning: "a call of a Durable Object, one record" },
    Measure { name: "chain", path: "/chain", meaning: "three Workers in a row, one record" },
];

/// A set of Workers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Contender {
    /// Ours: Rust on the mesh.
    Rust,
    /// TypeScript, RPC with plain objects.
    TypeScript,
    /// TypeScript, `fetch` with JSON.
    Json,
    /// A Worker that answers at once: what the runtime and the driver cost by themselves.
    Floor,
}

impl Contender {
    pub(super) const ALL: [Self; 4] = [Self::Rust, Self::TypeScript, Self::Json, Self::Floor];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::TypeScript => "typescript",
            Self::Json => "json",
            Self::Floor => "floor",
        }
    }

    /// Whether `measure` is asked of it. The floor answers every path alike, so one is enough.
    pub(super) fn takes(self, measure: &Measure) -> bool {
        self != Self::Floor || measure.name == MEASURES[0].name
    }

    /// Asks once, and compares the answer with what the work comes to.
    ///
    /// # Errors
    /// When the Worker answers something else, which no figure would show.
    pub(super) fn check(self, measure: &Measure, port: u16) -> Result<()> {
        let answer = load::ask(port, &Request::get(measure.path))?;
        let right = match (self, measure.name) {
            (Self::Floor, _) => answer == "1",
            // The object counts its calls, and adds its count.
            (_, "durable") => answer.parse::<u64>().is_ok_and(|amount| amount >= 2),
            (_, "large") => answer.parse() == Ok((0..100).map(|n| f64::from(n) + 1.5).sum::<f64>() as u64),
            _ => answer == "2",
        };
        if !right {
            bail!("`{}` is answered with `{answer}`", measure.path);
        }
        Ok(())
    }

    /// Its source, from the checkout's top.
    fn source(self) -> &'static str {
        match self {
            Self::Rust => "bench/rust/entry.mjs",
            Self::TypeScript => "bench/ts/rpc.ts",
            Self::Json => "bench/ts/json.ts",
            Self::Floor => "bench/ts/floor.ts",
        }
    }

    /// Writes its module, what that imports, and the runtime's configuration to `folder`; gives the latter's path.
    ///
    /// # Errors
    /// When the source doesn't bundle or the folder can't be written.
    pub(super) fn assemble(self, folder: &Path) -> Result<PathBuf> {
        fs::create_dir_all(folder.join("storage"))
            .with_context(|| format!("can't create `{}`", folder.display()))?;
        bundle(&paths::root().join(self.source()), &folder.join("worker.mjs"))?;
        let mut modules = r#"(name = "worker.mjs", esModule = embed "worker.mjs")"#.to_owned();
        if self == Self::Rust {
            let wasm = paths::root().join("bench/rust/build/index_bg.wasm");
            fs::copy(&wasm, folder.join("index_bg.wasm"))
                .with_context(|| format!("`{}` is missing", wasm.display()))?;
            modules.push_str(r#", (name = "index_bg.wasm", wasm = embed "index_bg.wasm")"#);
        }
        let config = folder.join("config.capnp");
        let shape = if self == Self::Floor { ALONE } else { CHAIN };
        let text = shape.replace("$MODULES", &modules).replace("$DATE", &compatibility_date()?);
        fs::write(&config, text).with_context(|| format!("can't write `{}`", config.display()))?;
        Ok(config)
    }
}

/// Bundles a Worker's module as wrangler does. Wasm and data stay beside it.
///
/// # Errors
/// When it doesn't bundle.
pub(super) fn bundle(source: &Path, target: &Path) -> Result<()> {
    let mut esbuild = Command::new(paths::node_module(".bin/esbuild"));
    esbuild.arg(source).arg(format!("--outfile={}", target.display()));
    esbuild.args(["--bundle", "--format=esm", "--target=es2024", "--log-level=error"]);
    esbuild.args(["--external:cloudflare:*", "--external:*.wasm", "--external:*.bin"]);
    process::run(&mut esbuild).map(drop).with_context(|| format!("can't bundle `{}`", source.display()))
}

/// The compatibility date of the product's Workers.
///
/// # Errors
/// When their configuration has none.
pub(super) fn compatibility_date() -> Result<String> {
    let path = paths::wrangler().join("gateway.jsonc");
    let text = fs::read_to_string(&path).with_context(|| format!("can't read `{}`", path.display()))?;
    let date = text.split_once("\"compatibility_date\"").and_then(|(_, rest)| rest.split('"').nth(1));
    date.map(str::to_owned).with_context(|| format!("`{}` has no `compatibility_date`", path.display()))
}

/// A front that calls a back, directly and through a middle, and a Durable Object of the back. Every Worker runs the
/// same module, in an isolate of its own.
const CHAIN: &str = r#"using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "front", worker = .front),
    (name = "middle", worker = .middle),
    (name = "back", worker = .back),
    (name = "storage", disk = (path = "storage", writable = true)),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "front")],
);
const front :Workerd.Worker = (
  modules = [$MODULES],
  compatibilityDate = "$DATE",
  bindings = [
    (name = "BACK", service = (name = "back", entrypoint = "Back")),
    (name = "MIDDLE", service = (name = "middle", entrypoint = "Middle")),
    (name = "COUNTER", durableObjectNamespace = (className = "CounterObject", serviceName = "back")),
  ],
);
const middle :Workerd.Worker = (
  modules = [$MODULES],
  compatibilityDate = "$DATE",
  bindings = [(name = "BACK", service = (name = "back", entrypoint = "Back"))],
);
const back :Workerd.Worker = (
  modules = [$MODULES],
  compatibilityDate = "$DATE",
  durableObjectNamespaces = [(className = "CounterObject", uniqueKey = "rpc-bench-counter", enableSql = true)],
  durableObjectStorage = (localDisk = "storage"),
);
"#;

/// A Worker by itself.
const ALONE: &str = r#"using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "front", worker = .front)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "front")],
);
const front :Workerd.Worker = (modules = [$MODULES], compatibilityDate = "$DATE");
"#;
