//! From the model to code. Total: everything that can be wrong was refused while parsing.

mod client;
mod dispatch;
mod messages;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{ItemTrait, TraitItem};

use crate::model::{Method, Service};
use crate::parse;

pub(crate) fn service(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let item: ItemTrait = match syn::parse2(item.clone()) {
        Ok(parsed) => parsed,
        Err(_) => {
            let message = "`#[mesh::service]` goes on a trait";
            return quote!(::core::compile_error!(#message); #item);
        }
    };
    let parsed = parse::service(arguments, &item);
    let item = without_marks(item);
    // The trait stays in either case, so that one mistake does not become twenty.
    let the_trait = quote! {
        #[::mesh::macro_support::async_trait(?Send)]
        #item
    };
    match parsed {
        Ok(service) => {
            let client = client::expand(&service);
            let dispatch = dispatch::expand(&service);
            let messages = messages::expand(&service);
            quote!(#the_trait #messages #client #dispatch)
        }
        Err(error) => {
            let errors = error.to_compile_error();
            quote!(#item #errors)
        }
    }
}

fn without_marks(mut item: ItemTrait) -> ItemTrait {
    for member in &mut item.items {
        if let TraitItem::Fn(function) = member {
            function.attrs.retain(|attribute| !parse::is_mark(attribute));
        }
    }
    item
}

/// `impl mesh::Contract` for a generated type.
fn contract(service: &Service, generics: &TokenStream, target: &TokenStream) -> TokenStream {
    let name = service.name.to_string();
    let methods = service.methods.iter().map(Method::wire_name);
    let idempotent = service.methods.iter().filter(|method| method.idempotent).map(Method::wire_name);
    let fingerprint = crate::contract::fingerprint(service);
    let described = crate::contract::described(service, generics, target);
    quote! {
        #[automatically_derived]
        impl #generics ::mesh::Contract for #target {
            const NAME: &'static str = #name;
            const METHODS: &'static [&'static str] = &[#(#methods),*];
            const IDEMPOTENT: &'static [&'static str] = &[#(#idempotent),*];
            const FINGERPRINT: ::mesh::Fingerprint = #fingerprint;
        }
        #described
    }
}

fn contract_name(service: &Service) -> proc_macro2::Ident {
    format_ident!("{}Contract", service.name)
}
