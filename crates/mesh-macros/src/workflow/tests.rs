//! What the macro writes, and what it says of mistakes.

use proc_macro2::TokenStream;
use quote::quote;

use super::parse::ACCEPTED;
use crate::tests::check_golden;

#[test]
fn a_workflow_expands_to_its_definition_its_trait_and_its_events() {
    let expanded = super::workflow(
        quote!(events(Approved, orders::Declined), name = "order", max_steps = 25_000),
        quote! {
            /// Orders things.
            impl Order {
                /// Begins.
                async fn run(&self, input: OrderInput, steps: &Steps) -> Result<Receipt, OrderError> {
                    self.charge(input, steps).await
                }

                async fn charge(&self, input: OrderInput, steps: &Steps) -> Result<Receipt, OrderError> {
                    charge(input).await
                }
            }
        },
    );
    check_golden("order", "mesh::workflow", expanded);
}

/// What is said of a block, one message a line.
fn said(arguments: TokenStream, block: TokenStream) -> Vec<String> {
    let block = syn::parse2(block).expect("the test's block parses");
    match super::parse::workflow(arguments, &block) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.into_iter().map(|error| error.to_string()).collect(),
    }
}

#[test]
fn every_mistake_is_named_at_once_with_the_accepted_form() {
    let right = quote!(
        async fn run(&self, input: I, steps: &Steps) -> Result<O, E> {}
    );
    let parameters = format!("`run` has other parameters; {ACCEPTED}");
    let output = format!("`run` does not return `Result<Output, Error>`; {ACCEPTED}");
    let unknown = |name: &str| {
        format!(
            "unknown argument `{name}`; accepted are: events(First, Second), name = \"…\", max_steps = 25_000"
        )
    };
    let cases: Vec<(TokenStream, TokenStream, Vec<String>)> = vec![
        (quote!(), quote!(impl W { #right }), vec![]),
        (quote!(bogus = 1), quote!(impl W { #right }), vec![unknown("bogus")]),
        (quote!(events(A, A)), quote!(impl W { #right }), vec!["the event `A` is named twice".into()]),
        (quote!(name = "a", name = "b"), quote!(impl W { #right }), vec!["`name` is given twice".into()]),
        (quote!(name = ""), quote!(impl W { #right }), vec!["a workflow's name is not empty".into()]),
        (
            quote!(),
            quote!(impl<T> Run for W<T> { #right }),
            vec![
                format!("`#[mesh::workflow]` goes on an `impl` block without a trait; {ACCEPTED}"),
                "a workflow has no generic parameters: its messages are concrete types".into(),
            ],
        ),
        (
            quote!(),
            quote!(impl W { fn other(&self) {} }),
            vec![format!("this block has no `run`; {ACCEPTED}")],
        ),
        (
            quote!(bogus),
            quote!(impl W { fn run<T>(&mut self, steps: &Steps) -> O {} }),
            vec![
                unknown("bogus"),
                format!("`run` is not async; {ACCEPTED}"),
                format!("`run` has generic parameters; {ACCEPTED}"),
                parameters.clone(),
                output.clone(),
            ],
        ),
        (
            quote!(),
            quote!(impl W { async fn run(&self, input: &I, steps: &Steps) {} }),
            vec![parameters.clone(), output],
        ),
        (
            quote!(),
            quote!(impl W { async fn run(&self, input: I, steps: &mut Steps) -> Result<O, E> {} }),
            vec![parameters.clone()],
        ),
        (
            quote!(),
            quote!(impl W { #[cfg(test)] async fn run(&self, input: I, steps: &Steps, more: u8) -> Result<O, E> {} }),
            vec!["`run` is there in some builds only: put the `cfg` on the whole block".into(), parameters],
        ),
    ];
    for (arguments, block, expected) in cases {
        let shown = block.to_string();
        assert_eq!(said(arguments, block), expected, "{shown}");
    }
}

#[test]
fn another_item_is_refused_and_a_mistaken_block_is_kept() {
    let refused = super::workflow(
        quote!(),
        quote!(
            struct W;
        ),
    )
    .to_string();
    assert!(refused.contains("goes on an `impl` block") && refused.contains("struct W"), "{refused}");
    let kept = super::workflow(quote!(), quote!(impl W { fn other(&self) {} })).to_string();
    assert!(kept.contains("fn other") && kept.contains("compile_error"), "{kept}");
}
