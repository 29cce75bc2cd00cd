//! What the macro writes, and what it says of mistakes.
//!
//! `WRITE_GOLDENS=1 cargo test -p mesh-macros` writes the goldens in `tests/output` anew.

use proc_macro2::TokenStream;
use quote::quote;

use crate::{expand, parse};

fn golden(name: &str, item: TokenStream) {
    check_golden(name, "mesh::service", expand::service(TokenStream::new(), item));
}

/// Compares an expansion with the one that is kept.
pub(crate) fn check_golden(name: &str, attribute: &str, expanded: TokenStream) {
    let file: syn::File = syn::parse2(expanded).expect("the expansion is Rust");
    let text =
        format!("//! Expansion of `#[{attribute}]`, kept for review.\n\n{}", prettyplease::unparse(&file));
    let path = format!("{}/tests/output/{name}.expanded", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("WRITE_GOLDENS").is_some() {
        std::fs::write(&path, &text).expect("the golden can be written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(kept, text, "`{name}` expands to something else: review it, then run with WRITE_GOLDENS=1");
}

#[test]
fn a_service_expands_to_trait_client_contract_and_dispatcher() {
    golden(
        "greeter",
        quote! {
            /// Greets guests.
            #[allow(dead_code)]
            pub trait Greeter {
                /// Says hello.
                async fn greet(&self, context: &CallContext<Guest>, request: Greet) -> Result<Greeting, GreetError>;
                /// Says nothing.
                #[mesh(idempotent)]
                async fn r#nod(&self, context: &CallContext<Guest>, request: ()) -> Result<(), GreetError>;
            }
        },
    );
}

/// What is said of an item, one message a line.
fn said(item: TokenStream) -> Vec<String> {
    let item = syn::parse2(item).expect("the test's trait parses");
    match parse::service(TokenStream::new(), &item) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.into_iter().map(|error| error.to_string()).collect(),
    }
}

#[test]
fn every_mistake_is_named_at_once_with_the_accepted_form() {
    const ACCEPTED: &str = "a service method is `async fn name(&self, context: &Context, request: Request) -> Result<Reply, Error>`";
    let messages = said(quote! {
        trait Wrong<T>: Send {
            const LIMIT: u32;
            fn blocking(&self, context: &Cx, request: Q) -> Result<R, E>;
            async fn fetch(&self, context: &Cx, request: Q) -> Result<R, E>;
            async fn generic<U>(&self, context: &Cx, request: U) -> Result<R, E>;
            async fn without_context(&self, request: Q) -> Result<R, E>;
            async fn mutable(&mut self, context: &Cx, request: Q) -> Result<R, E>;
            async fn borrowed(&self, context: &Cx, request: &Q) -> Result<R, E>;
            async fn infallible(&self, context: &Cx, request: Q) -> R;
            #[cfg(feature = "more")]
            async fn sometimes(&self, context: &Cx, request: Q) -> Result<R, E>;
            async fn silent(&self, context: &Cx, request: Q);
            async fn whole(&self, context: &Cx, request: Q) -> Result<R, E> { todo() }
        }
    });
    let expected = [
        "a service has no generic parameters: its messages are concrete types".to_owned(),
        "a service has no supertraits: a client could not implement them".to_owned(),
        format!("only methods belong in a service; {ACCEPTED}"),
        format!("`blocking` is not async; {ACCEPTED}"),
        "`fetch` is reserved by the runtime; reserved names: fetch, connect, queue, scheduled, email, tail, alarm, \
         test, constructor, dup, then, catch, finally, new"
            .to_owned(),
        format!("`generic` has generic parameters; {ACCEPTED}"),
        format!("`without_context` has other parameters; {ACCEPTED}"),
        format!("`mutable` has other parameters; {ACCEPTED}"),
        format!("`borrowed` has other parameters; {ACCEPTED}"),
        format!("`infallible` does not return `Result<Reply, Error>`; {ACCEPTED}"),
        "`sometimes` is there in some builds only: a contract is the same in all".to_owned(),
        format!("`silent` does not return `Result<Reply, Error>`; {ACCEPTED}"),
        format!("`whole` has a default body, which a client could not run; {ACCEPTED}"),
    ];
    assert_eq!(messages, expected);
}

#[test]
fn an_empty_service_and_another_item_are_refused() {
    assert_eq!(
        said(quote!(
            trait Empty {}
        ))
        .len(),
        1
    );
    let expanded = expand::service(
        TokenStream::new(),
        quote!(
            struct NoTrait;
        ),
    )
    .to_string();
    assert!(expanded.contains("goes on a trait") && expanded.contains("struct NoTrait"), "{expanded}");
}

#[test]
fn a_mistaken_trait_is_kept_so_that_its_users_still_compile() {
    let expanded =
        expand::service(TokenStream::new(), quote! { trait Wrong { fn blocking(&self); } }).to_string();
    assert!(expanded.contains("trait Wrong") && expanded.contains("compile_error"), "{expanded}");
}

#[test]
fn the_fingerprint_heeds_signatures_and_not_their_order() {
    let print = |item: TokenStream| {
        parse::service(TokenStream::new(), &syn::parse2(item).expect("a trait"))
            .expect("a service")
            .fingerprint()
    };
    let one = quote! {
        trait S {
            async fn a(&self, context: &Cx, request: Q) -> Result<R, E>;
            async fn b(&self, context: &Cx, request: Q) -> Result<R, E>;
        }
    };
    let moved = quote! {
        trait S {
            async fn b(&self, context: &Cx, request: Q) -> Result<R, E>;
            async fn a(&self, context: &Cx, request: Q) -> Result<R, E>;
        }
    };
    let changed = quote! {
        trait S {
            async fn a(&self, context: &Cx, request: Q) -> Result<R2, E>;
            async fn b(&self, context: &Cx, request: Q) -> Result<R, E>;
        }
    };
    assert_eq!(print(one.clone()), print(moved));
    assert_ne!(print(one), print(changed));
}
