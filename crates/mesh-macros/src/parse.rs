//! From tokens to the model, with every mistake reported at once and at its place.

use proc_macro2::TokenStream;
use syn::ext::IdentExt;
use syn::{
    Attribute, FnArg, GenericArgument, ItemTrait, PathArguments, ReturnType, TraitItem, TraitItemFn, Type,
};

use crate::contract;
use crate::model::{Method, Service};

const ACCEPTED: &str =
    "a service method is `async fn name(&self, context: &Context, request: Request) -> Result<Reply, Error>`";

/// Names that the runtime gives a meaning of its own on a WorkerEntrypoint, a Durable Object or an RPC stub.
const RESERVED: [&str; 14] = [
    "fetch",
    "connect",
    "queue",
    "scheduled",
    "email",
    "tail",
    "alarm",
    "test",
    "constructor",
    "dup",
    "then",
    "catch",
    "finally",
    "new",
];

/// Collects mistakes, so that one compilation shows them all.
#[derive(Default)]
pub(crate) struct Mistakes(pub(crate) Option<syn::Error>);

impl Mistakes {
    pub(crate) fn add(&mut self, at: impl quote::ToTokens, message: impl std::fmt::Display) {
        self.join(syn::Error::new_spanned(at, message));
    }

    pub(crate) fn join(&mut self, error: syn::Error) {
        match &mut self.0 {
            Some(all) => all.combine(error),
            None => self.0 = Some(error),
        }
    }
}

pub(crate) fn service(arguments: TokenStream, item: &ItemTrait) -> syn::Result<Service> {
    let mut mistakes = Mistakes::default();
    let contract = contract::argument(arguments, &mut mistakes);
    if !item.generics.params.is_empty() {
        mistakes.add(&item.generics, "a service has no generic parameters: its messages are concrete types");
    }
    if !item.supertraits.is_empty() {
        mistakes.add(&item.supertraits, "a service has no supertraits: a client could not implement them");
    }
    let mut methods = Vec::new();
    for member in &item.items {
        match member {
            TraitItem::Fn(function) => methods.extend(method(function, &mut mistakes)),
            other => mistakes.add(other, format!("only methods belong in a service; {ACCEPTED}")),
        }
    }
    if item.items.is_empty() {
        mistakes.add(&item.ident, format!("this service has no method; {ACCEPTED}"));
    }
    match mistakes.0 {
        Some(error) => Err(error),
        None => Ok(Service {
            docs: docs(&item.attrs),
            visibility: item.vis.clone(),
            name: item.ident.clone(),
            methods,
            contract,
        }),
    }
}

fn method(function: &TraitItemFn, mistakes: &mut Mistakes) -> Option<Method> {
    let signature = &function.sig;
    let name = signature.ident.clone();
    let idempotent = marks(&function.attrs, mistakes);
    if let Some(attribute) = function.attrs.iter().find(|attribute| attribute.path().is_ident("cfg")) {
        mistakes
            .add(attribute, format!("`{name}` is there in some builds only: a contract is the same in all"));
    }
    if RESERVED.iter().any(|reserved| name.unraw() == reserved) {
        mistakes.add(
            &name,
            format!("`{name}` is reserved by the runtime; reserved names: {}", RESERVED.join(", ")),
        );
    }
    if signature.asyncness.is_none() {
        mistakes.add(signature.fn_token, format!("`{name}` is not async; {ACCEPTED}"));
    }
    if !signature.generics.params.is_empty() {
        mistakes.add(&signature.generics, format!("`{name}` has generic parameters; {ACCEPTED}"));
    }
    if let Some(body) = &function.default {
        mistakes.add(body, format!("`{name}` has a default body, which a client could not run; {ACCEPTED}"));
    }
    let mut inputs = signature.inputs.iter();
    let receiver =
        matches!(inputs.next(), Some(FnArg::Receiver(r)) if r.reference.is_some() && r.mutability.is_none());
    let context = match inputs.next() {
        Some(FnArg::Typed(argument)) => match &*argument.ty {
            Type::Reference(reference) if reference.mutability.is_none() => Some((*reference.elem).clone()),
            _ => None,
        },
        _ => None,
    };
    let request = match inputs.next() {
        Some(FnArg::Typed(argument)) if !matches!(&*argument.ty, Type::Reference(_)) => {
            Some((*argument.ty).clone())
        }
        _ => None,
    };
    if !receiver || context.is_none() || request.is_none() || inputs.next().is_some() {
        mistakes.add(&signature.inputs, format!("`{name}` has other parameters; {ACCEPTED}"));
    }
    let result = result_types(&signature.output);
    if result.is_none() {
        let at = match &signature.output {
            ReturnType::Default => quote::quote!(#name),
            ReturnType::Type(_, ty) => quote::quote!(#ty),
        };
        mistakes.add(at, format!("`{name}` does not return `Result<Reply, Error>`; {ACCEPTED}"));
    }
    let (reply, error) = result?;
    Some(Method {
        docs: docs(&function.attrs),
        name,
        context: context?,
        request: request?,
        reply,
        error,
        idempotent,
    })
}

/// Reads `#[mesh(…)]`: whether the method is idempotent.
fn marks(attributes: &[Attribute], mistakes: &mut Mistakes) -> bool {
    let mut idempotent = false;
    for attribute in attributes.iter().filter(|attribute| is_mark(attribute)) {
        let read = attribute.parse_nested_meta(|mark| {
            if mark.path.is_ident("idempotent") && mark.input.is_empty() {
                idempotent = true;
                return Ok(());
            }
            Err(mark.error("unknown mark; the accepted one is `#[mesh(idempotent)]`"))
        });
        if let Err(error) = read {
            mistakes.add(attribute, error);
        }
    }
    idempotent
}

/// Whether the attribute is ours, and so must not stay on the trait.
pub(crate) fn is_mark(attribute: &Attribute) -> bool {
    attribute.path().is_ident("mesh")
}

fn docs(attributes: &[Attribute]) -> Vec<Attribute> {
    attributes.iter().filter(|a| a.path().is_ident("doc")).cloned().collect()
}

pub(crate) fn result_types(output: &ReturnType) -> Option<(Type, Type)> {
    let ReturnType::Type(_, ty) = output else { return None };
    let Type::Path(path) = &**ty else { return None };
    let last = path.path.segments.last().filter(|segment| segment.ident == "Result")?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    let mut types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty.clone()),
        _ => None,
    });
    match (types.next(), types.next(), types.next()) {
        (Some(reply), Some(error), None) => Some((reply, error)),
        _ => None,
    }
}
