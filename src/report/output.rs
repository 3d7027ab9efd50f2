//! The files of one run: written under temporary names in the output folder, renamed together at the end.
//!
//! A run that fails, or is stopped, leaves no half file, and the results of an earlier run as they were, all of them: files of two
//! runs side by side would be read as one result. A temporary file is locked as long as its run lives; what a run that was killed left
//! behind goes with the next run into the same folder. A folder that a run made and left empty goes too.

mod exchange;
mod folder;
mod owner;
mod temporary;

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::terminal::is_invisible;

pub use owner::refuse_another;

use exchange::Exchange;
use folder::NewFolders;
use temporary::Temporary;

/// Suffixes of index files, which are renamed after the data they index.
const INDEX_SUFFIXES: [&str; 4] = [".tbi", ".bai", ".csi", ".crai"];

/// Enough to tell whether a disk is full: blocks of file systems are smaller.
const PROBE_BYTES: usize = 1 << 16;

/// The longest prefix in bytes: file systems allow 255 a name, and the suffix and the temporary name need some.
const LONGEST_PREFIX: usize = 180;

/// What names the folder of the results of a sample.
pub const OUT_DIR: &str = "--out-dir";

/// The files of one run. Dropping it without [`Outputs::commit`] removes all temporary files.
#[derive(Debug)]
pub struct Outputs {
    dir: PathBuf,
    /// The names of all files begin with it and a full stop; blank where each has a name of its own.
    prefix: String,
    /// What names the folder, for remedies.
    option: &'static str,
    // Dropped in this order: a folder can go when the temporary files in it are gone.
    pending: Vec<Pending>,
    superseded: Vec<PathBuf>,
    _made: NewFolders,
}

#[derive(Debug)]
struct Pending {
    temporary: Temporary,
    path: PathBuf,
    written: bool,
}

impl Outputs {
    /// Files in `dir` (made if needed), all named `<prefix>.<suffix>`.
    ///
    /// # Errors
    /// When the folder cannot be made, or the prefix cannot be part of a file name.
    pub fn new(dir: impl Into<PathBuf>, prefix: &str) -> Result<Self> {
        if file_prefix(prefix) != prefix {
            return Err(Error::Config(format!("the sample name {prefix:?} cannot start a file name; give another one with --sample")));
        }
        Self::in_folder(dir.into(), prefix, OUT_DIR)
    }

