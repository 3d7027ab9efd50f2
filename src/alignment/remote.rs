//! Alignment files at an address (`https://...`) instead of on this machine.
//!
//! Only a build with the feature `remote` opens them, and only when it is told to. htslib reads the parts that are asked for; the index
//! comes here as a whole and is looked at before htslib believes it, as far as that can be done without the file:
//!
//! ```text
//!   ADDRESS.bai ---> temporary folder ---> checked against itself
//!                          |
//!   ADDRESS ---------------+----> ADDRESS##idx##/tmp/.../index, one reader a worker
//! ```
//!
//! What may be shown of an address stands in [`crate::secrets`].

use std::path::Path;

use crate::error::{Error, Result};
use crate::secrets::{is_remote, shown};

#[cfg_attr(not(feature = "remote"), path = "remote/none.rs")]
mod address;

pub use address::find_certificates;
pub(super) use address::Address;

/// Checks that this build can do what `--allow-remote` asks for, whatever file is given.
///
/// # Errors
/// When it cannot.
pub fn check_option(allow_remote: bool) -> Result<()> {
    if allow_remote && !IS_BUILT {
        let text = format!("--allow-remote needs the feature `remote`, without which this kinfuse was built; {INSTALL}");
        return Err(Error::Config(text));
    }
    Ok(())
}

/// Whether this build can open addresses.
pub const IS_BUILT: bool = cfg!(feature = "remote");

const INSTALL: &str = "install it with the feature: cargo install kinfuse --features remote";

/// The address that a path is, if it is one.
///
/// # Errors
/// When it is one, and this build cannot or must not open it.
pub(super) fn address(path: &Path, allowed: bool) -> Result<Option<Address>> {
    if !is_remote(path) {
        return Ok(None);
    }
    let name = shown(&path.to_string_lossy());
    if !IS_BUILT {
        let problem = "is a remote file, and this kinfuse, built without the feature `remote`, opens no network connection";
        return Err(Error::input(name, problem, format!("copy it to this machine first, or {INSTALL}")));
    }
    if !allowed {
        let problem = "is a remote file, and kinfuse opens no network connection unless it is told to";
        return Err(Error::input(name, problem, "give --allow-remote, or copy it to this machine first"));
    }
    Address::parse(&path.to_string_lossy()).map(Some)
}
