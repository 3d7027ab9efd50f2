//! The first screen: what was found, a sentence each with what it means, and what it is worth that nothing else was.

use super::lang::{fill, Lang};
use super::meaning::{self, Meaning};
use super::mutation::{compound, mutation};
use super::negative::{all_codons, negative, NegativeKinase};
use super::numbers::{name, percent, shown};
use super::phrases::{flag_in_japanese, warning, Phrases};
use crate::fusion::{Flag, KinaseDomain, Unit};
use crate::report::compound::Compound;
use crate::report::finding::has_sure_fusion;
use crate::report::isoforms;
use crate::report::json::{Document, SampleVerdict};
use crate::report::rows::{Fraction, FusionRow, Phred};

/// One fusion or mutation that was found.
pub struct SummaryFinding {
    /// Identifier, where it has one.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `PASS` or the flags.
    pub filter: String,
    /// Whether it passes.
    pub passes: bool,
    /// What was seen, sentence by sentence.
    pub sentences: Vec<String>,
    /// Why it is doubtful: flag and what it means.
    pub doubts: Vec<(String, String)>,
    /// What it means; none where it is doubtful.
    pub meaning: Option<Meaning>,
}

/// A warning: its code, what it is about, and its sentence.
pub struct Warned {
    /// Stable word.
    pub code: String,
    /// What it is about.
    pub about: &'static str,
    /// The sentence, in English.
    pub text: String,
}

/// The first screen.
pub struct FirstScreen {
    /// Whether the sample failed.
    pub failed: bool,
    /// The fusions that pass.
    pub fusions: Vec<SummaryFinding>,
    /// Those that are doubtful.
    pub doubtful: Vec<SummaryFinding>,
    /// The mutations of the kinases.
    pub mutations: Vec<SummaryFinding>,
    /// How many known codons could be judged, and from which shares.
    pub codons: String,
    /// Mutations that lie on one molecule, or never do, and what is said of them together.
    pub compounds: Vec<String>,
    /// Kinases whose 3' part is expressed more, without a partner.
    pub imbalances: Vec<String>,
    /// Kinases without a fusion.
    pub negatives: Vec<NegativeKinase>,
    /// Warnings.
    pub warnings: Vec<Warned>,
    /// Notes that hold for the sample, with their sources.
    pub notes: Vec<(String, String)>,
}

/// What the first screen says of a document.
pub fn of(document: &Document, lang: Lang) -> FirstScreen {
    let phrases = lang.phrases();
    let mut said: Vec<(String, String)> = Vec::new();
    let (fusions, doubtful): (Vec<SummaryFinding>, Vec<SummaryFinding>) =
        document.fusions.iter().map(|row| fusion(row, document, lang, &mut said)).partition(|finding| finding.passes);
    let imbalance = |found: &crate::report::json::Imbalance| {
        let [fold, low, high] = [found.fold, found.fold_low, found.fold_high].map(|fold| fold.to_string());
        fill(phrases.imbalance, &[&name(&found.gene), &fold, &name(&found.region), &low, &high])
    };
    let is_negative = !document.fusions.iter().any(FusionRow::passes);
    FirstScreen {
        failed: document.status.verdict == SampleVerdict::Failed,
        fusions,
        doubtful,
        mutations: document.called_variants().into_iter().map(|row| mutation(row, &document.drugs, lang)).collect(),
        codons: all_codons(document, phrases).unwrap_or_default(),
        compounds: Compound::all(&document.drugs, &document.variants).iter().map(|found| compound(found, phrases)).collect(),
        imbalances: document.imbalances.iter().map(imbalance).collect(),
        negatives: document
            .targets
            .iter()
            .filter(|gene| !has_sure_fusion(document, gene))
            .map(|gene| negative(gene, document, phrases))
            .collect(),
        warnings: warnings(document, lang),
        notes: document
            .interpretation
            .notes
            .iter()
            // Where nothing was found, it matters what other tests see and do not see.
            .filter(|note| note.important || is_negative)
            .map(|note| (shown(&note.text), shown(&note.source)))
            .collect(),
    }
}

/// All warnings of a document.
pub fn warnings(document: &Document, lang: Lang) -> Vec<Warned> {
    let about = |(english, japanese): (&'static str, &'static str)| if lang == Lang::Japanese { japanese } else { english };
    let one = |item: &crate::warning::Warning| Warned { code: item.code.name(), about: about(warning(item.code)), text: shown(&item.text) };
    document.warnings.iter().map(one).collect()
}

/// A unit's word.
pub fn unit(unit: Unit, phrases: &Phrases) -> &'static str {
    match unit {
        Unit::Fragments => phrases.unit_fragments,
        Unit::Molecules => phrases.unit_molecules,
    }
}

