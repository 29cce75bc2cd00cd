//! The state folder of a mesh: what survives a restart, who holds it, and `dev.json` for scripts.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use crate::paths;

/// What `--fresh` leaves alone: costly tools, and the lock that is being held.
const KEPT: [&str; 2] = ["cache", LOCK];
const LOCK: &str = "lock";
const MANIFEST: &str = "dev.json";

/// What a running mesh tells scripts, as `dev.json` and as the line that `--json` prints.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Manifest {
    /// The gateway's origin.
    pub(crate) gateway: String,
    /// The admin Worker's origin.
    pub(crate) admin: String,
    /// The local Access issuer's origin.
    pub(crate) access_issuer: String,
    /// The demo tenants.
    pub(crate) tenants: Vec<TenantEntry>,
}

/// A demo tenant.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct TenantEntry {
    /// Its id.
    pub(crate) id: String,
    /// Its short name.
    pub(crate) slug: String,
    /// A key with every scope.
    pub(crate) api_key: String,
    /// Its webhook endpoints.
    pub(crate) endpoints: Vec<EndpointEntry>,
}

/// A webhook endpoint of a demo tenant.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct EndpointEntry {
    /// Its id.
    pub(crate) id: String,
    /// Whose scheme signs its deliveries.
    pub(crate) source: String,
    /// The shared secret.
    pub(crate) secret: String,
    /// Where deliveries go.
    pub(crate) url: String,
}

/// A state folder, held against every other mesh for as long as this lives.
pub(crate) struct State {
    folder: PathBuf,
    _lock: File,
}

impl State {
    /// Takes hold of `folder`, made where it doesn't exist.
    ///
    /// # Errors
    /// When another mesh holds it, or it can't be written.
    pub(crate) fn hold(folder: PathBuf) -> Result<Self> {
        fs::create_dir_all(&folder).with_context(|| format!("can't create `{}`", folder.display()))?;
        let path = folder.join(LOCK);
        let lock = File::create(&path).with_context(|| format!("can't write `{}`", path.display()))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { folder, _lock: lock }),
            Err(TryLockError::WouldBlock) => {
                let place =
                    read_manifest(&folder).map_or_else(String::new, |it| format!(" at {}", it.gateway));
                bail!(
                    "a mesh already runs on `{}`{place}: stop it, or start another with `--state DIR --port N`",
                    shown(&folder)
                )
            }
            Err(TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("can't lock `{}`", path.display()))
            }
        }
    }

    /// Removes everything that a mesh kept here.
    ///
    /// # Errors
    /// When something can't be removed.
    pub(crate) fn wipe(&self) -> Result<()> {
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            if KEPT.iter().any(|kept| entry.file_name() == *kept) {
                continue;
            }
            let path = entry.path();
            let removed =
                if entry.file_type()?.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            removed.with_context(|| format!("can't remove `{}`", path.display()))?;
        }
        Ok(())
    }

    /// The folder itself.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// A path inside the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Removes what a mesh that was killed left behind of its presence.
    pub(crate) fn forget_manifest(&self) {
        // Most often there is none.
        let _ = fs::remove_file(self.path(MANIFEST));
    }

    /// Writes `dev.json`, and gives the way to remove it.
    ///
    /// # Errors
    /// When it can't be written.
    pub(crate) fn publish(&self, manifest: &Manifest) -> Result<impl FnOnce() + Send + 'static> {
        let path = self.path(MANIFEST);
        write_private(&path, &serde_json::to_vec_pretty(manifest)?)?;
        Ok(move || {
            let _ = fs::remove_file(path);
        })
    }
}

/// The mesh that runs on `folder`, or `None` where none does. A mesh that is still starting counts as none.
pub(crate) fn running(folder: &Path) -> Option<Manifest> {
    let lock = File::open(folder.join(LOCK)).ok()?;
    match lock.try_lock_shared() {
        Err(TryLockError::WouldBlock) => read_manifest(folder),
        Ok(()) | Err(TryLockError::Error(_)) => None,
    }
}

fn read_manifest(folder: &Path) -> Option<Manifest> {
    serde_json::from_slice(&fs::read(folder.join(MANIFEST)).ok()?).ok()
}

/// Writes a file that only its owner may read, in one step, so that no reader sees half of it.
///
/// # Errors
/// When it can't be written.
pub(super) fn write_private(path: &Path, bytes: &[u8]) -> Result<()> {
    let draft = path.with_extension("draft");
    let write = || -> std::io::Result<()> {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
        file.write_all(bytes)?;
        fs::rename(&draft, path)
    };
    write().with_context(|| format!("can't write `{}`", path.display()))
}

/// A path as one would type it: from the checkout where it is inside.
pub(super) fn shown(path: &Path) -> String {
    path.strip_prefix(paths::root()).unwrap_or(path).display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("weft-state-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn a_second_mesh_on_the_same_folder_is_refused_and_finds_the_first() {
        let folder = folder("held");
        let held = State::hold(folder.clone()).unwrap();
        let manifest = Manifest {
            gateway: "http://127.0.0.1:8787".into(),
            admin: "http://127.0.0.1:8788".into(),
            access_issuer: "http://127.0.0.1:8789".into(),
            tenants: Vec::new(),
        };
        assert!(running(&folder).is_none());
        let withdraw = held.publish(&manifest).unwrap();
        let error = State::hold(folder.clone()).map(drop).unwrap_err().to_string();
        assert!(error.contains("http://127.0.0.1:8787") && error.contains("--state"), "{error}");
        assert_eq!(running(&folder).unwrap().gateway, manifest.gateway);
        withdraw();
        drop(held);
        assert!(running(&folder).is_none());
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_fresh_start_keeps_the_tools_and_nothing_else() {
        let folder = folder("wiped");
        for name in ["cache", "v3", "logs"] {
            fs::create_dir_all(folder.join(name)).unwrap();
        }
        fs::write(folder.join("tenants.json"), "[]").unwrap();
        State::hold(folder.clone()).unwrap().wipe().unwrap();
        let mut left: Vec<_> = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        assert_eq!(left, ["cache", "lock"]);
        fs::remove_dir_all(folder).unwrap();
    }
}
