//! Which deployed version this is.

use js_sys::Reflect;

use crate::bindings::VERSION;
use mesh_worker::binding;

/// The platform's id of the deployed version, where the version metadata binding is there.
pub fn deployment(env: &worker::Env) -> Option<String> {
    let metadata = binding(env, VERSION).ok()?;
    Reflect::get(&metadata, &"id".into()).ok()?.as_string()
}
