//! The Wasm compiler from Debian's or Ubuntu's packages, for machines that reach those and not rustup's server.
//!
//! They carry no standard library for Wasm; it is compiled from their sources.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::apt::Apt;
use super::wasm_target::TARGET;
use super::{stamp, wasm_std};
use crate::ui::Step;
use crate::{paths, process};

/// What is wanted; everything these need and the machine lacks comes with them.
const PACKAGES: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];
/// The oldest compiler that the workspace accepts, as in the root manifest.
const OLDEST_RUST: &str = env!("CARGO_PKG_RUST_VERSION");
/// Changes when what [`make`] makes does, so that an older result isn't taken for it.
const RECIPE: &str = "2";

fn folder() -> PathBuf {
    paths::cache().join("wasm-rust")
}

/// The folder of `rustc` and `cargo`, where [`make`] has been done.
pub(super) fn cached() -> Option<PathBuf> {
    stamp::matches(&folder().join("stamp"), RECIPE).then(|| folder().join("bin"))
}

/// Downloads and unpacks the packages, compiles the standard library, and gives the folder of `rustc` and `cargo`.
///
/// # Errors
/// When the packages can't be reached or are too old, when there is no linker for Wasm, or a command fails.
pub(super) fn make(step: &Step) -> Result<PathBuf> {
    let folder = folder();
    Apt::new(&folder)?.fetch(wanted, filter, step)?;

    let bin = wrap(&folder)?;
    link_linker(&folder)?;
    wasm_std::compile(&folder, &folder.join("usr/lib/rustlib"), Some(&bin), step)?;
    try_linking(&folder, &bin)?;
    stamp::write(&folder.join("stamp"), RECIPE)?;
    Ok(bin)
}

/// The packages to download: [`PACKAGES`], their compiler libraries, and what else an install would bring.
fn wanted(apt: &Apt) -> Result<Vec<String>> {
    let mut names = apt
        .with_dependencies(&PACKAGES)
        .context("the distribution's packages can't supply a Wasm compiler here")?;
    let mut show = apt.tool("apt-cache");
    check_version(&process::run(show.args(["show", "--no-all-versions", "rustc-web"]))?)?;
    // Where these are installed already the plan doesn't name them, and they must be in the folder too.
    let depends = process::run(apt.tool("apt-cache").args(["depends", "rustc-web"]))?;
    names.extend(compiler_libraries(&depends).map(str::to_owned));
    names.sort();
    names.dedup();
    Ok(names)
}

/// The names in the lines `Depends: name` that belong to the compiler itself.
fn compiler_libraries(depends: &str) -> impl Iterator<Item = &str> {
    let names = depends.lines().filter_map(|line| line.trim().strip_prefix("Depends: "));
    names.filter(|name| name.starts_with("libstd-rust-web") || name.starts_with("libllvm"))
}

fn check_version(package: &str) -> Result<()> {
    let version = package.lines().find_map(|line| line.strip_prefix("Version: ")).unwrap_or_default();
    if major_minor(version) >= major_minor(OLDEST_RUST) {
        return Ok(());
    }
    bail!(
        "the distribution's Rust packages have version `{version}` and {OLDEST_RUST} is needed: install Rust with rustup"
    )
}

/// `(1, 96)` of `1.96.0+dfsg1-1`; `None`, the least, of anything else.
fn major_minor(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.split('.').map(str::parse);
    Some((parts.next()?.ok()?, parts.next()?.ok()?))
}

/// Of the sources only the standard library's, a fifth of them.
fn filter(package: &str) -> &'static str {
    let sources = package.starts_with("rust-web-src");
    if sources { "--wildcards './usr/src/*/library' './usr/lib/rustlib/src'" } else { "" }
}

/// Puts `rustc`, `rustdoc` and `cargo` into a folder for PATH. They find their libraries relative to themselves,
/// so that a checkout can be moved.
fn wrap(folder: &Path) -> Result<PathBuf> {
    let libraries = library_folder(folder)?;
    let bin = folder.join("bin");
    fs::create_dir_all(&bin)?;
    for tool in ["rustc", "rustdoc", "cargo"] {
        let script = format!(
            "#!/bin/sh\nhere=$(cd \"${{0%/*}}/..\" && pwd)\nLD_LIBRARY_PATH=\"$here/{libraries}\" exec \"$here/usr/bin/{tool}\" \"$@\"\n"
        );
        let path = bin.join(tool);
        fs::write(&path, script)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
    }
    Ok(bin)
}

/// The folder of the compiler's shared libraries, relative to `folder`; its name holds the machine's architecture.
fn library_folder(folder: &Path) -> Result<String> {
    let is_driver = |name: &str| name.starts_with("librustc_driver");
    for entry in fs::read_dir(folder.join("usr/lib"))?.flatten() {
        let Ok(mut files) = fs::read_dir(entry.path()) else { continue };
        if files.any(|file| file.is_ok_and(|file| file.file_name().to_str().is_some_and(is_driver))) {
            return Ok(format!("usr/lib/{}", entry.file_name().to_string_lossy()));
        }
    }
    bail!("the unpacked packages hold no Rust compiler")
}

/// Links the host toolchain's `rust-lld`, the linker for Wasm, to where the unpacked compiler looks for it.
fn link_linker(folder: &Path) -> Result<()> {
    let sysroot = process::run(Command::new("rustc").args(["--print", "sysroot"]))?;
    let version = process::run(Command::new("rustc").arg("-vV"))?;
    let host = wasm_std::host(&version);
    let inside = format!("lib/rustlib/{host}/bin");
    let linker = Path::new(sysroot.trim()).join(&inside).join("rust-lld");
    if !linker.is_file() {
        bail!("`rust-lld`, the linker for Wasm, isn't in `{}`: install Rust with rustup", sysroot.trim());
    }
    let place = folder.join("usr").join(inside);
    fs::create_dir_all(&place)?;
    symlink(&linker, place.join("rust-lld"))?;
    Ok(())
}

/// Links an empty module: whether compiler, library and linker fit each other.
fn try_linking(folder: &Path, bin: &Path) -> Result<()> {
    let source = folder.join("empty.rs");
    fs::write(&source, "")?;
    let mut link = Command::new(bin.join("rustc"));
    link.args(["--crate-type", "cdylib", "--edition", "2024", "--target", TARGET])
        .args(wasm_std::UNWIND)
        .arg("-o")
        .args([&source.with_extension("wasm"), &source]);
    process::run(&mut link).context("the standard library was compiled but no Wasm module links with it")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_compilers_own_libraries_are_added() {
        let depends = "rustc-web\n  Depends: libc6\n  Depends: libllvm22\n  Depends: libstd-rust-web-dev\n";
        assert_eq!(compiler_libraries(depends).collect::<Vec<_>>(), ["libllvm22", "libstd-rust-web-dev"]);
    }

    #[test]
    fn a_compiler_older_than_the_workspace_is_refused() {
        assert!(check_version("Package: rustc-web\nVersion: 1.96.0+dfsg1-1~deb12u2\n").is_ok());
        let refused = check_version("Version: 1.85.0+dfsg3-1\n").map_err(|error| error.to_string());
        assert!(refused.is_err_and(|text| text.contains("1.85.0")));
    }
}
