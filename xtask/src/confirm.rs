//! Asking before something is changed that others see.

use std::io::{BufRead, IsTerminal, Write};

use anyhow::{Result, bail};

/// Asks on the terminal, unless `yes` was given.
///
/// # Errors
/// When the answer is no, or there is no terminal to ask on.
pub(crate) fn ask(question: &str, yes: bool) -> Result<()> {
    if yes {
        return Ok(());
    }
    if !std::io::stdin().is_terminal() {
        bail!("nobody can be asked here: look at `--dry-run`, and give `--yes`");
    }
    let mut err = std::io::stderr().lock();
    write!(err, "{question} [y/N] ")?;
    err.flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    match answer.trim().to_ascii_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => bail!("nothing was changed"),
    }
}
