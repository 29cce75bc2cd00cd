//! `bindgen INPUT.wasm FOLDER`: the bindings of a Worker, `index.js` and `index_bg.wasm`.
//!
//! The library behind the published command, with the options that Workers need.

use std::env::args_os;

use anyhow::{Context, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<()> {
    let arguments: Vec<_> = args_os().skip(1).collect();
    let [input, folder] = arguments.as_slice() else { bail!("usage: bindgen INPUT.wasm FOLDER") };
    Bindgen::new()
        .input_path(input)
        .out_name("index")
        .module(true)?
        .typescript(false)
        // A trapped instance is told apart from a thrown exception, and can be replaced.
        .force_enable_abort_handler(true)
        .reset_state_function(true)
        .generate(folder)
        .with_context(|| format!("no bindings for `{}`", input.display()))
}
