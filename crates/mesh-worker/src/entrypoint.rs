//! What the exported classes do.

use wasm_bindgen::JsValue;

use crate::env::BindingError;

/// Stands in for a service whose wiring failed: every use of it says why.
#[derive(Debug)]
pub struct Failing(pub BindingError);

impl Failing {
    /// What to throw.
    pub fn thrown(&self) -> JsValue {
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
        pub struct $name {
            dispatch: ::std::result::Result<::std::rc::Rc<dyn ::mesh::Dispatch>, $crate::BindingError>,
        }

        #[wasm_bindgen::prelude::wasm_bindgen]
        impl $name {
            /// Made by the runtime.
            #[wasm_bindgen(constructor)]
            pub fn new(
                context: wasm_bindgen::JsValue,
                env: wasm_bindgen::JsValue,
                assets: wasm_bindgen::JsValue,
            ) -> $name {
                let instance = $crate::Instance::new(context, env, assets);
                $name { dispatch: $crate::macro_support::dispatch($wire(&instance)) }
            }

            /// The contract's methods, which the entry module puts on the prototype.
            pub fn methods() -> ::std::vec::Vec<::std::string::String> {
                <$contract as ::mesh::Contract>::METHODS.iter().map(|method| (*method).to_owned()).collect()
            }

            /// Answers one call.
            pub fn call(
                &self,
                method: ::std::string::String,
                first: wasm_bindgen::JsValue,
                second: wasm_bindgen::JsValue,
            ) -> $crate::macro_support::Promise {
                $crate::macro_support::call(&self.dispatch, method, first, second)
            }
        }
    };
}
