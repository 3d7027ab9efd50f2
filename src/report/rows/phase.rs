//! How mutations lie to fusions and to each other: objects in JSON, short words in the tables.
//!
//! ```text
//!   cis:F1:4              4 fragments carry the mutation and fusion F1
//!   trans:F1:9            9 fragments carry the mutation without the fusion
//!   mixed:F1:9/8          9 with both, 8 with one of them alone
//!   unphased:<why>        no fragment tells
//! ```

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::terminal::one_line;

use super::Cell;

/// How two things lie to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Relation {
    /// On the same molecules.
    Cis,
    /// On some molecules together, on others not.
    Mixed,
    /// Never on one molecule.
    Trans,
}

impl Relation {
    const ALL: [(Self, &'static str); 3] = [(Self::Cis, "cis"), (Self::Mixed, "mixed"), (Self::Trans, "trans")];

    /// The word in files.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(relation, _)| *relation == self).map_or("", |(_, name)| name)
    }

    fn of(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, name)| *name == word).map(|(relation, _)| *relation)
    }
}

/// The fragments that tell a relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Told {
    /// How the two lie.
    pub relation: Relation,
    /// Fragments (molecules) that say so; of `mixed` those with both. `null` in a truth, which is not counted.
    pub fragments: Option<u32>,
    /// Of `mixed` the fragments with one of them alone.
    pub fragments_apart: Option<u32>,
}

impl Told {
    /// Reads `cis` and `4`, or `mixed` and `9/8`.
    fn read(word: &str, counts: &str) -> Option<Self> {
        let (fragments, apart) = match counts.split_once('/') {
            Some((both, apart)) => (both, Some(apart.parse().ok()?)),
            None => (counts, None),
        };
        Some(Self { relation: Relation::of(word)?, fragments: Some(fragments.parse().ok()?), fragments_apart: apart })
    }

    /// `:4`, `:9/8`, or nothing.
    fn counts(self) -> String {
        let count = |lead: char, count: Option<u32>| count.map_or(String::new(), |count| format!("{lead}{count}"));
        count(':', self.fragments) + &count('/', self.fragments_apart)
    }
}

/// How a mutation lies to one fusion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ToFusion {
    /// Identifier of the fusion.
    pub fusion: String,
    /// The relation and the fragments that tell it.
    #[serde(flatten)]
    pub told: Told,
}

/// How a mutation lies to the fusions of its gene.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Phase {
    /// The fusions to which its place is known.
    pub fusions: Vec<ToFusion>,
    /// Why it is known to none; `null` where it is.
    pub unphased: Option<String>,
}

impl Phase {
    /// Reads the words of a call; `None` for none.
    pub fn read(text: &str) -> Option<Self> {
        if text.is_empty() {
            return None;
        }
        if let Some(reason) = text.strip_prefix("unphased:") {
            return Some(Self { fusions: Vec::new(), unphased: Some(reason.to_owned()) });
        }
        let fusion = |item: &str| {
            let (word, rest) = item.split_once(':')?;
            let Some((fusion, counts)) = rest.rsplit_once(':') else {
                let told = Told { relation: Relation::of(word)?, fragments: None, fragments_apart: None };
                return Some(ToFusion { fusion: rest.to_owned(), told });
            };
            Some(ToFusion { fusion: fusion.to_owned(), told: Told::read(word, counts)? })
        };
        Some(Self { fusions: text.split(',').map(fusion).collect::<Option<_>>()?, unphased: None })
    }

    /// How the mutation lies to the fusion of this identifier, where that is known.
    pub fn to(&self, fusion: &str) -> Option<Relation> {
        self.fusions.iter().find(|item| item.fusion == fusion).map(|item| item.told.relation)
    }

    /// One item a fusion: `cis:F1:4`.
    pub fn items(&self) -> Vec<String> {
        let item = |to: &ToFusion| format!("{}:{}{}", to.told.relation.name(), to.fusion, to.told.counts());
        let unphased = self.unphased.iter().map(|reason| format!("unphased:{reason}"));
        self.fusions.iter().map(item).chain(unphased).collect()
    }
}

impl Cell for Phase {
    fn cell(&self) -> String {
        one_line(&self.items().join(","))
    }
}

/// How a mutation lies to another one of its gene.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Companion {
    /// The other mutation (`p.L1196M`; the change of the coding sequence where that alone tells them apart).
    pub mutation: String,
    /// The relation and the fragments that tell it; `null` where none does.
    pub told: Option<Told>,
    /// Why it is not known; `null` where it is.
    pub unphased: Option<String>,
}

impl Companion {
    /// Reads `p.L1196M:cis:12`.
    pub fn read(item: &str) -> Option<Self> {
        let (mutation, rest) = item.split_once(':')?;
        let (word, rest) = rest.split_once(':')?;
        let told = Told::read(word, rest);
        let unphased = told.is_none().then(|| rest.to_owned());
        Some(Self { mutation: mutation.to_owned(), told, unphased })
    }

    /// Reads a list of them.
    pub fn list(text: &str) -> Vec<Self> {
        text.split(',').filter_map(Self::read).collect()
    }

    /// `p.L1196M:cis:12`.
    pub fn item(&self) -> String {
        match self.told {
            Some(told) => format!("{}:{}{}", self.mutation, told.relation.name(), told.counts()),
            None => format!("{}:unphased:{}", self.mutation, self.unphased.as_deref().unwrap_or("")),
        }
    }
}

impl Cell for Vec<Companion> {
    fn cell(&self) -> String {
        self.iter().map(Companion::item).collect::<Vec<_>>().join(",").cell()
    }
}

/// Variants that are phased with each other lie on one of two haplotypes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PhaseSet {
    /// 1-based position of the set's first variant, by which it is named.
    pub position: u32,
    /// 1 or 2.
    pub haplotype: u8,
}

impl Cell for PhaseSet {
    fn cell(&self) -> String {
        format!("{}:{}", self.position, self.haplotype)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_call_come_back_as_they_went() {
        for text in ["cis:F1:4", "cis:E1,trans:E1", "trans:F1:9,mixed:F2:9/8", "unphased:junction to codon 900 bases, longest fragment 180"]
        {
            assert_eq!(Phase::read(text).map(|phase| phase.cell()).as_deref(), Some(text));
        }
        let text = "p.L1196M:cis:12,c.6094G>A:mixed:9/8,p.F1174L:unphased:codons 900 bases apart and longest fragment 180";
        let list = Companion::list(text);
        assert_eq!((list.len(), list.cell().as_str()), (3, text));
        assert_eq!(list[1].told.map(|told| (told.relation, told.fragments_apart)), Some((Relation::Mixed, Some(8))));
        assert_eq!(Phase::read("cis:F1:4,trans:F2:3").and_then(|phase| phase.to("F2")), Some(Relation::Trans));
        assert_eq!((Phase::read(""), Companion::list("").len()), (None, 0));
    }

    #[test]
    fn a_phase_is_an_object_in_json() {
        let json = serde_json::to_value(Phase::read("cis:F1:4")).unwrap_or_default();
        let told = serde_json::json!({"fusion": "F1", "relation": "cis", "fragments": 4, "fragments_apart": null});
        assert_eq!(json, serde_json::json!({"fusions": [told], "unphased": null}));
    }
}
