//! Where things are in the checkout. Every path that another module needs is named here once.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

static ROOT: LazyLock<PathBuf> = LazyLock::new(|| {
    // Cargo sets the variable when it runs this tool, so a checkout that moved after the build is found too.
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    let mut root = manifest;
    root.pop();
    root
});

/// The checkout's top folder.
pub(crate) fn root() -> &'static Path {
    &ROOT
}

/// The default state folder of a mesh. `dev --fresh` wipes what is in it except [`cache`].
pub(crate) fn default_state() -> PathBuf {
    root().join(".weft")
}

/// Tools and toolchains made by `setup`: costly to make again, so no command wipes them.
pub(crate) fn cache() -> PathBuf {
    root().join(".weft/cache")
}

/// The sources of the Workers, one folder each.
pub(crate) fn workers() -> PathBuf {
    root().join("workers")
}

/// The bindings of the Workers, one `.jsonc` each.
pub(crate) fn wrangler() -> PathBuf {
    root().join("wrangler")
}

/// The contracts' documents, and their types for TypeScript.
pub(crate) fn contracts() -> PathBuf {
    root().join("contracts")
}

/// A tool that npm installed, as a path below `node_modules`.
pub(crate) fn node_module(path: &str) -> PathBuf {
    root().join("node_modules").join(path)
}

/// Cargo's target folder for Wasm: apart from the host's, because another rustc may fill it.
pub(crate) fn wasm_target() -> PathBuf {
    target().join("wasm")
}

/// Cargo's target folder for the host.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}
