//! Bases and qualities of reads in shared memory: in amplicons, thousands of reads have the same bases, which are kept once.

use std::ops::Deref;
use std::sync::Arc;

use rustc_hash::FxHashSet;

/// Bases or qualities that any number of reads may share.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bytes(Arc<[u8]>);

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes.into())
    }
}

impl From<&[u8]> for Bytes {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }
}

/// Those seen so far, each once.
#[derive(Debug, Default)]
pub struct Distinct(FxHashSet<Bytes>);

impl Distinct {
    /// Puts those seen before in the place of equal ones.
    pub fn share<'b>(&mut self, all: impl IntoIterator<Item = &'b mut Bytes>) {
        for bytes in all {
            match self.0.get(bytes) {
                Some(known) => *bytes = known.clone(),
                None => {
                    self.0.insert(bytes.clone());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_bytes_are_kept_once() {
        let mut all = [b"ACGT".as_slice(), b"ACGA", b"ACGT"].map(Bytes::from);
        Distinct::default().share(&mut all);
        assert!(Arc::ptr_eq(&all[0].0, &all[2].0) && all[0] != all[1]);
        assert_eq!(&*all[2], b"ACGT");
    }
}
