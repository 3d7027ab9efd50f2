//! The words for a negative result (no fusion of a kinase seen), which terminal, page, cohort and MultiQC share.
//!
//! | in the files | for people | means |
//! |---|---|---|
//! | `informative` | would have been seen | a fusion in 15 % of the cells would have been seen wherever the kinase usually breaks |
//! | `limited` | seen only if frequent | at the worst of these places only a fusion of most cells would likely have been seen |
//! | `not informative` | could have been missed | at the worst of these places not even that |
//! | `not judged` | not judged | the sample failed, or nobody knows what could have been seen |

use super::html::Lang;
use super::json::{Document, SampleVerdict};
use crate::coverage::detectability::Worth;

/// What the absence of a fusion is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Absence {
    /// It would have been seen.
    Informative,
    /// Only a large one would have been seen.
    Limited,
    /// It could have been missed.
    NotInformative,
    /// Nothing can be said.
    NotJudged,
}

impl Absence {
    /// All of them, the best first.
    pub const ALL: [Self; 4] = [Self::Informative, Self::Limited, Self::NotInformative, Self::NotJudged];

    /// That of a word of the files.
    pub fn of_word(word: &str) -> Self {
        Self::ALL.into_iter().find(|absence| absence.name() == word).unwrap_or(Self::NotJudged)
    }

    /// That of a kinase in a document. A failed sample is no negative.
    pub fn of_kinase(document: &Document, gene: &str) -> Self {
        let found = document.negatives.iter().find(|negative| negative.gene == gene);
        match (document.status.verdict, found) {
            (SampleVerdict::Failed, _) | (_, None) => Self::NotJudged,
            (_, Some(negative)) => Self::of_word(&negative.verdict),
        }
    }

    /// The word in files that programs read.
    pub fn name(self) -> &'static str {
        match self {
            Self::Informative => Worth::Informative.name(),
            Self::Limited => Worth::Limited.name(),
            Self::NotInformative => Worth::NotInformative.name(),
            Self::NotJudged => "not judged",
        }
    }

    /// The class of its colour on pages.
    pub fn class(self) -> &'static str {
        match self {
            Self::Informative => "good",
            Self::Limited => "warn",
            Self::NotInformative | Self::NotJudged => "bad",
        }
    }

    /// The words for people.
    pub fn said(self, lang: Lang) -> &'static str {
        let (english, japanese) = match self {
            Self::Informative => ("would have been seen", "あれば見えたはず"),
            Self::Limited => ("seen only if frequent", "高頻度なら見えたはず"),
            Self::NotInformative => ("could have been missed", "あっても見えない可能性"),
            Self::NotJudged => ("not judged", "判定せず"),
        };
        match lang {
            Lang::English => english,
            Lang::Japanese => japanese,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn each_word_of_the_files_has_words_of_its_own_in_both_languages() {
        for lang in [Lang::English, Lang::Japanese] {
            let mut said = Absence::ALL.map(|absence| absence.said(lang)).to_vec();
            said.sort_unstable();
            said.dedup();
            assert_eq!(said.len(), Absence::ALL.len());
        }
        for absence in Absence::ALL {
            assert_eq!(Absence::of_word(absence.name()), absence);
            assert!(absence.said(Lang::English).is_ascii(), "the terminal's text is ASCII");
        }
    }

    #[test]
    fn the_page_on_negatives_explains_these_words() {
        let page = include_str!("../../docs/src/negatives.md");
        for absence in Absence::ALL {
            let row = format!("| `{}` | {} |", absence.name(), absence.said(Lang::English));
            assert!(page.contains(&row), "{row}");
        }
    }

    #[test]
    fn a_failed_sample_is_not_judged() {
        let mut document = Document::new("S1");
        document.negatives = vec![fixture::negative("ROS1", "informative", "why")];
        assert_eq!(["ROS1", "ALK"].map(|gene| Absence::of_kinase(&document, gene)), [Absence::Informative, Absence::NotJudged]);
        document.status.verdict = SampleVerdict::Failed;
        assert_eq!(Absence::of_kinase(&document, "ROS1"), Absence::NotJudged);
    }
}
