//! From the parsed attribute to code. Total: what can be wrong was refused while parsing.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::Path;

use super::parse::Object;

pub(super) fn object(object: &Object) -> TokenStream {
    let Object { visibility, name, service, migrations, class } = object;
    let contract = beside(service, "Contract");
    let dispatch = beside(service, "Dispatch");
    let client = beside(service, "Client");
    let migrations = match migrations {
        Some(migrations) => quote!(#migrations),
        None => quote!(::mesh::durable::Migrations::NONE),
    };
    let class_docs = format!("The class `{class}` of the platform.");
    quote! {
        #[automatically_derived]
        impl ::mesh::durable::Durable for #name {
            const CLASS: &'static str = #class;
            const MIGRATIONS: ::mesh::durable::Migrations = #migrations;
            type Contract = #contract;
            type Dispatch = #dispatch<Self>;

            fn into_dispatch(self) -> Self::Dispatch {
                #dispatch(self)
            }

            fn of(dispatch: &Self::Dispatch) -> &Self {
                &dispatch.0
            }
        }

        #[automatically_derived]
        impl #name {
            /// Calls the object called `name` of the tenant whose scope this is.
            #[allow(dead_code, reason = "callers elsewhere make the client themselves")]
            #visibility fn stub(
                namespace: &(impl ::mesh::durable::Namespace + ?::core::marker::Sized),
                scope: &impl ::mesh::durable::TenantScoped,
                name: &str,
            ) -> #client<::std::rc::Rc<dyn ::mesh::Transport>> {
                #client::over(::mesh::durable::Namespace::object(
                    namespace,
                    &::mesh::durable::Address::of(scope, name),
                ))
            }
        }

        #[cfg(target_arch = "wasm32")]
        ::mesh_worker::export_durable_object!(#[doc = #class_docs] #name, #class);
    }
}

/// The path of what `#[mesh::service]` generates beside a trait.
fn beside(service: &Path, suffix: &str) -> Path {
    let mut path = service.clone();
    if let Some(last) = path.segments.last_mut() {
        last.ident = format_ident!("{}{suffix}", last.ident);
    }
    path
}
