//! Names of methods and bindings as JavaScript has them. They are few and never change, and making a string for each call
//! is costly.

use std::cell::RefCell;
use std::collections::BTreeMap;

use js_sys::JsString;

thread_local! {
    /// By where the text is and how long, which tells texts of the program apart without reading them.
    static NAMES: RefCell<BTreeMap<(usize, usize), JsString>> = const { RefCell::new(BTreeMap::new()) };
}

/// `text` as a string of JavaScript's, made once.
pub(crate) fn name(text: &'static str) -> JsString {
    NAMES.with_borrow_mut(|names| {
        names.entry((text.as_ptr() as usize, text.len())).or_insert_with(|| JsString::from(text)).clone()
    })
}
