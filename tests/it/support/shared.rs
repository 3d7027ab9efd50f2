//! The folder with real data, which is not part of the project.

use std::path::PathBuf;

/// The folder that `KINFUSE_SHARED` names. Without it the check is skipped with a line, except under CI, where it fails.
pub fn shared(check: &str) -> Option<PathBuf> {
    match std::env::var_os("KINFUSE_SHARED") {
        Some(folder) if !folder.is_empty() => {
            let folder = PathBuf::from(folder);
            assert!(folder.is_dir(), "KINFUSE_SHARED is {}, which is no folder", folder.display());
            Some(folder)
        }
        _ => {
            let in_ci = std::env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false" && value != "0");
            assert!(!in_ci, "{check}: KINFUSE_SHARED is not set, and a CI run must not skip the real data");
            println!("skipped: {check} (KINFUSE_SHARED is not set)");
            None
        }
    }
}
