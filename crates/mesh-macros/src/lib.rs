//! The attribute macros of the `mesh` crate. Use them as `mesh::service` and `mesh::workflow`; the documentation there
//! has examples.

mod contract;
mod durable;
mod expand;
mod message;
mod model;
mod parse;
#[cfg(test)]
mod tests;
mod workflow;

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
/// With `#[mesh::service(contract = "../../contracts/Greeter.json")]`, a path from the crate's folder, the contract is
/// kept as a document: the fingerprint is the file's, which covers all that travels, and natively
/// `mesh::describe::Described` gives the document that the file should be. All messages are then `#[mesh::message]`s.
///
/// Each method is `async`, takes `&self`, `&Context` and one request, and returns `Result<Reply, Error>`.
#[proc_macro_attribute]
pub fn service(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::service(arguments.into(), item.into()).into()
}

/// Makes a struct a class of Durable Objects.
///
/// ```text
/// #[mesh::durable(service = Counter, migrations = MIGRATIONS)]
/// pub struct CounterObject {
///     storage: Storage,
/// }
/// ```
/// The struct implements the service's trait and `mesh::durable::DurableObject`. Generated beside it:
/// - `mesh::durable::Durable`: the class's name (`class = "…"`, else the struct's), its schema and its dispatcher;
/// - `CounterObject::stub(&namespace, &scope, "name")`: a client of the object that a tenant's scope and a name address;
/// - for `wasm32`, the exported class, by `mesh_worker::export_durable_object!`.
///
/// `CounterClient`, `CounterDispatch` and `CounterContract` must be where the path of `service` finds them.
#[proc_macro_attribute]
pub fn durable(arguments: TokenStream, item: TokenStream) -> TokenStream {
    durable::durable(arguments.into(), item.into()).into()
}

/// Makes a struct or an enum a message: what travels in a request, a reply or a refusal.
///
/// ```text
/// /// Asks for a greeting.
/// #[mesh::message]
/// #[derive(Debug, Clone, PartialEq)]
/// pub struct Greet {
///     /// A name for people.
///     pub name: String,
///     /// How often.
///     #[serde(default)]
///     pub times: Option<u32>,
/// }
/// ```
/// derives `Serialize` and `Deserialize`, and natively `JsonSchema`, so that the message's schema can stand in the
/// contract's document; no Worker carries schemas. All other derives stay where they can be seen. Attributes of serde
/// and of schemars mean what they mean there; `alias`, `other` and `skip_serializing_if = "Option::is_none"`, which
/// schemars passes over, are noted in the schema too.
#[proc_macro_attribute]
pub fn message(arguments: TokenStream, item: TokenStream) -> TokenStream {
    message::expand(arguments.into(), item.into()).into()
}

/// Turns an `impl` block with a `run` into a durable workflow.
///
/// ```text
/// #[mesh::workflow(events(Approved, Declined))]
/// impl Order {
///     async fn run(&self, input: OrderInput, steps: &Steps) -> Result<Receipt, OrderError> { … }
/// }
/// ```
/// keeps the block and gives, beside it:
/// - `mesh::workflow::Definition` with the types, the name (`name = "…"`, else the type's) and the most entries of an
///   instance (`max_steps = 25_000`, else the platform's default);
/// - `mesh::workflow::Workflow`, by the block's own `run`;
/// - `mesh::workflow::Accepts` for each event, without which a handle cannot send it.
#[proc_macro_attribute]
pub fn workflow(arguments: TokenStream, item: TokenStream) -> TokenStream {
    workflow::workflow(arguments.into(), item.into()).into()
}
