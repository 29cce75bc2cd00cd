//! One set-up or build at a time in a checkout, whatever the number of terminals.

use std::fs::{self, File, TryLockError};

use anyhow::{Context, Result};

use crate::paths;
use crate::ui::Ui;

/// Holds the checkout's lock until dropped; waits where another `cargo xtask` holds it.
///
/// # Errors
/// When the cache folder can't be written.
pub(crate) fn hold(ui: &Ui) -> Result<File> {
    let folder = paths::cache();
    fs::create_dir_all(&folder).with_context(|| format!("can't create `{}`", folder.display()))?;
    let path = folder.join("lock");
    let file = File::create(&path).with_context(|| format!("can't write `{}`", path.display()))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let step = ui.step("waiting");
            step.note("for another `cargo xtask` in this checkout");
            file.lock()?;
            step.done("");
        }
        Err(TryLockError::Error(error)) => {
            return Err(error).with_context(|| format!("can't lock `{}`", path.display()));
        }
    }
    Ok(file)
}
