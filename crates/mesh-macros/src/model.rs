//! What a service trait says, as plain structs.

use syn::ext::IdentExt;
use syn::{Attribute, Ident, LitStr, Type, Visibility};

/// A service trait that passed every check.
pub(crate) struct Service {
    pub(crate) docs: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) name: Ident,
    pub(crate) methods: Vec<Method>,
    /// The path of the contract's document from the crate's folder, where it is kept as a file.
    pub(crate) contract: Option<LitStr>,
}

/// One method of it.
pub(crate) struct Method {
    pub(crate) docs: Vec<Attribute>,
    pub(crate) name: Ident,
    pub(crate) context: Type,
    pub(crate) request: Type,
    pub(crate) reply: Type,
    pub(crate) error: Type,
    /// Marked `#[mesh(idempotent)]`: a client may send it again.
    pub(crate) idempotent: bool,
}

impl Service {
    /// A 64-bit FNV-1a hash of the signatures, methods in order of name, so that moving a method changes nothing.
    pub(crate) fn fingerprint(&self) -> u64 {
        let mut signatures: Vec<String> = self.methods.iter().map(Method::signature).collect();
        signatures.sort();
        let text = format!("{}\n{}", self.name, signatures.join("\n"));
        text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        })
    }
}

impl Method {
    /// The method's name to the other side: without the `r#` that Rust may need.
    pub(crate) fn wire_name(&self) -> String {
        self.name.unraw().to_string()
    }

    fn signature(&self) -> String {
        let text = |part: &Type| quote::quote!(#part).to_string().replace(' ', "");
        format!(
            "{}({})->Result<{},{}>",
            self.wire_name(),
            text(&self.request),
            text(&self.reply),
            text(&self.error)
        )
    }
}