    /// Files in `dir` (made if needed) whose suffix is their whole name; `option` is what names the folder.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn of_files(dir: impl Into<PathBuf>, option: &'static str) -> Result<Self> {
        Self::in_folder(dir.into(), "", option)
    }

    fn in_folder(dir: PathBuf, prefix: &str, option: &'static str) -> Result<Self> {
        if dir.to_str().is_none() {
            return Err(Error::input(
                dir,
                "is a folder whose name is not UTF-8, in which htslib cannot write",
                format!("name another one with {option}"),
            ));
        }
        if dir.exists() && !dir.is_dir() {
            return Err(Error::input(dir, "is a file, not a folder", format!("name a folder with {option}")));
        }
        let made = NewFolders::make(&dir).map_err(|source| cannot_write(&dir, option, &source))?;
        temporary::sweep(&dir);
        Ok(Self { dir, prefix: prefix.to_owned(), option, pending: Vec::new(), superseded: Vec::new(), _made: made })
    }

    /// Where the file with this suffix will be.
    pub fn final_path(&self, suffix: &str) -> PathBuf {
        self.dir.join(self.file_name(suffix))
    }

    fn file_name(&self, suffix: &str) -> String {
        if self.prefix.is_empty() {
            suffix.to_owned()
        } else {
            format!("{}.{suffix}", self.prefix)
        }
    }

    /// The suffixes of files of this prefix that are in the folder, in order.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn present(&self) -> Result<Vec<String>> {
        let start = format!("{}.", self.prefix);
        let entries = fs::read_dir(&self.dir).map_err(Error::io(&self.dir, "read"))?;
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let mut suffixes: Vec<String> = names.filter_map(|name| name.strip_prefix(&start).map(str::to_owned)).collect();
        suffixes.sort();
        Ok(suffixes)
    }

    /// Writes one file. What `fill` writes is buffered and flushed to the disk, so that a full disk is noticed here.
    ///
    /// # Errors
    /// [`Error::Io`] with the final name when it cannot be written.
    pub fn write(&mut self, suffix: &str, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
        let option = self.option;
        let pending = self.open(suffix)?;
        let failed = Error::writing(&pending.path, "write", option);
        let mut out = BufWriter::new(pending.temporary.file());
        fill(&mut out).and_then(|()| out.into_inner().map_err(io::IntoInnerError::into_error)).and_then(synced).map_err(failed)?;
        pending.written = true;
        Ok(())
    }

    /// A temporary name for a writer that opens its file itself. Call [`Outputs::finished`] when it is closed.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn path(&mut self, suffix: &str) -> Result<PathBuf> {
        Ok(self.open(suffix)?.temporary.path().to_owned())
    }

    /// Declares the file behind a name from [`Outputs::path`] complete.
    ///
    /// # Errors
    /// [`Error::Io`] with the final name when it cannot be brought to the disk.
    pub fn finished(&mut self, suffix: &str) -> Result<()> {
        let path = self.final_path(suffix);
        if let Some(pending) = self.pending.iter_mut().find(|pending| pending.path == path) {
            File::open(pending.temporary.path()).and_then(|file| synced(&file)).map_err(Error::writing(&path, "write", self.option))?;
            pending.written = true;
        }
        Ok(())
    }

    /// Why a writer of htslib failed, which does not tell a full disk, a limit or too many open files from other causes: more bytes at
    /// the end of the same file meet the same answer. The file is lost anyway.
    pub fn failure(&self, suffix: &str, doing: &'static str, error: io::Error) -> Error {
        let path = self.final_path(suffix);
        let append = |pending: &Pending| {
            let mut file = OpenOptions::new().append(true).open(pending.temporary.path())?;
            file.write_all(&vec![0; PROBE_BYTES]).and_then(|()| synced(&file))
        };
        let written = self.pending.iter().find(|pending| pending.path == path).map_or(Ok(()), append);
        Error::writing(path, doing, self.option)(written.err().unwrap_or(error)).unless_out_of_files()
    }

    /// Declares that this result has no file of this suffix: one of an earlier run is removed when the new files get their names.
    pub fn supersede(&mut self, suffix: &str) {
        self.superseded.push(self.final_path(suffix));
    }

    /// Gives all files their final names, data before indices, and returns the names in that order.
    ///
    /// # Errors
    /// When a file was begun and not finished, or a name cannot be given: then all files of an earlier run are as they were.
    pub fn commit(self) -> Result<Vec<PathBuf>> {
        Self::commit_all(vec![self])
    }

    /// As [`Outputs::commit`], for several sets of files: all get their names, or none does.
    ///
    /// # Errors
    /// As [`Outputs::commit`].
    pub fn commit_all(sets: Vec<Self>) -> Result<Vec<PathBuf>> {
        let superseded: Vec<PathBuf> = sets.iter().flat_map(|set| &set.superseded).filter(|old| !old.is_dir()).cloned().collect();
        let option = sets.first().map_or(OUT_DIR, |set| set.option);
        let mut pending: Vec<Pending> = sets.into_iter().flat_map(|set| set.pending).collect();
        if let Some(pending) = pending.iter().find(|pending| !pending.written) {
            return Err(Error::input(&pending.path, "was not written to its end", "run again"));
        }
        if let Some(pending) = pending.iter().find(|pending| pending.path.is_dir()) {
            return Err(Error::input(&pending.path, "is a folder where a result should go", "remove or rename it"));
        }
        // A device under the name of a result is an error: it is never replaced.
        pending.iter().map(|pending| &pending.path).chain(&superseded).try_for_each(|path| refuse_device(path, option))?;
        pending.sort_by_key(|pending| is_index(&pending.path));
        // A signal waits until the exchange is over, whichever way.
        let _all_or_nothing = temporary::held();
        let mut exchange = Exchange::new(option);
        let paths = || pending.iter().map(|pending| &pending.path).chain(&superseded);
        let exchanged = paths().try_for_each(|path| exchange.keep(path)).and_then(|()| {
            pending.iter().try_for_each(|pending| exchange.put(pending.temporary.path(), &pending.path))?;
            superseded.iter().try_for_each(|path| exchange.remove(path))
        });
        match exchanged {
            Ok(()) => exchange.done(),
            Err(error) => return Err(exchange.undone(&error)),
        }
        Ok(pending.into_iter().map(|pending| pending.path).collect())
    }

    /// Checks before any work is done that a result may stand where the file with this suffix will.
    ///
    /// # Errors
    /// When a device or a pipe stands there.
    pub fn check_place(&self, suffix: &str) -> Result<()> {
        refuse_device(&self.final_path(suffix), self.option)
    }

    /// Opens a new hidden file beside the final one, with the permissions that the user's umask gives.
    fn open(&mut self, suffix: &str) -> Result<&mut Pending> {
        let path = self.final_path(suffix);
        refuse_device(&path, self.option)?;
        // The suffix stays at the end because some writers choose the format by it.
        let name = self.file_name(suffix);
        let temporary = Temporary::new(&self.dir, &name).or_else(|error| match error.kind() {
            // Another run that had made the folder took it away again.
            io::ErrorKind::NotFound => fs::create_dir_all(&self.dir).and_then(|()| Temporary::new(&self.dir, &name)),
            _ => Err(error),
        });
        let temporary = temporary.map_err(|error| cannot_write(&self.dir, self.option, &error))?;
        self.pending.push(Pending { temporary, path, written: false });
        let last = self.pending.len() - 1;
        Ok(&mut self.pending[last])
    }
}

