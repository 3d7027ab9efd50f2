//! Compound mutations: called mutations of one kinase on the same molecules, never on the same ones, or of unknown phase. What sources say of a
//! combination goes before what they say of each mutation alone.

use std::collections::BTreeMap;

use super::carried::codon;
pub use super::rows::Relation;
use super::rows::{DrugRow, VariantRow};

/// How mutations lie to each other, and the molecules that tell it.
type KnownRelation = (Option<Relation>, Option<u32>);

/// Called mutations of one kinase whose place to each other is known, or of which something is said together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compound {
    /// The kinase.
    pub gene: String,
    /// The mutations (`p.L1196M`), by codon.
    pub members: Vec<String>,
    /// How they lie; `None` where reads do not tell.
    pub relation: Option<Relation>,
    /// Molecules that tell it, where they were counted for all members at once.
    pub molecules: Option<u32>,
    /// What sources say of all members on one molecule: drug, verdict, sources.
    pub effects: Vec<(String, String, Vec<String>)>,
}

impl Compound {
    /// All compounds of listed mutations, those on the same molecules first.
    pub fn all(drugs: &[DrugRow], variants: &[VariantRow]) -> Vec<Self> {
        let mut found: BTreeMap<(String, Vec<String>), KnownRelation> = BTreeMap::new();
        let called = || variants.iter().filter(|variant| variant.is_sure());
        let is_listed = |gene: &str, change: &str| {
            called().any(|row| row.gene == gene && row.hgvs_p == change && (row.known_resistance.is_some() || row.codon_class.is_some()))
        };
        for variant in called() {
            for companion in &variant.compound_with {
                let Some(told) = companion.told else { continue };
                let other = companion.mutation.as_str();
                // A `mixed` relation has two counts, so there is no single number.
                let (relation, molecules) = (Some(told.relation), told.fragments.filter(|_| told.fragments_apart.is_none()));
                let is_itself = other == variant.hgvs_p;
                if is_itself || !is_listed(&variant.gene, &variant.hgvs_p) || !is_listed(&variant.gene, other) {
                    continue;
                }
                let key = (variant.gene.clone(), by_codon(vec![variant.hgvs_p.clone(), other.to_owned()]));
                let entry = found.entry(key).or_insert((relation, molecules));
                *entry = (*entry).min((relation, molecules));
            }
        }
        let members = |row: &DrugRow| by_codon(row.change.split('+').map(|change| format!("p.{change}")).collect());
        for row in drugs.iter().filter(|row| row.compound) {
            found.entry((row.gene.clone(), members(row))).or_insert(((!row.unphased).then_some(Relation::Cis), None));
        }
        let effects = |gene: &str, wanted: &[String]| {
            let own = drugs.iter().filter(|row| row.compound && row.gene == gene && members(row) == wanted);
            own.map(|row| {
                let mut sources: Vec<String> = row.statements.iter().map(|statement| statement.source.clone()).collect();
                sources.dedup();
                (row.drug.clone(), row.verdict.clone(), sources)
            })
            .collect()
        };
        let mut list: Vec<Self> = found
            .into_iter()
            .map(|((gene, members), (relation, molecules))| {
                // Where they lie together on some molecules, what is said of them together holds for these.
                let effects = if relation == Some(Relation::Trans) { Vec::new() } else { effects(&gene, &members) };
                Self { gene, members, relation, molecules, effects }
            })
            .collect();
        list.sort_by_key(|compound| (compound.relation.is_none(), compound.relation));
        list
    }

    /// `p.L1196M+p.G1202R`.
    pub fn name(&self) -> String {
        self.members.join("+")
    }

    /// What sources say of a drug and the compound.
    pub fn verdict(&self, drug: &str) -> Option<&str> {
        self.effects.iter().find(|(name, _, _)| name == drug).map(|(_, verdict, _)| verdict.as_str())
    }

    /// Whether what is known of a mutation alone, that the drug works, does not hold because of the compound.
    pub fn overrules(&self, gene: &str, change: &str, drug: &str) -> bool {
        self.gene == gene
            && self.members.iter().any(|member| member == change)
            && self.verdict(drug).is_some_and(|verdict| verdict != "sensitive")
    }
}

fn by_codon(mut members: Vec<String>) -> Vec<String> {
    members.sort_by(|x, y| (codon(x), x).cmp(&(codon(y), y)));
    members.dedup();
    members
}