/// The name of a fusion with its exons and variant.
pub fn title(row: &FusionRow, phrases: &Phrases) -> String {
    let mut parts = vec![name(&row.fusion)];
    if let Some(junction) = &row.exon_junction {
        let is_implied = row.evidence.as_deref() == Some("dna");
        parts.push(if is_implied { format!("{} ({})", name(junction), phrases.implied) } else { name(junction) });
    }
    if let Some(variant) = &row.variant {
        parts.push(fill(phrases.variant_named, &[&name(variant)]));
    }
    parts.join(", ")
}

/// What is said of the reading frame.
pub fn frame(row: &FusionRow, phrases: &Phrases) -> String {
    match row.frame.as_str() {
        "in-frame" => phrases.frame_in.to_owned(),
        "in-frame:reported" => phrases.frame_reported.to_owned(),
        "out-of-frame" => phrases.frame_out.to_owned(),
        other => fill(phrases.frame_unknown, &[&shown(other.strip_prefix("unknown:").unwrap_or(other))]),
    }
}

/// A share in percent.
pub fn share(fraction: Option<Fraction>) -> String {
    fraction.map_or_else(|| ".".to_owned(), |fraction| percent(fraction.value()))
}

/// A quality without decimals.
pub fn quality(qual: Phred) -> String {
    format!("{:.0}", qual.value())
}

fn fusion(row: &FusionRow, document: &Document, lang: Lang, said: &mut Vec<(String, String)>) -> SummaryFinding {
    let phrases = lang.phrases();
    let counts = [row.fragments, row.split_fragments, row.clip_fragments, row.pair_fragments].map(|count| count.to_string());
    let [all, split, clip, pair] = counts.each_ref().map(String::as_str);
    let values = [&name(&row.fusion), all, unit(row.units, phrases), split, clip, pair, &quality(row.qual)];
    let mut sentences = vec![fill(phrases.fusion_sentence, &values)];
    if row.slack_bp > 0 {
        sentences.push(fill(phrases.interval_sentence, &[&row.slack_bp.to_string()]));
    }
    if row.allele_fraction.is_some() {
        let values = [row.allele_fraction, row.allele_fraction_low, row.allele_fraction_high].map(share);
        sentences.push(fill(phrases.share_sentence, &values.each_ref().map(String::as_str)));
    }
    if let (Some(among), Some(kinase)) = (isoforms::share(document, row), &row.gene3) {
        sentences.push(fill(phrases.isoform_sentence, &[&name(kinase), &percent(among)]));
    }
    if row.exon_junction.is_some() {
        sentences.push(frame(row, phrases));
    }
    sentences.extend(row.kinase_domain.map(|domain| {
        let text = match domain {
            KinaseDomain::Retained => phrases.domain_retained,
            KinaseDomain::Partial => phrases.domain_partial,
            KinaseDomain::Lost => phrases.domain_lost,
        };
        text.to_owned()
    }));
    if let Some(event) = row.event.as_deref().and_then(|event| event.strip_suffix('r')) {
        sentences.push(fill(phrases.reciprocal, &[&name(event)]));
    }
    sentences.extend(row.contradiction.as_deref().map(|text| fill(phrases.contradicted, &[&shown(text)])));
    let passes = row.passes();
    let doubts = row.filter.split(';').filter(|_| !passes).map(|flag| (name(flag), flag_text(flag, lang))).collect();
    let found = document.interpretation.fusions.iter().find(|meaning| meaning.id == row.id).filter(|_| passes);
    let mut meaning = found.map(|found| meaning::of(found, &document.interpretation, phrases));
    // Text that was given for one isoform is not repeated for the next.
    if let (Some(found), Some(own)) = (found, meaning.as_mut()) {
        let key = serde_json::to_string(&(&found.drugs, &found.no_level, &found.notes, &found.bypass, &found.tier)).unwrap_or_default();
        match said.iter().find(|(known, _)| *known == key) {
            Some((_, first)) if !found.drugs.is_empty() => {
                sentences.push(fill(phrases.same_meaning, &[first]));
                *own = Meaning {
                    level: String::new(),
                    groups: Vec::new(),
                    asked: Vec::new(),
                    tier: None,
                    bypass: Vec::new(),
                    notes: Vec::new(),
                };
            }
            _ => said.push((key, name(&row.id))),
        }
    }
    SummaryFinding { id: name(&row.id), name: title(row, phrases), filter: name(&row.filter), passes, sentences, doubts, meaning }
}

fn flag_text(flag: &str, lang: Lang) -> String {
    let known = Flag::ALL.iter().find(|(_, known, _)| *known == flag);
    let text = known.map_or("", |(flag, _, english)| if lang == Lang::Japanese { flag_in_japanese(*flag) } else { english });
    text.to_owned()
}
