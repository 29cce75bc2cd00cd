//! The part of the `wasm-bindgen` command line that `worker-build` calls, over the library behind that command.
//!
//! An argument it doesn't know is refused: a newer `worker-build` that passes one must not be half obeyed.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<()> {
    let mut bindgen = Bindgen::new();
    let mut out_dir = None;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().with_context(|| format!("`{argument}` needs a value"));
        match argument.as_str() {
            "--out-dir" => out_dir = Some(PathBuf::from(value()?)),
            "--out-name" => drop(bindgen.out_name(&value()?)),
            "--target" => match value()?.as_str() {
                "module" => drop(bindgen.module(true)?),
                "bundler" => drop(bindgen.bundler(true)?),
                other => bail!("`--target {other}` is not supported, only `module` and `bundler`"),
            },
            "--no-typescript" => drop(bindgen.typescript(false)),
            "--typescript" => drop(bindgen.typescript(true)),
            "--debug" => drop(bindgen.debug(true)),
            "--no-demangle" => drop(bindgen.demangle(false)),
            "--keep-debug" => drop(bindgen.keep_debug(true)),
            "--omit-default-module-path" => drop(bindgen.omit_default_module_path(true)),
            "--split-linked-modules" => drop(bindgen.split_linked_modules(true)),
            "--experimental-reset-state-function" => drop(bindgen.reset_state_function(true)),
            "--force-enable-abort-handler" => drop(bindgen.force_enable_abort_handler(true)),
            other if other.starts_with('-') => bail!("`{other}` is not supported"),
            input => drop(bindgen.input_path(input)),
        }
    }
    bindgen.generate(out_dir.context("`--out-dir` is missing")?)
}
