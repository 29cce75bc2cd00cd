//! The Workers that `cargo xtask bench rpc` drives. One Wasm module serves as the front, the middle and the back of
//! the chain; the runtime's configuration gives each a Worker of its own. `bench/ts` does the same work.
#![cfg(target_arch = "wasm32")]

mod back;
mod contract;
mod front;
mod middle;

use contract::LedgerContract;

mesh_worker::fetch!(front::fetch);
mesh_worker::entrypoint!(
    /// Changes what it is sent.
    Back,
    LedgerContract,
    back::wire
);
mesh_worker::entrypoint!(
    /// Passes on to the back what it is sent.
    Middle,
    LedgerContract,
    middle::wire
);
