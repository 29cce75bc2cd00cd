//! What `#[mesh::durable]` writes, and what it says of mistakes.

use proc_macro2::TokenStream;
use quote::quote;

use super::{durable, parse};
use crate::tests::check_golden;

#[test]
fn an_object_expands_to_its_class_and_a_stub() {
    let expanded = durable(
        quote!(service = contracts::Counter, migrations = MIGRATIONS, class = "Counter"),
        quote! {
            /// Counts.
            pub(crate) struct CounterObject {
                storage: Storage,
            }
        },
    );
    check_golden("counter", "mesh::durable", expanded);
}

/// What is said of an attribute on `struct Thing`, one message a line.
fn said(arguments: TokenStream, item: TokenStream) -> Vec<String> {
    match parse::object(arguments, &syn::parse2(item).expect("the test's struct parses")) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.into_iter().map(|error| error.to_string()).collect(),
    }
}

#[test]
fn every_mistake_is_named_at_once_with_the_accepted_form() {
    const ACCEPTED: &str = parse::ACCEPTED;
    let thing = || {
        quote!(
            struct Thing;
        )
    };
    let cases = [
        (
            quote!(service = Vec::<u8>, class = "two words", table = 1, class = "B"),
            quote!(
                struct Thing<T>(T);
            ),
            vec![
                "a durable object has no generic parameters: it is one class of the platform".to_owned(),
                format!("`service` is the path of a trait marked `#[mesh::service]`; {ACCEPTED}"),
                format!("`class` is the class's name as a text, letters, digits and `_`; {ACCEPTED}"),
                format!("`table` is no argument of `#[mesh::durable]`; {ACCEPTED}"),
                format!("`class` is said twice; {ACCEPTED}"),
            ],
        ),
        (quote!(), thing(), vec![format!("`Thing` has no `service`; {ACCEPTED}")]),
        (
            quote!(service = "Counter", class = 7),
            thing(),
            vec![
                format!("`service` is the path of a trait marked `#[mesh::service]`; {ACCEPTED}"),
                format!("`class` is the class's name as a text, letters, digits and `_`; {ACCEPTED}"),
            ],
        ),
        (quote!(Counter), thing(), vec![format!("expected `=`; {ACCEPTED}")]),
        (quote!(service = Counter,), thing(), vec![]),
    ];
    for (arguments, item, expected) in cases {
        let shown = arguments.to_string();
        assert_eq!(said(arguments, item), expected, "{shown}");
    }
}

#[test]
fn another_item_and_a_mistaken_struct_are_kept_beside_the_error() {
    for item in [
        quote!(
            enum Thing {
                A,
            }
        ),
        quote!(
            struct Thing;
        ),
    ] {
        let expanded = durable(quote!(), item).to_string();
        assert!(expanded.contains("Thing") && expanded.contains("compile_error"), "{expanded}");
    }
}
