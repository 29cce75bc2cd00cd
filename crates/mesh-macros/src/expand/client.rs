//! The client and the contract marker.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::model::{Method, Service};

pub(crate) fn expand(service: &Service) -> TokenStream {
    let visibility = &service.visibility;
    let marker = super::contract_name(service);
    let client = format_ident!("{}Client", service.name);
    let marker_docs = format!("The contract of [`{}`]: its name, methods and fingerprint.", service.name);
    let client_docs = format!("Calls a [`{}`] over any transport.", service.name);
    let contract = super::contract(service, &quote!(), &quote!(#marker));
    let methods = service.methods.iter().map(|method| one(method, &marker));
    quote! {
        #[doc = #marker_docs]
        #[derive(Debug, Clone, Copy)]
        #visibility struct #marker;
        #contract

        #[doc = #client_docs]
        #[derive(Debug, Clone)]
        #visibility struct #client<T> {
            transport: T,
        }

        #[automatically_derived]
        impl<T: ::mesh::Transport> #client<T> {
            /// A client over `transport`.
            pub fn over(transport: T) -> Self {
                Self { transport }
            }

            #(#methods)*
        }
    }
}

fn one(method: &Method, marker: &proc_macro2::Ident) -> TokenStream {
    let Method { docs, name, context, request, reply, error } = method;
    let text = method.wire_name();
    quote! {
        #(#docs)*
        pub async fn #name(
            &self,
            context: &#context,
            request: #request,
        ) -> ::core::result::Result<#reply, ::mesh::CallError<#error>> {
            ::mesh::macro_support::call::<#marker, _, _, _, _>(&self.transport, #text, context, &request).await
        }
    }
}