/// Characters that separate folders, that some file systems or programs do not take in a name, or that a shell reads otherwise.
const NOT_IN_NAMES: [char; 12] = ['/', '\\', ':', '*', '?', '<', '>', '|', '"', '\'', '`', '$'];

/// The sample name as it can start a file name: what file systems and shells trip over becomes `_`, and a long name is cut.
pub fn file_prefix(sample: &str) -> String {
    let mut prefix = replaced(sample);
    while prefix.len() > LONGEST_PREFIX {
        prefix.pop();
    }
    if prefix.trim().is_empty() {
        "sample".clone_into(&mut prefix);
    }
    prefix
}

/// Whether a folder has the open files of a process as its entries.
fn is_open_files(folder: &Path) -> bool {
    folder == Path::new("/dev/fd") || (folder.starts_with("/proc") && folder.ends_with("fd"))
}

/// Refuses a device, a pipe, or a link to an open file (`/dev/stdout`) where a result should go: the result would stand in its place, and
/// nothing would go through it.
fn refuse_device(path: &Path, option: &str) -> Result<()> {
    let is_special = fs::metadata(path).is_ok_and(|about| !about.is_file() && !about.is_dir());
    let is_open_file = fs::read_link(path).is_ok_and(|target| target.parent().is_some_and(is_open_files));
    if is_special || is_open_file {
        let remedy = format!("name a file or folder with {option} that is none");
        return Err(Error::input(path, "is a device or a pipe, which a result cannot replace", remedy));
    }
    Ok(())
}

/// Checks that a folder can be written, before any work is done.
///
/// # Errors
/// When it cannot.
pub fn check(dir: &Path) -> Result<()> {
    Outputs::new(dir, "probe")?.path("tmp").map(|_| ())
}

/// Whether a sample's name is longer than file names can be.
pub fn is_cut(sample: &str) -> bool {
    replaced(sample).len() > LONGEST_PREFIX
}

fn replaced(sample: &str) -> String {
    let mut name: String = sample.chars().map(|c| if NOT_IN_NAMES.contains(&c) || is_invisible(c) { '_' } else { c }).collect();
    if name.starts_with(['.', '-']) {
        name.replace_range(0..1, "_");
    }
    name
}

/// Removes what this process wrote and has not finished: it is about to end.
pub fn abandon() {
    temporary::abandon();
    folder::abandon();
}

