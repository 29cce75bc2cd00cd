//! The dispatcher.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::model::{Method, Service};

pub(crate) fn expand(service: &Service) -> TokenStream {
    let visibility = &service.visibility;
    let name = &service.name;
    let marker = super::contract_name(service);
    let dispatch = format_ident!("{}Dispatch", name);
    let docs = format!("Answers encoded calls with an implementation of [`{name}`].");
    let arms = service.methods.iter().map(|method| arm(method, &marker));
    quote! {
        #[doc = #docs]
        #[derive(Debug, Clone)]
        #visibility struct #dispatch<S>(pub S);

        #[::mesh::macro_support::async_trait(?Send)]
        #[automatically_derived]
        impl<S: #name> ::mesh::Dispatch for #dispatch<S> {
            fn methods(&self) -> &'static [&'static str] {
                <#marker as ::mesh::Contract>::METHODS
            }

            async fn dispatch(&self, call: ::mesh::Incoming<'_>) -> ::mesh::Message {
                match call.method {
                    #(#arms)*
                    other => ::mesh::macro_support::unknown_method::<#marker>(other),
                }
            }
        }
    }
}

fn arm(method: &Method, marker: &proc_macro2::Ident) -> TokenStream {
    let Method { name, context, request, reply, error, docs: _, idempotent: _ } = method;
    let text = method.wire_name();
    quote! {
        #text => ::mesh::macro_support::answer::<#marker, _, #request, #reply, #error>(
            call,
            |context: &#context| {
                use ::mesh::macro_support::{AnyScope as _, ScopeOfTenant as _};
                (&&::mesh::macro_support::ScopeOf(context)).tenant_key()
            },
            async |context: &#context, request| self.0.#name(context, request).await,
        )
        .await,
    }
}
