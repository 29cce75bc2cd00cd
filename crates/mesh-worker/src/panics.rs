//! A panic, caught: one failed call, told with its message and place, and logged once.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::panic::{AssertUnwindSafe, Location, PanicHookInfo, catch_unwind};

use futures_util::FutureExt;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::{instance, scratch};

/// Code of this Worker panicked while it worked on one thing; only that failed.
///
/// The panic is already in the log, as `worker.panicked`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Panicked(String);

thread_local! {
    static LAST: RefCell<Option<String>> = const { RefCell::new(None) };
    static PREPARED: Cell<bool> = const { Cell::new(false) };
}

/// Runs `body`, and catches its panic.
///
/// What it shares with others must make sense to them after it stopped half-way, as after an early return. Where the
/// module is compiled without unwinding, nothing can be caught: the instance stops, and all its calls fail.
///
/// # Errors
/// [`Panicked`].
pub(crate) fn catch<T>(body: impl FnOnce() -> T) -> Result<T, Panicked> {
    catch_unwind(AssertUnwindSafe(body)).map_err(|_| Panicked::caught())
}

/// Awaits `future`, and catches its panic, as [`catch`] does.
///
/// # Errors
/// [`Panicked`].
pub(crate) async fn catch_async<F: Future>(future: F) -> Result<F::Output, Panicked> {
    AssertUnwindSafe(future).catch_unwind().await.map_err(|_| Panicked::caught())
}

impl Panicked {
    /// The panic that was just caught, as the hook saw it.
    pub(crate) fn caught() -> Self {
        Self(LAST.take().unwrap_or_else(|| "a panic without a text".to_owned()))
    }
}

/// Makes a new instance ready, once: what to do at a panic, and when the instance stops. The default entrypoint calls it
/// before anything else.
#[wasm_bindgen(js_name = __mesh_prepare)]
pub fn prepare() {
    if PREPARED.replace(true) {
        return;
    }
    std::panic::set_hook(Box::new(hook));
    wasm_bindgen::handler::set_on_abort(instance::stop);
    scratch::prepare();
}

fn hook(panic: &PanicHookInfo<'_>) {
    let text = describe(panic.payload_as_str(), panic.location());
    if tracing::dispatcher::has_been_set() {
        tracing::error!(event = "worker.panicked", error = %text);
    } else {
        // Before the Worker chose where its log goes.
        worker::console_error!("panicked: {text}");
    }
    if cfg!(not(panic = "unwind")) {
        instance::last_words(&text);
    }
    LAST.set(Some(text));
}

fn describe(message: Option<&str>, location: Option<&Location<'_>>) -> String {
    let message = message.unwrap_or("a panic without a text");
    match location {
        Some(location) => format!("{message}, at {}:{}", place(location.file()), location.line()),
        None => message.to_owned(),
    }
}

/// A source file without the folders of the machine that compiled it: `name-1.0.0/src/lib.rs` of a dependency.
fn place(file: &str) -> &str {
    if !file.starts_with('/') {
        return file;
    }
    let Some(source) = file.rfind("/src/") else { return file };
    let package = file[..source].rfind('/').map_or(0, |slash| slash + 1);
    &file[package..]
}
