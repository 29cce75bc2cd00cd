//! `#[mesh::message]`: serde's derives, and natively a schema that says all that serde's attributes say.

use proc_macro2::TokenStream;
use quote::quote;
use syn::punctuated::Punctuated;
use syn::{Attribute, Data, DeriveInput, Expr, ExprLit, Field, Lit, Meta, Token, parse_quote};

/// Where the schema is made: nowhere in a Worker.
fn natively() -> TokenStream {
    quote!(not(target_family = "wasm"))
}

pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut input: DeriveInput = match syn::parse2(item.clone()) {
        Ok(input) => input,
        Err(_) => {
            let message = "`#[mesh::message]` goes on a struct or an enum";
            return quote!(::core::compile_error!(#message); #item);
        }
    };
    let mut mistakes = TokenStream::new();
    if !arguments.is_empty() {
        mistakes.extend(error(&arguments, "`#[mesh::message]` takes no arguments"));
    }
    if let Data::Union(union) = &input.data {
        let message = "a message is a struct or an enum: a union does not say what it holds";
        mistakes.extend(error(union.union_token, message));
        return quote!(#input #mistakes);
    }
    if let Some(derive) = input.attrs.iter().find(|attribute| derives_serde(attribute)) {
        let message = "`#[mesh::message]` derives `Serialize` and `Deserialize` itself: remove them here";
        mistakes.extend(error(derive, message));
        return quote!(#input #mistakes);
    }
    for attribute in &mut input.attrs {
        make_native(attribute);
    }
    match &mut input.data {
        Data::Struct(data) => data.fields.iter_mut().for_each(annotate_field),
        Data::Enum(data) => {
            for variant in &mut data.variants {
                let serde = Serde::of(&variant.attrs);
                variant.attrs.iter_mut().for_each(make_native);
                if !serde.aliases.is_empty() {
                    let aliases = &serde.aliases;
                    variant.attrs.push(extension(quote!("x-variant-aliases" = [#(#aliases),*])));
                }
                if serde.other {
                    variant.attrs.push(extension(quote!("x-other" = true)));
                }
                variant.fields.iter_mut().for_each(annotate_field);
            }
        }
        Data::Union(_) => {}
    }
    let natively = natively();
    quote! {
        #[derive(::mesh::macro_support::serde::Serialize, ::mesh::macro_support::serde::Deserialize)]
        #[serde(crate = "::mesh::macro_support::serde")]
        #[cfg_attr(
            #natively,
            derive(::mesh::macro_support::schemars::JsonSchema),
            schemars(crate = "::mesh::macro_support::schemars")
        )]
        #input
        #mistakes
    }
}

fn error(at: impl quote::ToTokens, message: &str) -> TokenStream {
    syn::Error::new_spanned(at, message).to_compile_error()
}

fn annotate_field(field: &mut Field) {
    let serde = Serde::of(&field.attrs);
    field.attrs.iter_mut().for_each(make_native);
    if !serde.aliases.is_empty() {
        let aliases = &serde.aliases;
        field.attrs.push(extension(quote!("x-aliases" = [#(#aliases),*])));
    }
    if serde.null_left_out {
        field.attrs.push(extension(quote!("x-null-left-out" = true)));
    }
}

fn extension(entry: TokenStream) -> Attribute {
    let natively = natively();
    parse_quote!(#[cfg_attr(#natively, schemars(extend(#entry)))])
}

/// `#[schemars(…)]` means something only where its derive is.
fn make_native(attribute: &mut Attribute) {
    if attribute.path().is_ident("schemars") {
        let (natively, meta) = (natively(), &attribute.meta);
        *attribute = parse_quote!(#[cfg_attr(#natively, #meta)]);
    }
}

fn derives_serde(attribute: &Attribute) -> bool {
    if !attribute.path().is_ident("derive") {
        return false;
    }
    let paths = attribute.parse_args_with(Punctuated::<syn::Path, Token![,]>::parse_terminated);
    paths.into_iter().flatten().any(|path| {
        path.segments.last().is_some_and(|last| last.ident == "Serialize" || last.ident == "Deserialize")
    })
}

/// What serde's attributes say and schemars passes over.
#[derive(Default)]
struct Serde {
    aliases: Vec<String>,
    other: bool,
    null_left_out: bool,
}

impl Serde {
    /// Reads what it knows; what it does not is serde's to judge.
    fn of(attributes: &[Attribute]) -> Self {
        let mut found = Self::default();
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("serde")) {
            let entries = attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
            for entry in entries.into_iter().flatten() {
                match entry {
                    Meta::Path(path) if path.is_ident("other") => found.other = true,
                    Meta::NameValue(pair) => {
                        let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = &pair.value else { continue };
                        if pair.path.is_ident("alias") {
                            found.aliases.push(text.value());
                        } else if pair.path.is_ident("skip_serializing_if") {
                            found.null_left_out |= text.value() == "Option::is_none";
                        }
                    }
                    _ => {}
                }
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(item: TokenStream) -> String {
        let file: syn::File = syn::parse2(expand(TokenStream::new(), item)).expect("the expansion is Rust");
        prettyplease::unparse(&file)
    }

    #[test]
    fn a_message_derives_serde_everywhere_and_its_schema_natively() {
        let text = format!(
            "//! Expansion of `#[mesh::message]`, kept for review.\n\n{}{}",
            expanded(quote! {
                /// Asks for a greeting.
                #[derive(Debug, Clone)]
                #[serde(rename_all = "snake_case")]
                pub struct Greet {
                    /// A name for people.
                    #[serde(alias = "title", alias = "label")]
                    pub name: String,
                    #[serde(default, skip_serializing_if = "Option::is_none")]
                    #[schemars(range(max = 9))]
                    pub times: Option<u32>,
                }
            }),
            expanded(quote! {
                enum Mood {
                    #[serde(alias = "good")]
                    Fine { since: u64 },
                    #[serde(other)]
                    Unknown,
                }
            }),
        );
        let path = format!("{}/tests/output/message.expanded", env!("CARGO_MANIFEST_DIR"));
        if std::env::var_os("WRITE_GOLDENS").is_some() {
            std::fs::write(&path, &text).expect("the golden can be written");
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(
            kept, text,
            "a message expands to something else: review it, then run with WRITE_GOLDENS=1"
        );
    }

    #[test]
    fn mistakes_are_named_and_the_item_is_kept() {
        let cases = [
            (
                expand(
                    quote!(loud),
                    quote!(
                        struct A;
                    ),
                ),
                "takes no arguments",
                "struct A",
            ),
            (
                expand(
                    quote!(),
                    quote!(
                        fn a() {}
                    ),
                ),
                "goes on a struct or an enum",
                "fn a",
            ),
            (expand(quote!(), quote!(union A { a: u8 })), "a union does not say", "union A"),
            (
                expand(
                    quote!(),
                    quote!(
                        #[derive(Debug, serde::Serialize)]
                        struct A;
                    ),
                ),
                "derives `Serialize` and `Deserialize` itself",
                "struct A",
            ),
        ];
        for (output, message, item) in cases {
            let output = output.to_string();
            assert!(output.contains(message) && output.contains(item), "{output}");
        }
    }
}
