//! Where a call that matches no truth counts as false: in the regions given, or else in the genes of the truth.
//!
//! Another caller may read the whole exome, and the truth says nothing of what it calls elsewhere. A gene lies where the built-in models
//! have it, if everything that the truth places in it lies there; otherwise it reaches from the first to the last place of the truth, with
//! 10 kb on either side. A call that names a gene is judged by that name; calls in the kinases are always judged.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::call::MutationCall;
use super::truth::Truth;
use crate::error::{Error, Result};
use crate::genome::{canonical_contig_name, Assembly, Contigs};
use crate::model::builtin;
use crate::model::KINASES;
use crate::text;

/// Bases beside the places of a gene that no model knows.
const MARGIN_BP: u32 = 10_000;

/// Bases of a canonical contig, 1-based, both ends included.
type CanonicalStretch = (String, u32, u32);

/// Where calls are judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    stretches: Vec<CanonicalStretch>,
    /// Genes by whose name a call is judged; `None` where regions were given.
    genes: Option<BTreeSet<String>>,
}

impl Scope {
    /// The genes of a truth.
    pub fn of(truth: &Truth) -> Self {
        let mut places: BTreeMap<(&str, &str), Vec<u32>> = BTreeMap::new();
        let mut nameless: Vec<CanonicalStretch> = Vec::new();
        for mutation in &truth.mutations {
            let (contig, position) = (mutation.place.0.as_str(), mutation.place.1);
            match mutation.name.split(' ').next().filter(|gene| !gene.is_empty()) {
                Some(gene) => places.entry((gene, contig)).or_default().push(position),
                None => nameless.push(around(contig, position, position)),
            }
        }
        for fusion in &truth.fusions {
            let Some((five, three)) = fusion.name.split_once("::") else { continue };
            for (gene, end) in [five, three].into_iter().zip(&fusion.ends) {
                places.entry((gene, &end.contig)).or_default().push(end.position);
            }
        }
        let models = [Assembly::Grch38, Assembly::Grch37].map(|assembly| {
            let contigs = Contigs::chromosomes();
            let genes = builtin::genes(assembly, &contigs).genes;
            let span = |gene: &crate::model::Gene| {
                let contig = canonical_contig_name(contigs.name(gene.contig()));
                (gene.symbol.clone(), (contig, gene.span.start + 1, gene.span.end))
            };
            genes.iter().map(span).collect::<BTreeMap<String, CanonicalStretch>>()
        });
        let stretch = |((gene, contig), positions): (&(&str, &str), &Vec<u32>)| {
            let holds = |span: &&CanonicalStretch| span.0 == *contig && positions.iter().all(|at| (span.1..=span.2).contains(at));
            let known = models.iter().filter_map(|genes| genes.get(*gene)).find(holds).cloned();
            let (first, last) = (positions.iter().min().copied().unwrap_or(0), positions.iter().max().copied().unwrap_or(0));
            known.unwrap_or_else(|| around(contig, first, last))
        };
        let stretches = places.iter().map(stretch).chain(nameless.iter().cloned()).collect();
        let named = places.keys().map(|(gene, _)| (*gene).to_owned()).chain(KINASES.iter().map(|gene| (*gene).to_owned()));
        Self { stretches, genes: Some(named.collect()) }
    }

    /// The regions of a BED file.
    ///
    /// # Errors
    /// When it cannot be read, or a line is none of BED.
    pub fn read(path: &Path) -> Result<Self> {
        let remedy = "give a BED file with contig, start and end";
        let text = text::read(path, text::MAX_TABLE_BYTES, remedy)?;
        let is_region = |line: &&str| !line.trim().is_empty() && !["#", "track", "browser"].iter().any(|word| line.starts_with(word));
        let stretch = |(number, line): (usize, &str)| {
            let cells: Vec<&str> = line.split('\t').collect();
            let number_at = |at: usize| cells.get(at).and_then(|cell| cell.trim().parse::<u32>().ok());
            match (number_at(1), number_at(2)) {
                (Some(start), Some(end)) if start < end => Ok((canonical_contig_name(cells[0]), start + 1, end)),
                _ => Err(Error::Line {
                    path: path.to_owned(),
                    line: number,
                    problem: "has no start and end".to_owned(),
                    remedy: remedy.to_owned(),
                }),
            }
        };
        let lines = text.lines().enumerate().filter(|(_, line)| is_region(line)).map(|(index, line)| (index + 1, line));
        Ok(Self { stretches: lines.map(stretch).collect::<Result<_>>()?, genes: None })
    }

    /// Whether the truth speaks of the place of a call.
    pub fn holds(&self, call: &MutationCall) -> bool {
        if let Some(genes) = self.genes.as_ref().filter(|_| !call.name.is_empty()) {
            return call.name.split(' ').next().is_some_and(|gene| genes.contains(gene));
        }
        self.stretches.iter().any(|(contig, first, last)| *contig == call.place.0 && (*first..=*last).contains(&call.place.1))
    }
}

fn around(contig: &str, first: u32, last: u32) -> CanonicalStretch {
    (contig.to_owned(), first.saturating_sub(MARGIN_BP), last.saturating_add(MARGIN_BP))
}
