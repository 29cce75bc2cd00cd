//! A contract that is kept as a file: `#[mesh::service(contract = "../../contracts/Jobs.json")]`.

use std::path::Path;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Expr, ExprLit, Lit, LitStr, Meta, MetaNameValue};

use crate::model::{Method, Service};
use crate::parse::Mistakes;

const ACCEPTED: &str = "`#[mesh::service]` takes nothing, or `contract = \"…\"`: a path from the crate's folder to the contract's document";

/// The path in the attribute's arguments.
pub(crate) fn argument(arguments: TokenStream, mistakes: &mut Mistakes) -> Option<LitStr> {
    if arguments.is_empty() {
        return None;
    }
    let path = match syn::parse2(arguments.clone()) {
        Ok(MetaNameValue { path, value: Expr::Lit(ExprLit { lit: Lit::Str(file), .. }), .. })
            if path.is_ident("contract") =>
        {
            file
        }
        _ => {
            mistakes.add(&arguments, ACCEPTED);
            return None;
        }
    };
    // Cargo says where the crate is; without it (in an editor, say) the compiler will speak of the file.
    if let Some(folder) = std::env::var_os("CARGO_MANIFEST_DIR")
        && !Path::new(&folder).join(path.value()).is_file()
    {
        let file = path.value();
        mistakes.add(
            &path,
            format!("`{file}` is not there: create it with `{{}}` in it, then have the test that compares it write it"),
        );
        return None;
    }
    Some(path)
}

/// The contract's fingerprint: the document's, or without one a hash of the signatures.
pub(crate) fn fingerprint(service: &Service) -> TokenStream {
    let signatures = service.fingerprint();
    match &service.contract {
        // The file is included, so a change of it is a change of this crate to the compiler.
        Some(file) => quote! {
            ::mesh::macro_support::fingerprint(
                ::core::include_str!(::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), "/", #file)),
                ::mesh::Fingerprint(#signatures),
            )
        },
        None => quote!(::mesh::Fingerprint(#signatures)),
    }
}

/// `impl mesh::describe::Described`, where the contract is kept as a file.
pub(crate) fn described(service: &Service, generics: &TokenStream, target: &TokenStream) -> TokenStream {
    if service.contract.is_none() {
        return TokenStream::new();
    }
    let name = service.name.to_string();
    let docs = docs(&service.docs);
    let methods = service.methods.iter().map(|method| {
        let Method { context, request, reply, error, idempotent, .. } = method;
        let (name, docs) = (method.wire_name(), self::docs(&method.docs));
        quote!(.method::<#context, #request, #reply, #error>(#name, #docs, #idempotent))
    });
    quote! {
        #[cfg(not(target_family = "wasm"))]
        #[automatically_derived]
        impl #generics ::mesh::describe::Described for #target {
            fn document() -> ::mesh::describe::Document {
                ::mesh::describe::Description::new(#name, #docs)#(#methods)*.service()
            }
        }
    }
}

/// Doc comments as one text.
fn docs(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(MetaNameValue { value: Expr::Lit(ExprLit { lit: Lit::Str(line), .. }), .. }) => {
            Some(line.value())
        }
        _ => None,
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expand;
    use crate::tests::check_golden;

    fn item() -> TokenStream {
        quote! {
            /// Greets guests.
            pub trait Greeter {
                /// Says hello,
                /// once.
                #[mesh(idempotent)]
                async fn greet(&self, context: &CallContext<Guest>, request: Greet) -> Result<Greeting, GreetError>;
            }
        }
    }

    #[test]
    fn a_contract_that_is_kept_gives_its_fingerprint_and_natively_its_document() {
        // Any file will do: it is only looked for.
        let expanded = expand::service(quote!(contract = "Cargo.toml"), item());
        check_golden("documented", "mesh::service(contract = …)", expanded);
    }

    #[test]
    fn a_missing_file_and_other_arguments_are_named() {
        let cases = [
            (
                quote!(contract = "../Nowhere.json"),
                "`../Nowhere.json` is not there: create it with `{}` in it",
            ),
            (quote!(contract = 1), ACCEPTED),
            (quote!(version = "1"), ACCEPTED),
            (quote!(contract = "Cargo.toml", contract = "Cargo.toml"), ACCEPTED),
        ];
        for (arguments, message) in cases {
            let mut mistakes = Mistakes::default();
            assert!(argument(arguments, &mut mistakes).is_none());
            let said = mistakes.0.map(|error| error.to_string()).unwrap_or_default();
            assert!(said.contains(message), "{said}");
        }
    }
}
