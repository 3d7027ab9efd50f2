//! Errors. Every message is one line that names the file, the place in it and the remedy.

use std::path::PathBuf;

/// The errors of the library. The binary prints them behind `kinfuse: ` and exits with 1.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file could not be opened, read or written.
    #[error("{path}: cannot {doing}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What was being done (`open`, `write`, ...).
        doing: &'static str,
        /// The operating system's answer.
        source: std::io::Error,
    },
    /// A file is not what it should be.
    #[error("{path}: {problem}; {remedy}")]
    Input {
        /// The file.
        path: PathBuf,
        /// What is wrong and where.
        problem: String,
        /// What the user can do.
        remedy: String,
    },
    /// htslib, the C library below, could not open or read a file. What it wrote of it to its log is added by the binary.
    #[error("{path}: {problem}; {remedy}")]
    Htslib {
        /// The file.
        path: PathBuf,
        /// What was being done, and where in the file.
        problem: String,
        /// What the user can do.
        remedy: String,
    },
    /// Two files do not go together.
    #[error("{path} and {other}: {problem}; {remedy}")]
    Mismatch {
        /// The first file.
        path: PathBuf,
        /// The file it does not match.
        other: PathBuf,
        /// The contig or name that differs.
        problem: String,
        /// What the user can do.
        remedy: String,
    },
    /// One line of a table or a GTF cannot be understood.
    #[error("{path}, line {line}: {problem}; {remedy}")]
    Line {
        /// The file.
        path: PathBuf,
        /// 1-based line.
        line: usize,
        /// What is wrong.
        problem: String,
        /// What the user can do.
        remedy: String,
    },
    /// A setting contradicts another or the data.
    #[error("{0}")]
    Config(String),
}

/// Files that htslib opens for one reader: the alignments, their index, a reference with its own.
const FILES_OF_A_READER: usize = 4;

/// The library's result.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An [`Error::Input`].
    pub fn input(path: impl Into<PathBuf>, problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::Input { path: path.into(), problem: problem.into(), remedy: remedy.into() }
    }

    /// Whether htslib may have said more of it.
    pub fn is_of_htslib(&self) -> bool {
        matches!(self, Self::Htslib { .. })
    }

    /// Whether the system refused to open one more file.
    pub fn is_out_of_files(error: &std::io::Error) -> bool {
        const ENFILE: i32 = 23;
        const EMFILE: i32 = 24;
        matches!(error.raw_os_error(), Some(ENFILE | EMFILE))
    }

    /// That a file cannot be opened because too many are open.
    pub fn out_of_files(path: impl Into<PathBuf>) -> Self {
        Self::input(path, "cannot be opened: too many files are open", "raise the limit (ulimit -n 1024), or give fewer --threads")
    }

    /// htslib does not say when it could not open one more file: then that is the error, and not what it looked like.
    #[must_use]
    pub fn unless_out_of_files(self) -> Self {
        let (Self::Htslib { path, .. } | Self::Io { path, .. }) = &self else { return self };
        // htslib has closed its own again, so one more is not enough to see it. Opening a pipe would wait for ever.
        let (Some(folder), false) = (path.parent(), path.as_os_str() == "-") else { return self };
        let folder = if folder.as_os_str().is_empty() { std::path::Path::new(".") } else { folder };
        let opened: std::io::Result<Vec<_>> = (0..FILES_OF_A_READER).map(|_| std::fs::File::open(folder)).collect();
        match opened {
            Err(cause) if Self::is_out_of_files(&cause) => Self::out_of_files(path),
            _ => self,
        }
    }

    /// A function that wraps the failure to open a file that the user named; `remedy` says which file to give.
    pub fn opening(path: impl Into<PathBuf>, remedy: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| match source.kind() {
            std::io::ErrorKind::NotFound => Self::input(path, "no such file", remedy),
            std::io::ErrorKind::IsADirectory => Self::input(path, "is a folder, not a file", remedy),
            std::io::ErrorKind::PermissionDenied => Self::input(path, "may not be read", "change its permissions"),
            _ if Self::is_out_of_files(&source) => Self::out_of_files(path),
            _ => Self::Io { path, doing: "read", source },
        }
    }

    /// A function that wraps an I/O error of `path` while `doing` something.
    pub fn io(path: impl Into<PathBuf>, doing: &'static str) -> impl FnOnce(std::io::Error) -> Self {
        Self::without_room(path.into(), doing, "")
    }

    /// As [`Self::io`], of a result in the folder that `option` names: another folder helps, too.
    pub fn writing(path: impl Into<PathBuf>, doing: &'static str, option: &'static str) -> impl FnOnce(std::io::Error) -> Self {
        Self::without_room(path.into(), doing, option)
    }

    fn without_room(path: PathBuf, doing: &'static str, option: &'static str) -> impl FnOnce(std::io::Error) -> Self {
        move |source| {
            let helps = match source.kind() {
                _ if Self::is_out_of_files(&source) => return Self::out_of_files(path),
                std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded if option.is_empty() => "free space there".to_owned(),
                std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
                    format!("free space there, or choose another folder with {option}")
                }
                // A limit of the shell or the job applies in every folder, so another folder does not help.
                std::io::ErrorKind::FileTooLarge => "raise the limit on the size of files (ulimit -f)".to_owned(),
                _ => return Self::Io { path, doing, source },
            };
            let kept = if option.is_empty() { "" } else { "; earlier results are as they were" };
            Self::input(path, format!("cannot {doing}: {source}"), helps + kept)
        }
    }
}
