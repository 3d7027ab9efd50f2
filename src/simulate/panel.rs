//! Tables of events that nobody has to write: all known variants, samples without a fusion, and new fusions of many kinds.
//!
//! A panel gives events, and the known variants that cannot be made with the reason. Each event comes once for each number of
//! fragments asked for and each replicate, in a sample of its own, named after it: `known12-V3a.n2.r1`.

mod known;
mod novel;

use crate::genome::Assembly;
use crate::knowledge::Knowledge;
use crate::model::GeneModels;

use super::event::{EventAmount, RepeatWish, SimulatedEvent, WrittenEnd};
use super::genome::MemoryGenome;
use super::repeats::Repeats;

/// Which panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PanelKind {
    /// Every known variant of the knowledge tables.
    Known,
    /// Samples without a fusion.
    Negative,
    /// New partners, junctions and kinds of break.
    Novel,
}

/// What a panel is made of.
pub struct PanelRequest<'a> {
    /// Which one.
    pub kind: PanelKind,
    /// How much of each event there is, one sample for each.
    pub amounts: Vec<EventAmount>,
    /// Samples (negative), events a category (novel), or copies of each variant (known).
    pub replicates: u32,
    /// Only these fusions (`EML4::ALK`) of the known ones; all where it is empty.
    pub fusions: &'a [String],
    /// RNA or DNA.
    pub in_dna: bool,
    /// Where the draws begin.
    pub seed: u64,
    /// What is known.
    pub knowledge: &'a Knowledge,
    /// Genes.
    pub models: &'a GeneModels,
    /// The genome.
    pub reference: &'a MemoryGenome,
    /// Its assembly, where recognised.
    pub assembly: Option<Assembly>,
    /// Its repeats, where the panel breaks in them (new fusions in DNA).
    pub repeats: Option<&'a Repeats>,
}

/// A known variant that cannot be made, and why.
pub type Left = (String, String);

/// The events of a panel, and what was left out.
pub fn events(request: &PanelRequest) -> (Vec<SimulatedEvent>, Vec<Left>) {
    let (templates, left) = match request.kind {
        PanelKind::Known => known::events(request),
        PanelKind::Negative => {
            let samples = (1..=request.replicates).map(|number| blank(format!("negative{number}"), "negative"));
            return (numbered(samples.collect()), Vec::new());
        }
        PanelKind::Novel => (novel::events(request), Vec::new()),
    };
    let copies = if request.kind == PanelKind::Known { request.replicates } else { 1 };
    let mut events = Vec::new();
    for template in templates {
        for amount in &request.amounts {
            for copy in 1..=copies {
                let amount_name = match amount {
                    EventAmount::Fragments(count) => format!("n{count}"),
                    EventAmount::Fraction(fraction) => format!("f{fraction}"),
                };
                let id =
                    if copies > 1 { format!("{}.{amount_name}.r{copy}", template.id) } else { format!("{}.{amount_name}", template.id) };
                events.push(SimulatedEvent { id: id.clone(), sample: id, amount: Some(*amount), ..template.clone() });
            }
        }
    }
    (numbered(events), left)
}

/// Lines as in the table that is written: the first event stands below the column names.
fn numbered(mut events: Vec<SimulatedEvent>) -> Vec<SimulatedEvent> {
    for (event, line) in events.iter_mut().zip(2..) {
        event.line = line;
    }
    events
}

/// An event without anything.
fn blank(id: String, category: &str) -> SimulatedEvent {
    SimulatedEvent {
        line: 0,
        sample: id.clone(),
        id,
        ends: None,
        structure: None,
        reciprocal: false,
        homology: None,
        insertion: None,
        repeat: RepeatWish::Any,
        amount: None,
        category: category.to_owned(),
        exon_junction: String::new(),
        variant: String::new(),
        mutations: Vec::new(),
    }
}

/// A fusion of two genes.
fn fusion(id: String, category: &str, five: WrittenEnd, three: WrittenEnd) -> SimulatedEvent {
    SimulatedEvent { ends: Some([five, three]), ..blank(id, category) }
}

/// The text as part of a sample's name: letters, digits, `-`, `_` and `+` stay.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_alphanumeric() || "-_+".contains(c) { c } else { '-' }).collect()
}
