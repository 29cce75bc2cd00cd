//! A browser for the console's journeys and pictures: the Chrome or Chromium that is installed, or Debian's.
//!
//! This is the one thing that is installed outside the checkout, and only where this runs as root: a browser needs a
//! hundred libraries of the system's, and fonts.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::apt;
use crate::process;
use crate::ui::Step;

/// The names under which one is found, the same as `e2e/support/chromium.mjs` and the local runtime look for.
const NAMES: [&str; 4] = ["google-chrome", "google-chrome-stable", "chromium", "chromium-browser"];
const PACKAGE: &str = "chromium";

/// The browser that is installed, after installing it where there was none.
///
/// # Errors
/// When there is none and it can't be installed here, with what to do by hand.
pub(crate) fn ensure(step: &Step) -> Result<PathBuf> {
    if let Some(browser) = installed() {
        return Ok(browser);
    }
    if !apt::available() {
        bail!(
            "no Chrome or Chromium is on the PATH, and without `apt-get` none can be installed: install one by hand"
        );
    }
    if process::run(Command::new("id").arg("-u")).is_ok_and(|user| user.trim() != "0") {
        bail!(
            "no Chrome or Chromium is on the PATH: install one, such as by `sudo apt-get install {PACKAGE}`"
        );
    }
    step.note("installing Chromium");
    // What an administrator's other sources answer doesn't matter, as long as the package is found.
    let updated = process::run(&mut apt_get(&["update"]));
    let install = ["install", "--yes", "--no-install-recommends", PACKAGE];
    if let Err(error) = process::run(&mut apt_get(&install)) {
        let error = error.context(format!("`apt-get install {PACKAGE}` failed"));
        return Err(match updated {
            Err(_) => {
                error.context("the package index can't be read: check that this machine reaches its mirror")
            }
            Ok(_) => error,
        });
    }
    installed().context("Chromium is installed and yet not on the PATH")
}

fn apt_get(arguments: &[&str]) -> Command {
    let mut command = Command::new("apt-get");
    command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive").env("LC_ALL", "C");
    command
}

fn installed() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    NAMES
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|file| file.is_file())
}
