//! From the model to code. Total: everything that can be wrong was refused while parsing.

use proc_macro2::TokenStream;
use quote::quote;

use super::Workflow;

pub(super) fn expand(workflow: &Workflow) -> TokenStream {
    let Workflow { target, name, input, output, error, events, max_steps, conditions } = workflow;
    let types: Vec<_> =
        events.iter().map(|event| quote!(<#event as ::mesh::workflow::Event>::TYPE)).collect();
    let max_steps = match max_steps {
        Some(limit) => quote!(#limit),
        None => quote!(::mesh::workflow::MAX_STEPS),
    };
    let accepts = events.iter().map(|event| {
        quote! {
            #(#conditions)*
            #[automatically_derived]
            impl ::mesh::workflow::Accepts<#event> for #target {}
        }
    });
    quote! {
        #(#conditions)*
        #[automatically_derived]
        impl ::mesh::workflow::Definition for #target {
            const NAME: &'static str = #name;
            const EVENTS: &'static [&'static str] = &[#(#types),*];
            const MAX_STEPS: u32 = #max_steps;
            type Input = #input;
            type Output = #output;
            type Error = #error;
        }

        #(#conditions)*
        const _: () =
            ::mesh::macro_support::assert_event_types(<#target as ::mesh::workflow::Definition>::EVENTS);

        #(#conditions)*
        #[::mesh::macro_support::async_trait(?Send)]
        #[automatically_derived]
        impl ::mesh::workflow::Workflow for #target {
            async fn run(
                &self,
                input: #input,
                steps: &::mesh::workflow::Steps,
            ) -> ::core::result::Result<#output, #error> {
                // The type's own `run`, which goes before the trait's.
                <#target>::run(self, input, steps).await
            }
        }

        #(#accepts)*
    }
}
