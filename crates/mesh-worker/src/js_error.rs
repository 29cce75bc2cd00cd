//! Reading what JavaScript threw.

use wasm_bindgen::{JsCast, JsValue};

/// What was thrown, in one line: `name: message` of an error, or the text of anything else.
pub fn describe(thrown: &JsValue) -> String {
    match thrown.dyn_ref::<js_sys::Error>() {
        Some(error) => {
            let (name, message) = (String::from(error.name()), String::from(error.message()));
            if name == "Error" || message.starts_with(&name) { message } else { format!("{name}: {message}") }
        }
        None => thrown.as_string().unwrap_or_else(|| format!("{thrown:?}")),
    }
}
