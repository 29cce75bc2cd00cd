//! The attribute macro of the `mesh` crate. Use it as `mesh::service`; the documentation there has examples.

mod expand;
mod model;
mod parse;
#[cfg(test)]
mod tests;

use proc_macro::TokenStream;

/// Turns a trait into a service: a client, a dispatcher and a contract.
///
/// ```text
/// #[mesh::service]
/// pub trait Greeter {
///     /// Says hello.
///     async fn greet(&self, context: &CallContext<Guest>, request: Greet) -> Result<Greeting, GreetError>;
/// }
/// ```
/// gives, beside the trait itself (object-safe, its futures not `Send`):
/// - `GreeterClient<T>`: the same methods over any `mesh::Transport`, with `mesh::CallError<GreetError>` as error;
/// - `GreeterDispatch<S>`: a `mesh::Dispatch` for any implementation `S`;
/// - `mesh::Contract` for both: the name, the methods and a fingerprint of all signatures.
///
/// A method marked `#[mesh(idempotent)]` may be sent again: the client then retries failures that may pass, with
/// jittered backoff and never past the deadline. Mark what only reads, and what heeds the context's idempotency key.
///
/// Each method is `async`, takes `&self`, `&Context` and one request, and returns `Result<Reply, Error>`.
#[proc_macro_attribute]
pub fn service(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::service(arguments.into(), item.into()).into()
}
