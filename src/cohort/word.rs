//! String interning: names that thousands of documents share (genes, regions, figures) are in memory once.

use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashSet;

/// A word.
pub type Word = Arc<str>;

/// The words so far.
#[derive(Debug, Default)]
pub struct Words(Mutex<FxHashSet<Word>>);

impl Words {
    /// The one copy of a word.
    pub fn word(&self, text: &str) -> Word {
        // A set is whole after each insertion, so that a thread that died while it held the lock harms nothing.
        let mut words = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(word) = words.get(text) {
            return Arc::clone(word);
        }
        let word: Word = text.into();
        words.insert(Arc::clone(&word));
        word
    }
}
