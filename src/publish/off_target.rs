//! What the variants give to `metrics.tsv` and `kinfuse.json` beside their own table: error rates, hot spots of other genes, copy
//! gain, and the share of the kinase's transcripts that come from a fusion.

use crate::coverage::amplification::Gain;
use crate::fusion::{Fusion, Material};
use crate::pipeline::{LibraryResult, SampleResult};
use crate::report::bypass::CopyRatio;
use crate::report::rows::{Cell, DrugRow, MetricValue, OffTargetRow, Rate, SeenChange, VariantRow};
use crate::stats::{jeffreys_share, Share};
use crate::variant::{hotspot, Variant, VariantStatus};

/// The hot spots of all libraries.
pub(super) fn rows(result: &SampleResult) -> Vec<OffTargetRow> {
    let spots = result.libraries.iter().flat_map(|library| &library.findings.hotspots);
    spots
        .map(|spot| {
            let called = || spot.variants.iter().filter(|variant| variant.status == VariantStatus::Called);
            let status = spot.variants.first().map_or(VariantStatus::NotCovered, |variant| variant.status);
            OffTargetRow {
                site: spot.name.clone(),
                status,
                variants: spot.variants.iter().map(|variant| VariantRow::new(&result.sample, variant, &result.contigs)).collect(),
                drugs: called()
                    .flat_map(|variant| DrugRow::list(&variant.gene, variant.hgvs_p.trim_start_matches("p."), false, &variant.statements))
                    .collect(),
                seen: spot.seen.iter().map(SeenChange::of).collect(),
            }
        })
        .collect()
}

/// The copy ratios of all libraries that tell any.
pub(super) fn copy_ratios(result: &SampleResult) -> Vec<CopyRatio> {
    let gains = result.libraries.iter().flat_map(|library| &library.findings.gains);
    let rounded = |value: f64| (value * 1000.0).round() / 1000.0;
    let measured = |gain: &Gain| {
        let (ratio, low, high) = gain.ratio.as_ref().ok().copied()?;
        Some(CopyRatio { gene: gain.symbol.clone(), ratio: rounded(ratio), low: rounded(low), high: rounded(high) })
    };
    gains.filter_map(measured).collect()
}

/// Takes a metric: its key, value, unit and note.
type Add<'a> = dyn FnMut(&str, Option<MetricValue>, &str, &str) + 'a;

/// Adds the lines of one library.
pub(super) fn metrics(library: &LibraryResult, fusions: &[Fusion], add: &mut Add<'_>) {
    let findings = &library.findings;
    let (known, all) = findings.judged;
    add(
        "kinase_codons_judged",
        Some(MetricValue::Count(u64::from(known))),
        "codons",
        &if known == all { format!("of {all}") } else { format!("of {all}; the others lack a reference: give --reference") },
    );
    for (class, wrong, bases) in &findings.errors {
        let rate = (*bases > 0).then(|| MetricValue::number(*wrong as f64 / *bases as f64)).flatten();
        add(&format!("error_{class}"), rate, "errors a base", &format!("{wrong} of {bases} bases, as the first read shows them"));
    }
    // Without bases it would be what is assumed of any library.
    let measured = findings.errors.iter().any(|(_, _, bases)| *bases > 0);
    let dispersion = Some(findings.dispersion).filter(|_| measured).and_then(MetricValue::number);
    add("error_dispersion", dispersion, "relative variance", "between positions of one class and context");
    for spot in &findings.hotspots {
        let Some(first) = spot.variants.first() else { continue };
        let key = format!("hotspot_{}", spot.name.replace(' ', "_"));
        add(&key, Some(MetricValue::text(seen(&spot.variants, first))), "", &note(first));
    }
    for gain in &findings.gains {
        let key = format!("copy_ratio_{}", gain.symbol);
        match &gain.ratio {
            Ok((ratio, low, high)) => {
                let note = format!("95 % interval {low:.2}-{high:.2}, depth against {} control genes", gain.controls);
                add(&key, MetricValue::number((ratio * 1000.0).round() / 1000.0), "ratio", &note);
            }
            Err(why) => add(&key, Some(MetricValue::text("not-covered")), "", why),
        }
    }
    if library.assay.material() == Material::Rna {
        let passing = || fusions.iter().filter(|fusion| fusion.passes() && fusion.evidence.contains(&Material::Rna));
        for fusion in passing() {
            // Junctions that begin at the same place of the kinase share its transcripts: their shares add up to no more than one.
            let own = passing().filter(|other| other.three.breakend == fusion.three.breakend);
            let fused: u32 = own.map(|other| other.crossing).sum();
            let (shown, all) = (u64::from(fusion.crossing), u64::from(fused) + u64::from(fusion.depth3));
            let share = (shown > 0).then(|| jeffreys_share(shown, all)).flatten();
            let Some(Share { value, low, high }) = share else { continue };
            let (name, kinase) = (fusion.name(), &fusion.target);
            let note = format!("{name}: {shown} of {all} {kinase} transcripts that begin or go on there, 95 % interval {low:.3}-{high:.3}");
            add(&format!("fusion_transcript_share_{}", fusion.id), MetricValue::number(value), "fraction", &note);
        }
    }
}

/// `G12D` with its fraction, or the status.
fn seen(variants: &[Variant], first: &Variant) -> String {
    if first.status != VariantStatus::Called {
        return first.status.cell();
    }
    let item = |variant: &Variant| {
        let share = variant.share.map_or(0.0, |share| share.value);
        let doubt = if hotspot::passes(variant) { "" } else { ":flagged" };
        // A change beside the coding sequence has no name by the protein.
        let name = variant.hgvs_c.as_deref().filter(|_| variant.hgvs_p == "p.?").unwrap_or(&variant.hgvs_p);
        format!("{name}:{share:.4}{doubt}")
    };
    variants.iter().map(item).collect::<Vec<_>>().join(",")
}

fn note(variant: &Variant) -> String {
    let depth = format!("{} of {} molecules", variant.alt_fragments, variant.depth);
    let detectable = variant.lod95.and_then(Rate::new).map(|lod| format!("; fraction seen with 95 %: {}", lod.cell())).unwrap_or_default();
    let remark = if variant.note.is_empty() { String::new() } else { format!("; {}", variant.note) };
    format!("{depth}{detectable}{remark}")
}
