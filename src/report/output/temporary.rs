//! Temporary files: hidden, locked while their run lives, and known to the whole program, so that a signal can remove them.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How the names of temporary files begin.
const STEM: &str = ".kinfuse-";

/// More attempts than other programs can reasonably get in the way of.
const MAX_ATTEMPTS: usize = 1_000;

/// The temporary files of this process. Whoever makes, renames or removes one holds it.
static ALIVE: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// The folders that were looked through for what dead runs left.
static SWEPT: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Tells the temporary files of one process apart.
static NUMBER: AtomicU64 = AtomicU64::new(0);

/// A temporary file, locked. It goes when this is dropped, unless it has another name by then.
#[derive(Debug)]
pub(super) struct Temporary {
    path: PathBuf,
    file: File,
}

impl Temporary {
    /// A new file in `dir` whose name ends in `name`.
    pub(super) fn new(dir: &Path, name: &str) -> io::Result<Self> {
        let mut alive = held();
        for _ in 0..MAX_ATTEMPTS {
            let path = dir.join(unused(name));
            let file = match OpenOptions::new().write(true).create_new(true).open(&path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                other => other?,
            };
            // Between the two calls another run may have taken the file for one that a dead run left, and have locked or removed it.
            let is_ours = match file.try_lock() {
                Err(TryLockError::WouldBlock) => false,
                // The file system has no locks, so no other run can lock the file either.
                Err(TryLockError::Error(_)) => true,
                Ok(()) => is_at(&file, &path),
            };
            if is_ours {
                alive.push(path.clone());
                return Ok(Self { path, file });
            }
        }
        Err(io::Error::other("another program removes temporary files as they are made"))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn file(&self) -> &File {
        &self.file
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let mut alive = ALIVE.try_lock().ok();
        // A renamed file is no longer there; for others nothing better can be done than to try.
        let _ = fs::remove_file(&self.path);
        if let Some(alive) = alive.as_mut() {
            alive.retain(|path| *path != self.path);
        }
    }
}

/// A name for a temporary file: unique in this process, and by the process number rarely taken by another.
pub(super) fn unused(name: &str) -> String {
    format!("{STEM}{}-{}.{name}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed))
}

/// Keeps a signal from removing temporary files while they get their names.
pub(super) fn held() -> MutexGuard<'static, Vec<PathBuf>> {
    ALIVE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes the temporary files of this process, and lets it make no more: it is about to end.
pub(super) fn abandon() {
    let alive = held();
    for path in alive.iter() {
        let _ = fs::remove_file(path);
    }
    std::mem::forget(alive);
}

/// Removes the temporary files in `dir` whose run lives no more, once in a run. A file whose run cannot be determined, or that cannot be
/// removed, stays: it is in nobody's way.
pub(super) fn sweep(dir: &Path) {
    let mut swept = SWEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if !swept.iter().any(|done| done == dir) {
        swept.push(dir.to_owned());
        remove_leftovers(dir);
    }
}

fn remove_leftovers(dir: &Path) {
    let Ok(entries) = fs::read_dir(dir) else { return };
    for entry in entries.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with(STEM)) {
        let path = entry.path();
        if !entry.file_type().is_ok_and(|kind| kind.is_file()) {
            continue;
        }
        let Ok(file) = File::open(&path) else { continue };
        // The lock is kept until the file is gone, so that its maker cannot get it in between.
        if file.try_lock().is_ok() && is_at(&file, &path) {
            let _ = fs::remove_file(&path);
        }
    }
}

/// Whether a path still names this file.
fn is_at(file: &File, path: &Path) -> bool {
    let same = |x: fs::Metadata, y: fs::Metadata| (x.dev(), x.ino()) == (y.dev(), y.ino());
    file.metadata().ok().zip(fs::symlink_metadata(path).ok()).is_some_and(|(file, path)| same(file, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_dead_run_left_goes_and_what_a_living_run_writes_stays() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let left = dir.path().join(".kinfuse-1-0.S1.fusions.tsv");
        fs::write(&left, "half").expect("the folder can be written");
        let other = dir.path().join(".hidden");
        fs::write(&other, "of the user").expect("the folder can be written");
        let living = Temporary::new(dir.path(), "S2.fusions.tsv").expect("the folder can be written");
        remove_leftovers(dir.path());
        assert!(!left.exists() && other.exists() && living.path().exists());
        let path = living.path().to_owned();
        drop(living);
        assert!(!path.exists());
    }
}
