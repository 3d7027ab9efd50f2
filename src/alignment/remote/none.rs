//! A build that opens no network connection: there are no addresses.

use std::path::Path;

use rust_htslib::bam;

use crate::alignment::format::AlignmentFormat;
use crate::alignment::index::Location;
use crate::error::{Error, Result};
use crate::secrets::shown;

/// None can be made.
#[derive(Debug)]
pub(in crate::alignment) enum Address {}

impl Address {
    pub(super) fn parse(text: &str) -> Result<Self> {
        Err(Error::input(shown(text), "is a remote file", super::INSTALL))
    }

    pub(in crate::alignment) fn name(&self) -> &Path {
        match *self {}
    }

    pub(in crate::alignment) fn recognise(&self) -> Result<AlignmentFormat> {
        match *self {}
    }

    pub(in crate::alignment) fn open(&self) -> Result<bam::Reader> {
        match *self {}
    }

    pub(in crate::alignment) fn open_indexed(&self, _: &Path) -> Result<bam::IndexedReader> {
        match *self {}
    }

    pub(in crate::alignment) fn index(&self, _: &[&str]) -> Result<Location> {
        match *self {}
    }
}

/// Nothing needs certificates.
pub fn find_certificates() {}
