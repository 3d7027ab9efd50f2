//! Tumour types in free text, as far as approvals tell them apart.
//!
//! Words are looked for anywhere, abbreviations only as words of their own: `ALL` is a leukaemia, `all` is not, and `SMALL` holds neither.

/// The tumour types that approvals tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tumour {
    /// Non-small-cell lung cancer.
    Nsclc,
    /// Anaplastic large-cell lymphoma.
    Alcl,
    /// Inflammatory myofibroblastic tumour.
    Imt,
    /// Any other solid tumour.
    OtherSolid,
    /// Any other blood cancer.
    OtherBlood,
}

/// Abbreviations of types, in any case.
const ABBREVIATIONS: [(Tumour, &[&str]); 4] = [
    (Tumour::Alcl, &["alcl"]),
    (Tumour::Imt, &["imt", "imts", "eims"]),
    (Tumour::Nsclc, &["nsclc", "luad", "lusc"]),
    (
        Tumour::OtherBlood,
        &["aml", "apl", "cml", "cll", "sll", "mds", "mpn", "cmml", "jmml", "bpdcn", "dlbcl", "lbcl", "ptcl", "aitl", "ctcl", "lch", "ecd"],
    ),
];

/// Parts of words by which a type is recognised; the first line that fits counts. What fits none is a solid tumour.
const WORDS: [(Tumour, &[&str]); 4] = [
    (Tumour::Alcl, &["anaplastic large"]),
    (Tumour::Imt, &["inflammatory myofibroblastic"]),
    (Tumour::Nsclc, &["non-small", "non small", "nonsmall"]),
    (
        Tumour::OtherBlood,
        &[
            "leukaem",
            "leukem",
            "lymphoma",
            "lymphoblast",
            "myeloma",
            "plasmacytoma",
            "histiocytosis",
            "histiocytic",
            "erdheim",
            "hodgkin",
            "myelodys",
            "myeloprolif",
            "mastocytosis",
            "haematolog",
            "hematolog",
        ],
    ),
];

/// The lung by name.
const LUNG: [&str; 3] = ["lung", "lungs", "pulmonary"];

/// Parts of words that make a tumour of the lung another than non-small-cell cancer; what is sarcomatoid is one.
const OF_LUNG_BUT_OTHER: [&str; 8] =
    ["small-cell", "small cell", "carcinoid", "neuroendocrine", "sarcoma ", "blastoma", "mesothelioma", "interstitial"];

/// Words behind the lung by which the cancer is its own, wherever else it went.
const CANCERS_OF_LUNG: [&str; 8] =
    ["cancer", "carcinoma", "adenocarcinoma", "adenosquamous", "squamous", "large cell", "large-cell", "sarcomatoid"];

/// Words behind `ALL` in capitals that make it the word.
const AFTER_THE_WORD_ALL: [&str; 10] = ["solid", "tumour", "tumours", "tumor", "tumors", "cancers", "types", "of", "other", "patients"];

impl Tumour {
    /// Whether a name has a word by which a type is recognised.
    pub fn is_named(name: &str) -> bool {
        Self::named(name).is_some()
    }

    /// The type that a name means.
    pub fn of(name: &str) -> Self {
        Self::named(name).unwrap_or(Self::OtherSolid)
    }

    fn named(name: &str) -> Option<Self> {
        let lower = name.to_lowercase();
        let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let abbreviated = ABBREVIATIONS.iter().find(|(_, list)| words.iter().any(|word| list.contains(word)));
        let written = || WORDS.iter().find(|(_, parts)| parts.iter().any(|part| lower.contains(part)));
        if let Some((tumour, _)) = abbreviated.or_else(written) {
            return Some(*tumour);
        }
        if is_leukaemia(name) {
            return Some(Self::OtherBlood);
        }
        if words.contains(&"sclc") {
            return Some(Self::OtherSolid);
        }
        let own = |lung: &str| CANCERS_OF_LUNG.iter().any(|cancer| lower.contains(&format!("{lung} {cancer}")));
        let of_lung = (0..words.len()).any(|at| LUNG.contains(&words[at]) && (own(words[at]) || !is_site_of_metastasis(&words, at)));
        // A space behind the last word lets it end like one in the middle.
        let other = OF_LUNG_BUT_OTHER.iter().any(|part| format!("{lower} ").contains(part));
        of_lung.then_some(if other { Self::OtherSolid } else { Self::Nsclc })
    }
}

