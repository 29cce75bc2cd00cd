//! Asks of every request, reply and error that it can travel, at the place where the type is named.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use crate::model::Service;

/// One question a type: without it the compiler would speak of bounds deep in generated code instead.
pub(crate) fn expand(service: &Service) -> TokenStream {
    let types = service.methods.iter().flat_map(|method| [&method.request, &method.reply, &method.error]);
    let questions = types.map(|ty| quote_spanned!(ty.span()=> ::mesh::macro_support::travels::<#ty>();));
    quote! {
        const _: () = {
            #(#questions)*
        };
    }
}
