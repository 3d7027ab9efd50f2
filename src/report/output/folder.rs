//! Folders that a run made: those that are still empty when it ends go with it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The folders that this process made, for the case that a signal ends it.
static MADE: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Folders that were made for the files of one run, the innermost last. Those that are empty are removed when this is dropped.
#[derive(Debug, Default)]
pub(super) struct NewFolders(Vec<PathBuf>);

impl NewFolders {
    /// Makes a folder with those around it, where it is not there.
    pub(super) fn make(dir: &Path) -> io::Result<Self> {
        let missing = dir.ancestors().take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists());
        let mut folders = Self(missing.map(Path::to_owned).collect());
        folders.0.reverse();
        held().extend(folders.0.iter().cloned());
        fs::create_dir_all(dir).map(|()| folders)
    }
}

impl Drop for NewFolders {
    fn drop(&mut self) {
        // A folder that holds something cannot be removed this way.
        self.0.iter().rev().for_each(|folder| drop(fs::remove_dir(folder)));
        held().retain(|folder| !self.0.contains(folder));
    }
}

fn held() -> std::sync::MutexGuard<'static, Vec<PathBuf>> {
    MADE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes the empty folders that this process made: it is about to end.
pub(super) fn abandon() {
    held().iter().rev().for_each(|folder| drop(fs::remove_dir(folder)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_made_and_is_empty_goes() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let (outer, inner) = (dir.path().join("a"), dir.path().join("a/b"));
        drop(NewFolders::make(&inner).expect("the folder can be written"));
        assert!(!outer.exists());
        let made = NewFolders::make(&inner).expect("the folder can be written");
        fs::write(outer.join("kept"), "x").expect("the folder can be written");
        drop(made);
        assert!(outer.exists() && !inner.exists());
        drop(NewFolders::make(&outer).expect("it is there"));
        assert!(outer.exists());
    }
}
