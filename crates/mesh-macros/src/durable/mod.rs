//! `#[mesh::durable]`: a struct becomes a class of Durable Objects.

mod expand;
mod parse;
#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;
use quote::quote;
use syn::ItemStruct;

pub(crate) fn durable(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let Ok(object) = syn::parse2::<ItemStruct>(item.clone()) else {
        let message = format!("`#[mesh::durable]` goes on a struct; {}", parse::ACCEPTED);
        return quote!(::core::compile_error!(#message); #item);
    };
    match parse::object(arguments, &object) {
        Ok(parsed) => {
            let generated = expand::object(&parsed);
            quote!(#object #generated)
        }
        // The struct stays, so that one mistake does not become twenty.
        Err(error) => {
            let errors = error.to_compile_error();
            quote!(#object #errors)
        }
    }
}
