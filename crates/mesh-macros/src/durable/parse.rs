//! From `#[mesh::durable(…)]` and a struct to what is to be generated, with every mistake reported at once.

use proc_macro2::{Span, TokenStream};
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Expr, ExprLit, Ident, ItemStruct, Lit, Path, PathArguments, Token, Visibility};

use crate::parse::Mistakes;

pub(super) const ACCEPTED: &str = "write `#[mesh::durable(service = Service, migrations = MIGRATIONS, class = \"Class\")]`, the last two if needed";

/// What the attribute says, checked.
pub(super) struct Object {
    pub(super) visibility: Visibility,
    pub(super) name: Ident,
    pub(super) service: Path,
    pub(super) migrations: Option<Expr>,
    pub(super) class: String,
}

struct Argument {
    name: Ident,
    value: Expr,
}

impl Parse for Argument {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name = input.parse()?;
        input.parse::<Token![=]>()?;
        Ok(Self { name, value: input.parse()? })
    }
}

pub(super) fn object(arguments: TokenStream, item: &ItemStruct) -> syn::Result<Object> {
    let mut mistakes = Mistakes::default();
    if !item.generics.params.is_empty() {
        mistakes.add(
            &item.generics,
            "a durable object has no generic parameters: it is one class of the platform",
        );
    }
    let parser = Punctuated::<Argument, Token![,]>::parse_terminated;
    let arguments = match parser.parse2(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            mistakes.join(syn::Error::new(error.span(), format!("{error}; {ACCEPTED}")));
            Punctuated::new()
        }
    };
    let (mut service, mut migrations, mut class) = (None, None, None);
    let mut said: Vec<String> = Vec::new();
    for Argument { name, value } in &arguments {
        let text = name.to_string();
        if said.contains(&text) {
            mistakes.add(name, format!("`{name}` is said twice; {ACCEPTED}"));
        }
        match text.as_str() {
            "service" => service = self::service(value, &mut mistakes),
            "migrations" => migrations = Some(value.clone()),
            "class" => class = self::class(value, &mut mistakes),
            _ => mistakes.add(name, format!("`{name}` is no argument of `#[mesh::durable]`; {ACCEPTED}")),
        }
        said.push(text);
    }
    if !said.iter().any(|name| name == "service") && mistakes.0.is_none() {
        let message = format!("`{}` has no `service`; {ACCEPTED}", item.ident);
        mistakes.join(syn::Error::new(Span::call_site(), message));
    }
    match (mistakes.0, service) {
        (None, Some(service)) => Ok(Object {
            visibility: item.vis.clone(),
            name: item.ident.clone(),
            service,
            migrations,
            class: class.unwrap_or_else(|| item.ident.to_string()),
        }),
        (Some(error), _) => Err(error),
        (None, None) => Err(syn::Error::new(Span::call_site(), ACCEPTED)),
    }
}

fn service(value: &Expr, mistakes: &mut Mistakes) -> Option<Path> {
    match value {
        Expr::Path(path)
            if path.qself.is_none()
                && path
                    .path
                    .segments
                    .iter()
                    .all(|segment| matches!(segment.arguments, PathArguments::None)) =>
        {
            Some(path.path.clone())
        }
        _ => {
            mistakes.add(
                value,
                format!("`service` is the path of a trait marked `#[mesh::service]`; {ACCEPTED}"),
            );
            None
        }
    }
}

fn class(value: &Expr, mistakes: &mut Mistakes) -> Option<String> {
    let name = match value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
        _ => None,
    };
    let valid = |name: &String| {
        name.chars().next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
            && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    };
    let name = name.filter(valid);
    if name.is_none() {
        mistakes.add(
            value,
            format!("`class` is the class's name as a text, letters, digits and `_`; {ACCEPTED}"),
        );
    }
    name
}
