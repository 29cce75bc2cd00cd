//! What the exported classes do.

use wasm_bindgen::JsValue;

use crate::env::BindingError;

/// Stands in for a service whose wiring failed: every use of it says why.
#[derive(Debug)]
pub(crate) struct Failing(pub(crate) BindingError);

impl Failing {
    /// What to throw.
    pub(crate) fn thrown(&self) -> JsValue {
        js_sys::Error::new(&self.0.to_string()).into()
    }
}

/// Exports a WorkerEntrypoint class for a service.
///
/// `entrypoint!(Name, Contract, wire)`: `wire` makes the [`Dispatch`] from an [`crate::Instance`], or says which
/// binding it lacks. The expansion needs `wasm_bindgen` in the calling crate.
#[macro_export]
macro_rules! entrypoint {
    ($(#[$doc:meta])* $name:ident, $contract:ty, $wire:expr) => {
        $(#[$doc])*
        #[wasm_bindgen::prelude::wasm_bindgen]
        pub struct $name;

        // Nothing in it changes between calls.
        impl ::std::panic::RefUnwindSafe for $name {}

        #[wasm_bindgen::prelude::wasm_bindgen]
        impl $name {
            /// The contract's methods, which the entry module puts on the prototype.
            pub fn methods() -> ::std::vec::Vec<::std::string::String> {
                $crate::macro_support::method_names::<$contract>()
            }

            /// Answers one call. The platform makes an entrypoint for each, so there is no object to keep.
            pub fn serve(
                context: wasm_bindgen::JsValue,
                env: wasm_bindgen::JsValue,
                assets: wasm_bindgen::JsValue,
                method: u32,
                bytes: ::std::option::Option<::std::vec::Vec<u8>>,
                first: wasm_bindgen::JsValue,
                second: wasm_bindgen::JsValue,
            ) -> ::std::result::Result<wasm_bindgen::JsValue, wasm_bindgen::JsValue> {
                let instance = $crate::Instance::new(context, env, assets);
                let arguments = $crate::macro_support::Arguments::new(bytes, first, second);
                $crate::macro_support::call(|| $wire(&instance), method, arguments)
            }

            /// Answers one call whose message of `length` bytes was put where this instance takes it.
            #[wasm_bindgen(js_name = serveText)]
            pub fn serve_text(
                context: wasm_bindgen::JsValue,
                env: wasm_bindgen::JsValue,
                assets: wasm_bindgen::JsValue,
                method: u32,
                length: u32,
            ) -> ::std::result::Result<wasm_bindgen::JsValue, wasm_bindgen::JsValue> {
                let instance = $crate::Instance::new(context, env, assets);
                let arguments = $crate::macro_support::Arguments::put(length);
                $crate::macro_support::call(|| $wire(&instance), method, arguments)
            }
        }
    };
}
