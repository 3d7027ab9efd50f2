//! What can go wrong. Every message is one line that names the file, the place and the remedy.

use std::path::PathBuf;

/// The errors of the library. The binary prints them behind `kinfuse: ` and exits with 1.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file could not be opened, read or written.
    #[error("{path}: {doing}: {source}")]
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

/// The library's result.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An [`Error::Input`].
    pub fn input(path: impl Into<PathBuf>, problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::Input { path: path.into(), problem: problem.into(), remedy: remedy.into() }
    }

    /// A function that wraps the failure to open a file that the user named; `remedy` says which file to give.
    pub fn opening(path: impl Into<PathBuf>, remedy: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| match source.kind() {
            std::io::ErrorKind::NotFound => Self::input(path, "no such file", remedy),
            std::io::ErrorKind::IsADirectory => Self::input(path, "is a folder, not a file", remedy),
            _ => Self::Io { path, doing: "read", source },
        }
    }

    /// A function that wraps an I/O error of `path` while `doing` something.
    pub fn io(path: impl Into<PathBuf>, doing: &'static str) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { path, doing, source }
    }
}
