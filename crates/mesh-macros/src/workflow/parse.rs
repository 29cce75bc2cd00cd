//! From tokens to the model, with every mistake reported at once and at its place.

use proc_macro2::TokenStream;
use syn::ext::IdentExt;
use syn::meta::ParseNestedMeta;
use syn::parse::Parser;
use syn::{FnArg, ImplItem, ImplItemFn, ItemImpl, Path, PathArguments, Type};

use super::{Arguments, Workflow, type_name};
use crate::parse::{Mistakes, result_types};

pub(super) const ACCEPTED: &str =
    "a workflow is `async fn run(&self, input: Input, steps: &Steps) -> Result<Output, Error>`";

const ARGUMENTS: &str = "accepted are: events(First, Second), name = \"…\", max_steps = 25_000";

pub(super) fn workflow(arguments: TokenStream, block: &ItemImpl) -> syn::Result<Workflow> {
    let mut mistakes = Mistakes::default();
    let arguments = self::arguments(arguments, &mut mistakes);
    if let Some((_, path, _)) = &block.trait_ {
        mistakes
            .add(path, format!("`#[mesh::workflow]` goes on an `impl` block without a trait; {ACCEPTED}"));
    }
    if !block.generics.params.is_empty() {
        mistakes
            .add(&block.generics, "a workflow has no generic parameters: its messages are concrete types");
    }
    let target = type_name(&block.self_ty);
    if target.is_none() {
        mistakes.add(&block.self_ty, "a workflow is implemented on a named type");
    }
    let functions = block.items.iter().filter_map(|item| match item {
        ImplItem::Fn(function) => Some(function),
        _ => None,
    });
    let types = match functions.into_iter().find(|function| function.sig.ident.unraw() == "run") {
        Some(run) => self::run(run, &mut mistakes),
        None => {
            mistakes.add(&block.self_ty, format!("this block has no `run`; {ACCEPTED}"));
            None
        }
    };
    let name = arguments.name.map(|name| name.value()).or(target.map(|target| target.unraw().to_string()));
    let conditions = block.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg")).cloned();
    match (mistakes.0, types, name) {
        (None, Some((input, output, error)), Some(name)) => Ok(Workflow {
            target: (*block.self_ty).clone(),
            name,
            input,
            output,
            error,
            events: arguments.events,
            max_steps: arguments.max_steps,
            conditions: conditions.collect(),
        }),
        (Some(error), ..) => Err(error),
        (None, ..) => Err(syn::Error::new_spanned(&block.self_ty, ACCEPTED)),
    }
}

fn arguments(tokens: TokenStream, mistakes: &mut Mistakes) -> Arguments {
    let mut arguments = Arguments::default();
    let mut seen: Vec<String> = Vec::new();
    let parser = syn::meta::parser(|meta| {
        let key = meta.path.get_ident().map(ToString::to_string).unwrap_or_default();
        if seen.contains(&key) {
            return Err(meta.error(format!("`{key}` is given twice")));
        }
        seen.push(key.clone());
        match key.as_str() {
            "events" => events(&meta, &mut arguments.events),
            "name" => {
                let name: syn::LitStr = meta.value()?.parse()?;
                if name.value().is_empty() {
                    return Err(syn::Error::new_spanned(name, "a workflow's name is not empty"));
                }
                arguments.name = Some(name);
                Ok(())
            }
            "max_steps" => {
                arguments.max_steps = Some(meta.value()?.parse()?);
                Ok(())
            }
            _ => {
                let path = &meta.path;
                let key = quote::quote!(#path).to_string().replace(' ', "");
                Err(meta.error(format!("unknown argument `{key}`; {ARGUMENTS}")))
            }
        }
    });
    if let Err(error) = parser.parse2(tokens) {
        mistakes.join(error);
    }
    arguments
}

fn events(meta: &ParseNestedMeta<'_>, events: &mut Vec<Path>) -> syn::Result<()> {
    meta.parse_nested_meta(|event| {
        let text = |path: &Path| quote::quote!(#path).to_string().replace(' ', "");
        if events.iter().any(|other| text(other) == text(&event.path)) {
            return Err(event.error(format!("the event `{}` is named twice", text(&event.path))));
        }
        events.push(event.path.clone());
        Ok(())
    })
}

fn run(function: &ImplItemFn, mistakes: &mut Mistakes) -> Option<(Type, Type, Type)> {
    let signature = &function.sig;
    if signature.asyncness.is_none() {
        mistakes.add(signature.fn_token, format!("`run` is not async; {ACCEPTED}"));
    }
    if !signature.generics.params.is_empty() {
        mistakes.add(&signature.generics, format!("`run` has generic parameters; {ACCEPTED}"));
    }
    if let Some(attribute) = function.attrs.iter().find(|attribute| attribute.path().is_ident("cfg")) {
        mistakes.add(attribute, "`run` is there in some builds only: put the `cfg` on the whole block");
    }
    let mut inputs = signature.inputs.iter();
    let receiver =
        matches!(inputs.next(), Some(FnArg::Receiver(r)) if r.reference.is_some() && r.mutability.is_none());
    let input = match inputs.next() {
        Some(FnArg::Typed(argument)) if !matches!(&*argument.ty, Type::Reference(_)) => {
            Some((*argument.ty).clone())
        }
        _ => None,
    };
    let steps = matches!(inputs.next(), Some(FnArg::Typed(argument)) if is_steps(&argument.ty));
    if !receiver || input.is_none() || !steps || inputs.next().is_some() {
        mistakes.add(&signature.inputs, format!("`run` has other parameters; {ACCEPTED}"));
    }
    let result = result_types(&signature.output);
    if result.is_none() {
        match &signature.output {
            syn::ReturnType::Default => mistakes
                .add(&signature.ident, format!("`run` does not return `Result<Output, Error>`; {ACCEPTED}")),
            syn::ReturnType::Type(_, ty) => {
                mistakes.add(ty, format!("`run` does not return `Result<Output, Error>`; {ACCEPTED}"))
            }
        }
    }
    let (output, error) = result?;
    Some((input?, output, error))
}

fn is_steps(ty: &Type) -> bool {
    let Type::Reference(reference) = ty else { return false };
    let Type::Path(path) = &*reference.elem else { return false };
    let last = path.path.segments.last();
    reference.mutability.is_none()
        && last.is_some_and(|last| last.ident == "Steps" && matches!(last.arguments, PathArguments::None))
}
