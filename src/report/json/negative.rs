//! Negative results in `kinfuse.json`: what could have been seen of each kinase, and evidence of a fusion without its partner (5'/3' balance).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::coverage::sentence::PlacesSummary;
use crate::report::rows::Fraction;

/// What the absence of a fusion of one kinase is worth.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Negative {
    /// The kinase.
    pub gene: String,
    /// `informative`, `limited` or `not informative`, over the places where it usually breaks; `not judged` of a sample that failed.
    pub verdict: String,
    /// One sentence, without the gene's name.
    pub text: String,
    /// The figures behind it: places of one verdict each, first those that decide the verdict on the kinase.
    pub places: Vec<NegativePlaces>,
}

/// Places of one verdict at which a kinase usually breaks, and what could have been seen there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NegativePlaces {
    /// `introns 13-14` for DNA, `junctions 31|32-35|36` for RNA.
    pub regions: String,
    /// `informative`, `limited` or `not informative`.
    pub verdict: String,
    /// Fewest molecules over one of them.
    pub molecules_low: u32,
    /// Most molecules over one of them.
    pub molecules_high: u32,
    /// Fraction of 0-1 of the molecules that a known fusion needs to be seen with 95 % probability at the worst of them.
    pub lod95_known: Option<Fraction>,
    /// The same of a fusion with a novel partner.
    pub lod95_novel: Option<Fraction>,
    /// Where there is no such fraction: the one by which the verdict was given.
    pub asked: Option<Fraction>,
    /// Probability to see a known fusion of that fraction.
    pub asked_probability: Option<Fraction>,
}

impl From<&PlacesSummary> for NegativePlaces {
    fn from(summary: &PlacesSummary) -> Self {
        let PlacesSummary { places, worth, molecules, lod95, seen } = summary;
        let [lod95_known, lod95_novel] = lod95.map(|share| share.and_then(Fraction::new));
        let asked = |value: f64| Fraction::new(value).filter(|_| lod95_known.is_none());
        Self {
            regions: places.clone(),
            verdict: worth.name().to_owned(),
            molecules_low: molecules.0,
            molecules_high: molecules.1,
            lod95_known,
            lod95_novel,
            asked: asked(seen.0),
            asked_probability: asked(seen.1),
        }
    }
}

/// A kinase of which RNA shows more of the part behind a usual break than before it, although no fusion of it passes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Imbalance {
    /// The kinase.
    pub gene: String,
    /// `junction 19|20`.
    pub region: String,
    /// How many times more molecules.
    pub fold: f64,
    /// Lower end of its 95 % interval.
    pub fold_low: f64,
    /// Upper end of its 95 % interval.
    pub fold_high: f64,
}
