//! Fingerprints: whether what was made still matches what it was made from.

use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::path::Path;

use anyhow::{Context, Result};

/// A running hash of texts and files. Not stable between Rust releases, and needn't be: a stamp that isn't
/// recognized costs one build.
pub(crate) struct Fingerprint(DefaultHasher);

impl Fingerprint {
    /// Begins with nothing.
    pub(crate) fn new() -> Self {
        Self(DefaultHasher::new())
    }

    /// Adds a text, kept apart from what came before.
    pub(crate) fn text(mut self, text: &str) -> Self {
        self.add(text.as_bytes());
        self
    }

    /// Adds the content of a file.
    ///
    /// # Errors
    /// When it can't be read.
    pub(crate) fn file(mut self, path: &Path) -> Result<Self> {
        let bytes = fs::read(path).with_context(|| format!("can't read `{}`", path.display()))?;
        self.add(&bytes);
        Ok(self)
    }

    /// Adds every file below a folder with its relative path, in a fixed order, except those that `skip` names.
    ///
    /// # Errors
    /// When a file or folder can't be read.
    pub(crate) fn folder(mut self, folder: &Path, skip: &dyn Fn(&Path) -> bool) -> Result<Self> {
        let mut entries = fs::read_dir(folder)
            .with_context(|| format!("can't read `{}`", folder.display()))?
            .collect::<Result<Vec<_>, _>>()?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let path = entry.path();
            if skip(&path) {
                continue;
            }
            self.add(entry.file_name().as_encoded_bytes());
            self = if entry.file_type()?.is_dir() { self.folder(&path, skip)? } else { self.file(&path)? };
        }
        Ok(self)
    }

    /// The hash as text.
    pub(crate) fn finish(&self) -> String {
        format!("{:016x}", self.0.finish())
    }

    fn add(&mut self, bytes: &[u8]) {
        self.0.write_usize(bytes.len());
        self.0.write(bytes);
    }
}

/// Whether the stamp at `path` says `fingerprint`.
pub(super) fn matches(path: &Path, fingerprint: &str) -> bool {
    fs::read_to_string(path).is_ok_and(|stamp| stamp.trim() == fingerprint)
}

/// Writes `fingerprint` to the stamp at `path`.
///
/// # Errors
/// When it can't be written.
pub(super) fn write(path: &Path, fingerprint: &str) -> Result<()> {
    fs::write(path, format!("{fingerprint}\n")).with_context(|| format!("can't write `{}`", path.display()))
}

#[cfg(test)]
mod tests {
    use super::Fingerprint;

    #[test]
    fn texts_are_kept_apart() {
        let one = Fingerprint::new().text("ab").text("c").finish();
        let other = Fingerprint::new().text("a").text("bc").finish();
        assert_ne!(one, other);
    }

    #[test]
    fn the_same_texts_give_the_same_fingerprint() {
        let one = Fingerprint::new().text("ab").text("c").finish();
        assert_eq!(one, Fingerprint::new().text("ab").text("c").finish());
    }
}
