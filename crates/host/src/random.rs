//! Secure randomness: the host's `crypto.getRandomValues`.

use js_sys::{Function, Reflect, Uint8Array};
use wasm_bindgen::JsCast;

/// `crypto.getRandomValues`.
#[derive(Debug, Clone, Copy, Default)]
pub struct WorkerRandom;

impl WorkerRandom {
    /// `N` random bytes.
    #[must_use]
    pub fn bytes<const N: usize>() -> [u8; N] {
        let mut bytes = [0; N];
        app::ports::Random::fill(&Self, &mut bytes);
        bytes
    }
}

impl app::ports::Random for WorkerRandom {
    /// # Panics
    /// If the host has no `crypto`, which every Worker has: going on without randomness would be worse.
    fn fill(&self, bytes: &mut [u8]) {
        let mut fill = || {
            let crypto = Reflect::get(&js_sys::global(), &"crypto".into()).ok()?;
            let function: Function =
                Reflect::get(&crypto, &"getRandomValues".into()).ok()?.dyn_into().ok()?;
            let buffer = Uint8Array::new_with_length(bytes.len() as u32);
            function.call1(&crypto, &buffer).ok()?;
            buffer.copy_to(bytes);
            Some(())
        };
        assert!(fill().is_some(), "the host has no crypto.getRandomValues");
    }
}
