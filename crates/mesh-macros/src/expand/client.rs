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
            retry: ::mesh::RetryPolicy,
        }

        #[automatically_derived]
        impl<T: ::mesh::Transport> #client<T> {
            /// A client over `transport`, which retries idempotent methods as the default policy says.
            pub fn over(transport: T) -> Self {
                Self { transport, retry: ::core::default::Default::default() }
            }

            /// The same client with another policy for its idempotent methods.
            #[must_use]
            pub fn with_retry(mut self, policy: ::mesh::RetryPolicy) -> Self {
                self.retry = policy;
                self
            }

            #(#methods)*
        }
    }
}

fn one(method: &Method, marker: &proc_macro2::Ident) -> TokenStream {
    let Method { docs, name, context, request, reply, error, idempotent } = method;
    let text = method.wire_name();
    let call = if *idempotent {
        quote! {
            ::mesh::macro_support::call_idempotent::<#marker, _, _, _, _>(
                &self.transport,
                self.retry,
                #text,
                context,
                &request,
            )
        }
    } else {
        quote! {
            ::mesh::macro_support::call::<#marker, _, _, _, _>(&self.transport, #text, context, &request)
        }
    };
    quote! {
        #(#docs)*
        pub async fn #name(
            &self,
            context: &#context,
            request: #request,
        ) -> ::core::result::Result<#reply, ::mesh::CallError<#error>> {
            #call.await
        }
    }
}
