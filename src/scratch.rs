//! Temporary folders for a run: made when a stage needs one, removed when the run ends, also when it is stopped by a signal.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::TempDir;

/// The folders of this process, for the case that a signal ends it.
static ALIVE: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// A folder among the system's temporary ones that nobody else may look into. It goes with all in it when this is dropped.
#[derive(Debug)]
pub struct Scratch(TempDir);

impl Scratch {
    /// A new, empty folder.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn new() -> io::Result<Self> {
        let mut alive = held();
        let folder = tempfile::Builder::new().prefix("kinfuse-").permissions(Permissions::from_mode(0o700)).tempdir()?;
        alive.push(folder.path().to_owned());
        Ok(Self(folder))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // The folder itself goes behind this.
        held().retain(|path| path != self.0.path());
    }
}

fn held() -> MutexGuard<'static, Vec<PathBuf>> {
    ALIVE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes the folders of this process, and lets it make no more: it is about to end.
pub fn abandon() {
    let alive = held();
    for path in alive.iter() {
        let _ = fs::remove_dir_all(path);
    }
    std::mem::forget(alive);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_private_and_goes_with_all_in_it() {
        let folder = Scratch::new().expect("temporary files can be made");
        let path = folder.path().to_owned();
        fs::write(path.join("x"), "y").expect("it can be written");
        assert_eq!(fs::metadata(&path).expect("it is there").permissions().mode() & 0o777, 0o700);
        drop(folder);
        assert!(!path.exists());
    }
}