/// Whether `ALL` stands for acute lymphoblastic leukaemia: in capitals, and not as the word.
fn is_leukaemia(name: &str) -> bool {
    let words: Vec<&str> = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    (0..words.len()).any(|at| {
        let next = words.get(at + 1).map(|next| next.to_lowercase());
        words[at] == "ALL" && next.is_none_or(|next| !AFTER_THE_WORD_ALL.contains(&next.as_str()))
    })
}

/// Whether the organ at this word is where another tumour went: `lung metastasis of ...`, `... metastatic to liver and lung`; not
/// `metastatic cancer of the lung`.
fn is_site_of_metastasis(words: &[&str], at: usize) -> bool {
    let behind = words.get(at + 1).is_some_and(|next| ["metastasis", "metastases", "met", "mets"].contains(next));
    let before = &words[..at];
    let went = before.iter().any(|word| word.starts_with("metasta") || *word == "mets");
    let origin =
        before.iter().rev().find(|word| !["the", "left", "right"].contains(word)).is_some_and(|word| ["of", "from"].contains(word));
    behind || (went && !origin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tumours_are_known_by_their_usual_names() {
        for (expected, names) in [
            (
                Tumour::Nsclc,
                &[
                    "NSCLC",
                    "Lung adenocarcinoma",
                    "non-small cell lung cancer",
                    "Non Small Cell",
                    "pulmonary adenocarcinoma",
                    "LUAD, brain metastasis",
                    "brain metastasis of lung cancer",
                    "metastatic lung cancer",
                    "pulmonary sarcomatoid carcinoma",
                    "NSCLC of a non-smoker",
                    "metastatic adenocarcinoma of the lung",
                    "metastatic lung squamous cell carcinoma",
                    "brain metastases from left lung",
                    "bone mets, lung adenocarcinoma",
                    "lung adenocarcinoma with metastasis to the other lung",
                ][..],
            ),
            (Tumour::Alcl, &["ALCL", "anaplastic large-cell lymphoma", "BIA-ALCL"]),
            (Tumour::Imt, &["IMT", "inflammatory myofibroblastic tumor", "IMT / epithelioid IMS"]),
            (
                Tumour::OtherBlood,
                &[
                    "ALL",
                    "B-ALL",
                    "Ph+ ALL",
                    "ALL with CRLF2",
                    "ALL B-CELL",
                    "PH+ ALL RELAPSED",
                    "B-ALL RELAPSED",
                    "AML",
                    "CML",
                    "cll",
                    "MDS",
                    "DLBCL",
                    "ALK+ DLBCL",
                    "Hodgkin",
                    "non-Hodgkin lymphoma",
                    "B-cell lymphoma",
                    "acute leukemia",
                    "T-lymphoblastic",
                    "Langerhans cell histiocytosis",
                    "multiple myeloma",
                    "pulmonary lymphoma",
                ],
            ),
            (
                Tumour::OtherSolid,
                &[
                    "thyroid",
                    "small cell lung cancer",
                    "SCLC",
                    "small cell lung cancer of a non-smoker",
                    "all solid tumours",
                    "All",
                    "ALL SOLID TUMOURS",
                    "ALL tumours",
                    "ALL PATIENTS",
                    "ALL OTHER SOLID TUMOURS",
                    "lung metastasis of colorectal cancer",
                    "pulmonary metastases, thyroid",
                    "breast cancer metastatic to the lung",
                    "breast cancer metastatic to liver and lung",
                    "colorectal cancer, metastasis to left lung",
                    "metastasis of breast cancer to the right lung",
                    "metastases to liver and lung, adenocarcinoma of the colon",
                    "thyroid, mets: bone, lung",
                    "pulmonary carcinoid",
                    "pulmonary artery sarcoma",
                    "malignant fibrous histiocytoma",
                    "leukoplakia",
                    "small bowel adenocarcinoma",
                    "haemangioma limtis",
                    "gallbladder",
                ],
            ),
        ] {
            for name in names {
                assert_eq!(Tumour::of(name), expected, "{name}");
            }
        }
        assert!(!Tumour::is_named("all solid tumours") && !Tumour::is_named("lung metastasis of colorectal cancer"));
    }
}
