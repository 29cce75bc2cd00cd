//! The standard library for Wasm, compiled from the compiler's own sources so that panics unwind. The one that comes
//! ready-made stops the instance at a panic, and every call in it with it.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::stamp::{self, Fingerprint};
use super::wasm_target::TARGET;
use crate::ui::Step;
use crate::{paths, process};

/// How code for Wasm is compiled, the standard library's included: panics unwind, by the exception handling of the
/// finished standard. LLVM still defaults to the instructions of the draft, which wasm-bindgen serves more slowly.
pub(super) const UNWIND: [&str; 2] = ["-Cpanic=unwind", "-Cllvm-args=-wasm-use-legacy-eh=false"];

/// A folder in the form that `rustc --sysroot` takes, for the host's own compiler.
fn folder() -> PathBuf {
    paths::cache().join("wasm-std")
}

/// What the folder must have been made from: this compiler, with these options.
fn recipe(version: &str) -> String {
    UNWIND.iter().fold(Fingerprint::new().text(version), |recipe, option| recipe.text(option)).finish()
}

/// The sysroot that [`make`] made for the compiler of this version.
pub(super) fn cached(version: &str) -> Option<PathBuf> {
    stamp::matches(&folder().join("stamp"), &recipe(version)).then(folder)
}

/// Whether the compiler at `sysroot` has the standard library's sources.
pub(super) fn has_sources(sysroot: &Path) -> bool {
    sysroot.join("lib/rustlib/src/rust/library/Cargo.lock").is_file()
}

/// Makes a sysroot with the library for the host's own compiler, whose sysroot is given.
///
/// # Errors
/// When the library doesn't compile.
pub(super) fn make(sysroot: &Path, version: &str, step: &Step) -> Result<PathBuf> {
    let folder = folder();
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("can't remove `{}`", folder.display()))?;
    }
    let targets = folder.join("lib/rustlib");
    fs::create_dir_all(&targets).with_context(|| format!("can't create `{}`", targets.display()))?;
    // The linker is looked for there.
    let host = host(version);
    symlink(sysroot.join("lib/rustlib").join(host), targets.join(host))?;
    compile(&folder, &targets, None, step)?;
    stamp::write(&folder.join("stamp"), &recipe(version))?;
    Ok(folder)
}

/// The host's target triple in what `rustc -vV` prints.
pub(super) fn host(version: &str) -> &str {
    version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default()
}

/// Compiles the library into a folder of targets, such as `lib/rustlib`; `bin` has the compiler, if not PATH.
///
/// # Errors
/// When it doesn't compile.
pub(super) fn compile(folder: &Path, targets: &Path, bin: Option<&Path>, step: &Step) -> Result<()> {
    step.note("compiling the standard library for Wasm");
    let scratch = folder.join("std");
    fs::create_dir_all(scratch.join("src"))?;
    fs::write(
        scratch.join("Cargo.toml"),
        "[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n",
    )?;
    fs::write(scratch.join("src/lib.rs"), "")?;
    // Without its bitcode the library can't take part in link-time optimization.
    let options = ["-Cembed-bitcode=yes"].into_iter().chain(UNWIND).collect::<Vec<_>>();
    let mut build = Command::new(bin.map_or_else(|| PathBuf::from("cargo"), |bin| bin.join("cargo")));
    build
        .args(["build", "--release", "--target", TARGET, "-Zbuild-std=std,panic_abort,panic_unwind"])
        .current_dir(&scratch)
        .env("PATH", path(bin)?)
        // The option is unstable and its use here is not: what it makes is checked, by the version of the compiler.
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_ENCODED_RUSTFLAGS", options.join("\x1f"))
        .env("CARGO_TARGET_DIR", scratch.join("target"))
        .env_remove("RUSTC")
        .env_remove("LD_LIBRARY_PATH");
    process::run_watched(&mut build, |line| step.live(line))?;

    let libraries = targets.join(TARGET).join("lib");
    fs::create_dir_all(&libraries)?;
    for entry in fs::read_dir(scratch.join("target").join(TARGET).join("release/deps"))?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".rlib") && !name.starts_with("libempty") {
            fs::copy(entry.path(), libraries.join(name))?;
        }
    }
    fs::remove_dir_all(&scratch)?;
    Ok(())
}

fn path(bin: Option<&Path>) -> Result<OsString> {
    let inherited = std::env::var_os("PATH").unwrap_or_default();
    let folders = bin.map(Path::to_path_buf).into_iter().chain(std::env::split_paths(&inherited));
    Ok(std::env::join_paths(folders)?)
}

/// The compiler options of all Wasm code, in the form of cargo's `CARGO_ENCODED_RUSTFLAGS`: with the library of this
/// module, and with what the caller's `RUSTFLAGS` asks for besides.
pub(super) fn options(sysroot: Option<&Path>) -> OsString {
    let asked = std::env::var("RUSTFLAGS").unwrap_or_default();
    let mut options: Vec<OsString> = asked.split_whitespace().map(OsString::from).collect();
    options.extend(UNWIND.map(OsString::from));
    if let Some(sysroot) = sysroot {
        options.extend(["--sysroot".into(), sysroot.into()]);
    }
    options.join(OsStr::new("\x1f"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_compiler_needs_another_library() {
        assert_eq!(recipe("rustc 1.95.0"), recipe("rustc 1.95.0"));
        assert_ne!(recipe("rustc 1.95.0"), recipe("rustc 1.96.0"));
    }

    #[test]
    fn a_folder_with_spaces_is_one_option() {
        let options = options(Some(Path::new("/a checkout/wasm-std")));
        assert!(options.to_string_lossy().ends_with("\x1f--sysroot\x1f/a checkout/wasm-std"));
    }

    #[test]
    fn the_host_is_in_what_the_compiler_says_of_itself() {
        assert_eq!(
            host("rustc 1.95.0\nhost: x86_64-unknown-linux-gnu\nrelease: 1.95.0\n"),
            "x86_64-unknown-linux-gnu"
        );
    }
}
