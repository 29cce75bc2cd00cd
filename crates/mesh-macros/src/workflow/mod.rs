//! `#[mesh::workflow]`: parse, model, expand.

mod expand;
mod parse;
#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Expr, Ident, ItemImpl, Path, Type};

/// A workflow that passed every check.
struct Workflow {
    /// The type that it is implemented on.
    target: Type,
    /// Its name to people and to tests.
    name: String,
    input: Type,
    output: Type,
    error: Type,
    /// The events that it accepts.
    events: Vec<Path>,
    /// The most entries of an instance, if not the platform's default.
    max_steps: Option<Expr>,
    /// `cfg` attributes of the block, which hold for what is generated too.
    conditions: Vec<Attribute>,
}

/// What the attribute is given.
#[derive(Default)]
struct Arguments {
    name: Option<syn::LitStr>,
    events: Vec<Path>,
    max_steps: Option<Expr>,
}

pub(crate) fn workflow(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let block: ItemImpl = match syn::parse2(item.clone()) {
        Ok(parsed) => parsed,
        Err(_) => {
            let message = format!("`#[mesh::workflow]` goes on an `impl` block; {}", parse::ACCEPTED);
            return quote!(::core::compile_error!(#message); #item);
        }
    };
    match parse::workflow(arguments, &block) {
        Ok(workflow) => {
            let generated = expand::expand(&workflow);
            quote!(#block #generated)
        }
        // The block stays, so that one mistake does not become twenty.
        Err(error) => {
            let errors = error.to_compile_error();
            quote!(#block #errors)
        }
    }
}

/// The name of the type `target`, without its path.
fn type_name(target: &Type) -> Option<&Ident> {
    match target {
        Type::Path(path) => path.path.segments.last().map(|segment| &segment.ident),
        _ => None,
    }
}
