//! New files in the place of old ones, all or none.
//!
//! ```text
//!   keep     S1.vcf.gz --> .kinfuse-7-3.S1.vcf.gz     a second name for each old file, before anything changes
//!   put      .kinfuse-7-0.S1.vcf.gz --> S1.vcf.gz     each new file over the old one
//!   done     the second names go; or undone: they become the first again
//! ```

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::temporary;
use crate::error::{Error, Result};

/// The state of an exchange.
pub(super) struct Exchange {
    /// What names the folder, for remedies.
    option: &'static str,
    kept: Vec<ReplacedFile>,
    /// New files where there was none.
    added: Vec<PathBuf>,
}

struct ReplacedFile {
    path: PathBuf,
    second_name: PathBuf,
    /// Whether the old file no longer has its first name.
    is_moved: bool,
}

impl ReplacedFile {
    /// Puts the old file back, or its bytes into what is there where nothing can be moved.
    fn restored(&self) -> io::Result<()> {
        fs::rename(&self.second_name, &self.path).or_else(|_| {
            fs::copy(&self.second_name, &self.path)?;
            fs::remove_file(&self.second_name)
        })
    }
}

impl Exchange {
    /// One of which nothing is done yet, in the folder that `option` names.
    pub(super) fn new(option: &'static str) -> Self {
        Self { option, kept: Vec::new(), added: Vec::new() }
    }

    /// Gives an old file a second name, if there is one.
    pub(super) fn keep(&mut self, path: &Path) -> Result<()> {
        if fs::symlink_metadata(path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
            return Ok(());
        }
        let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let second_name = path.with_file_name(temporary::unused(&name));
        // A link leaves the file where it is. Some file systems have none: there it is moved.
        let is_moved = fs::hard_link(path, &second_name).is_err();
        if is_moved {
            fs::rename(path, &second_name).map_err(|error| refused(path, "cannot be replaced", self.option, &error))?;
        }
        self.kept.push(ReplacedFile { path: path.to_owned(), second_name, is_moved });
        Ok(())
    }

    /// Gives a new file its final name.
    pub(super) fn put(&mut self, temporary: &Path, path: &Path) -> Result<()> {
        fs::rename(temporary, path).map_err(|error| refused(path, "cannot be replaced", self.option, &error))?;
        match self.kept.iter_mut().find(|kept| kept.path == path) {
            Some(kept) => kept.is_moved = true,
            None => self.added.push(path.to_owned()),
        }
        Ok(())
    }

    /// Removes an old file that has no successor.
    pub(super) fn remove(&mut self, path: &Path) -> Result<()> {
        let Some(kept) = self.kept.iter_mut().find(|kept| kept.path == path && !kept.is_moved) else { return Ok(()) };
        fs::remove_file(path).map_err(|error| refused(path, "is of an earlier run and cannot be removed", self.option, &error))?;
        kept.is_moved = true;
        Ok(())
    }

    /// The new files have their names: the old ones go.
    pub(super) fn done(self) {
        for kept in self.kept {
            // A second name that cannot be removed does no harm; the next run removes it.
            let _ = fs::remove_file(kept.second_name);
        }
    }

    /// Something went wrong: the old files get their names back, or at least their bytes. Gives the error, with what became of them.
    pub(super) fn undone(self, error: &Error) -> Error {
        for path in self.added {
            let _ = fs::remove_file(path);
        }
        let mut lost = Vec::new();
        for kept in self.kept {
            if kept.is_moved && kept.restored().is_err() {
                lost.push(format!("the earlier {} is now {}", kept.path.display(), kept.second_name.display()));
            } else if !kept.is_moved {
                let _ = fs::remove_file(&kept.second_name);
            }
        }
        let became = if lost.is_empty() { "all earlier results are as they were".to_owned() } else { lost.join(", ") };
        Error::Config(format!("{error}; {became}"))
    }
}

fn refused(path: &Path, problem: &str, option: &str, error: &io::Error) -> Error {
    let remedy = format!("free the file (chattr -i, permissions), or choose another folder with {option}");
    Error::input(path, format!("{problem} ({error})"), remedy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_replaced_comes_back_and_what_was_added_goes() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let file = |name: &str, text: &str| {
            let path = dir.path().join(name);
            fs::write(&path, text).expect("the folder can be written");
            path
        };
        let (old, gone, new, more) = (file("old", "1"), file("gone", "1"), file("new", "2"), file("more", "2"));
        let added = dir.path().join("added");
        let mut exchange = Exchange::new("--out-dir");
        let steps = |exchange: &mut Exchange| -> Result<()> {
            [&old, &gone, &added].into_iter().try_for_each(|path| exchange.keep(path))?;
            exchange.put(&new, &old)?;
            exchange.put(&more, &added)?;
            exchange.remove(&gone)?;
            exchange.put(&dir.path().join("nothing"), &old)
        };
        let error = steps(&mut exchange).expect_err("there is no such file");
        let told = exchange.undone(&error).to_string();
        assert!(told.ends_with("; all earlier results are as they were"), "{told}");
        let left: Vec<String> = fs::read_dir(dir.path())
            .expect("the folder is there")
            .map(|entry| entry.expect("it can be read").file_name().to_string_lossy().into_owned())
            .collect();
        assert_eq!(left.len(), 2, "{left:?}");
        assert_eq!(fs::read_to_string(&old).ok().as_deref(), Some("1"));
        assert_eq!(fs::read_to_string(&gone).ok().as_deref(), Some("1"));
    }
}