fn is_index(path: &Path) -> bool {
    let name = path.to_string_lossy();
    INDEX_SUFFIXES.iter().any(|suffix| name.ends_with(suffix))
}

/// Brings a file to the disk, where the file system knows how to.
fn synced(file: &File) -> io::Result<()> {
    match file.sync_all() {
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
        other => other,
    }
}

fn cannot_write(dir: &Path, option: &str, source: &io::Error) -> Error {
    if Error::is_out_of_files(source) {
        return Error::out_of_files(dir);
    }
    Error::input(
        dir,
        format!("cannot write to the output folder: {source}"),
        format!("choose another one with {option}, or free space and check permissions"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().expect("tests can write to the temporary folder")
    }

    fn names(dir: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn nothing_is_there_before_the_commit_and_all_is_after_it() -> Result<()> {
        let dir = folder();
        let mut outputs = Outputs::new(dir.path(), "S1")?;
        let index = outputs.path("vcf.gz.tbi")?;
        fs::write(index, "i").map_err(Error::io("index", "write"))?;
        outputs.finished("vcf.gz.tbi")?;
        outputs.write("vcf.gz", |out| out.write_all(b"v"))?;
        assert!(names(dir.path()).iter().all(|name| name.starts_with(".kinfuse-")));
        let written = outputs.commit()?;
        assert_eq!(names(dir.path()), ["S1.vcf.gz", "S1.vcf.gz.tbi"]);
        assert!(written[1].ends_with("S1.vcf.gz.tbi"), "the index comes last");
        Ok(())
    }

    #[test]
    fn a_failed_run_leaves_the_old_result_and_no_half_file() -> Result<()> {
        let dir = folder();
        fs::write(dir.path().join("S1.fusions.tsv"), "old").map_err(Error::io("old", "write"))?;
        let mut outputs = Outputs::new(dir.path(), "S1")?;
        outputs.write("fusions.tsv", |out| out.write_all(b"new"))?;
        let failed = outputs.write("html", |_| Err(io::Error::from(io::ErrorKind::StorageFull)));
        assert!(failed.is_err_and(|error| error.to_string().contains("S1.html")));
        drop(outputs);
        assert_eq!(names(dir.path()), ["S1.fusions.tsv"]);
        assert_eq!(fs::read_to_string(dir.path().join("S1.fusions.tsv")).ok().as_deref(), Some("old"));
        Ok(())
    }

    #[test]
    fn what_an_older_run_wrote_and_this_one_does_not_goes_with_the_commit() -> Result<()> {
        let dir = folder();
        let old = ["S1.fusions.fa", "S1.bam", "S2.fusions.fa"];
        for name in old {
            fs::write(dir.path().join(name), "old").map_err(Error::io("old", "write"))?;
        }
        let run = |whole: bool| -> Result<()> {
            let mut outputs = Outputs::new(dir.path(), "S1")?;
            outputs.supersede("fusions.fa");
            outputs.write("fusions.tsv", |out| out.write_all(b"new"))?;
            if whole {
                outputs.commit()?;
            }
            Ok(())
        };
        run(false)?;
        assert_eq!(names(dir.path()), ["S1.bam", "S1.fusions.fa", "S2.fusions.fa"]);
        run(true)?;
        assert_eq!(names(dir.path()), ["S1.bam", "S1.fusions.tsv", "S2.fusions.fa"]);
        Ok(())
    }

    #[test]
    fn a_file_that_was_not_finished_stops_the_commit() -> Result<()> {
        let dir = folder();
        let mut outputs = Outputs::new(dir.path(), "S1")?;
        outputs.write("fusions.tsv", |out| out.write_all(b"new"))?;
        outputs.path("evidence.bam")?;
        assert!(outputs.commit().is_err_and(|error| error.to_string().contains("S1.evidence.bam")));
        assert_eq!(names(dir.path()), Vec::<String>::new());
        Ok(())
    }

    #[test]
    fn a_full_disk_is_an_error_that_names_the_final_file() -> Result<()> {
        // /dev/full answers every write with ENOSPC; where it is missing there is nothing to test.
        let Ok(full) = OpenOptions::new().write(true).open("/dev/full") else { return Ok(()) };
        let dir = folder();
        let mut outputs = Outputs::new(dir.path(), "S1")?;
        let mut full = BufWriter::new(full);
        let failed = outputs.write("fusions.tsv", |_| full.write_all(b"x").and_then(|()| full.flush()));
        let told = failed.err().map(|error| error.to_string()).unwrap_or_default();
        assert!(told.contains("S1.fusions.tsv") && told.contains("free space"), "{told}");
        Ok(())
    }

    #[test]
    fn a_writer_that_does_not_say_why_it_failed_met_a_full_disk() -> Result<()> {
        if !Path::new("/dev/full").exists() {
            return Ok(());
        }
        let dir = folder();
        let mut outputs = Outputs::new(dir.path(), "S1")?;
        let told = |outputs: &Outputs| outputs.failure("evidence.bam", "write", io::Error::other("htslib")).to_string();
        let path = outputs.path("evidence.bam")?;
        assert!(told(&outputs).ends_with("S1.evidence.bam: cannot write: htslib"));
        fs::remove_file(&path).and_then(|()| std::os::unix::fs::symlink("/dev/full", &path)).map_err(Error::io(&path, "link"))?;
        let told = told(&outputs);
        assert!(
            told.contains("S1.evidence.bam: cannot write: No space") && told.contains("free space") && told.contains("--out-dir"),
            "{told}"
        );
        Ok(())
    }

    #[test]
    fn a_file_can_have_a_name_of_its_own() -> Result<()> {
        let dir = folder();
        for name in ["bg", ".bg.json"] {
            let mut outputs = Outputs::of_files(dir.path(), "--output")?;
            outputs.write(name, |out| out.write_all(b"new"))?;
            assert_eq!(outputs.commit()?, [dir.path().join(name)]);
        }
        let refused = Outputs::of_files("/dev/null/x", "--output").err().map(|error| error.to_string()).unwrap_or_default();
        assert!(refused.contains("--output") && !refused.contains("--out-dir"), "{refused}");
        Ok(())
    }

    #[test]
    fn a_result_takes_the_place_of_no_device_and_of_no_open_file() -> Result<()> {
        use std::os::unix::fs::symlink;
        let dir = folder();
        let link = |target: &str, name: &str| symlink(target, dir.path().join(name)).map_err(Error::io(name, "link"));
        link("/dev/null", "null")?;
        link("/proc/self/fd/1", "out")?;
        let _socket = std::os::unix::net::UnixListener::bind(dir.path().join("pipe")).map_err(Error::io("pipe", "make"))?;
        for name in ["null", "out", "pipe"] {
            let mut outputs = Outputs::of_files(dir.path(), "--output")?;
            let refused = outputs.write(name, |out| out.write_all(b"new")).err().map(|error| error.to_string()).unwrap_or_default();
            assert!(refused.contains(name) && refused.contains("a device or a pipe") && refused.contains("--output"), "{refused}");
        }
        let mut outputs = Outputs::of_files(dir.path(), "--output")?;
        outputs.supersede("pipe");
        assert!(outputs.commit().is_err());
        assert_eq!(names(dir.path()), ["null", "out", "pipe"]);
        Ok(())
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named_with_a_remedy() {
        let refused = Outputs::new("/dev/null/out", "S1").err().map(|error| error.to_string()).unwrap_or_default();
        assert!(refused.starts_with("/dev/null/out: cannot write") && refused.contains("--out-dir"), "{refused}");
    }

    #[test]
    fn a_sample_name_cannot_leave_the_folder() {
        assert_eq!(file_prefix("../a/b"), "_._a_b");
        assert_eq!(file_prefix(""), "sample");
        assert_eq!(file_prefix("Lib001"), "Lib001");
        assert_eq!(file_prefix("a*b<c>d?e|f\"g'h:i"), "a_b_c_d_e_f_g_h_i");
        assert_eq!(file_prefix(&"x".repeat(300)).len(), LONGEST_PREFIX);
        assert!(is_cut(&"x".repeat(300)) && !is_cut("Lib001"));
        assert!(Outputs::new("/tmp", "../x").is_err());
    }
}
