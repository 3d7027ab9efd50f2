//! Tumour types in free text: whether the tables know one, and which of theirs is meant where it is misspelt.

use super::tumour::Tumour;
use super::Knowledge;

/// Words of the tables that name no tumour, and of tumours' names that fit all.
const GENERIC: [&str; 43] = [
    "adenocarcinoma",
    "advanced",
    "age",
    "all",
    "and",
    "breast-like",
    "cancer",
    "carcinoma",
    "cell",
    "congenital",
    "document",
    "fetal",
    "frequent",
    "gatekeeper",
    "high-grade",
    "infantile",
    "kinase",
    "large-cell",
    "least",
    "low-grade",
    "most",
    "not",
    "one",
    "other",
    "paediatric",
    "pretreated",
    "prior",
    "recurrent",
    "refractory",
    "relapsed",
    "reported",
    "resistance",
    "retained",
    "source",
    "table",
    "the",
    "tki",
    "trait",
    "trk",
    "tumor",
    "tumour",
    "tumours",
    "with",
];

/// Names of types that tables and approvals tell apart, where nothing is nearer.
const MAIN: [&str; 3] = ["NSCLC", "ALCL", "IMT"];

/// How alike two words must be, as a share of their letters, to be called near.
const NEAR: f64 = 0.6;

/// Most names that are offered.
const OFFERED: usize = 3;

/// What is offered for a type that the tables do not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unknown {
    /// Types that are spelt nearly so.
    Near(Vec<String>),
    /// Main types, as no name is like it.
    LikeNone([&'static str; 3]),
}

/// The nearest types of the tables, where a type is in none of them; `None` where it is.
pub fn unknown(knowledge: &Knowledge, tumour: &str) -> Option<Unknown> {
    let texts = knowledge.drugs().iter().map(|drug| drug.tumour.as_str());
    let texts = texts.chain(knowledge.fusions().iter().map(|fusion| fusion.tumour_types.as_str()));
    let texts = texts.chain(knowledge.tiers().iter().map(|tier| tier.tumour.as_str()));
    let mut terms: Vec<&str> = Vec::new();
    for word in MAIN.into_iter().chain(texts.flat_map(words)) {
        if !terms.iter().any(|term| term.eq_ignore_ascii_case(word)) {
            terms.push(word);
        }
    }
    let given: Vec<&str> = words(tumour).collect();
    // A plural, or a longer form, is no other type.
    let same = |x: &str, y: &str| {
        let (x, y) = (x.to_lowercase(), y.to_lowercase());
        x == y || x.len().min(y.len()) >= 5 && (x.starts_with(&y) || y.starts_with(&x))
    };
    if Tumour::is_named(tumour) || given.iter().any(|word| terms.iter().any(|term| same(word, term))) {
        return None;
    }
    let alike = |term: &str| {
        let scores = given.iter().map(|word| strsim::normalized_damerau_levenshtein(&word.to_lowercase(), &term.to_lowercase()));
        scores.fold(0.0, f64::max)
    };
    let mut near: Vec<(f64, &str)> = terms.iter().map(|term| (alike(term), *term)).filter(|(score, _)| *score >= NEAR).collect();
    near.sort_by(|x, y| y.0.total_cmp(&x.0).then(x.1.cmp(y.1)));
    let near: Vec<String> = near.into_iter().take(OFFERED).map(|(_, term)| term.to_owned()).collect();
    Some(if near.is_empty() { Unknown::LikeNone(MAIN) } else { Unknown::Near(near) })
}

/// Words that can name a tumour.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| !(c.is_alphanumeric() || c == '-')).filter(|word| word.chars().count() >= 3);
    words.filter(|word| !word.starts_with(|c: char| c.is_ascii_digit()) && !GENERIC.contains(&word.to_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_type_is_told_from_those_of_the_tables() {
        let knowledge = Knowledge::builtin();
        let near = |name: &str| unknown(&knowledge, name);
        let is_first = |name: &str, first: &str| matches!(near(name), Some(Unknown::Near(names)) if names[0] == first);
        assert!(is_first("NSLC", "NSCLC") && is_first("lugn adenocarcinoma", "lung"));
        assert!(near("all of them").is_some(), "the word is no leukaemia");
        assert_eq!(near("qqqqqqqqqq"), Some(Unknown::LikeNone(MAIN)), "nothing is near it");
        for known in [
            "NSCLC",
            "lung adenocarcinoma",
            "colorectal carcinoma",
            "gliomas",
            "thyroid",
            "ALCL",
            "small cell lung cancer",
            "AML",
            "B-ALL",
            "pulmonary adenocarcinoma",
            "Hodgkin",
        ] {
            assert_eq!(near(known), None, "{known}");
        }
    }
}
