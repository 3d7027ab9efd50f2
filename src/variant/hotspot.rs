//! Mutations of other genes by which a tumour evades the drug: the hot spots that the clinical guides name, called as the kinase
//! domains are.
//!
//! Their codons come from the gene models; the table (`knowledge/tables/hotspots.tsv`) has the residue that must be there and what
//! sources say. Without a FASTA or MD tags the codon that nearly all reads show stands in, if it codes for that residue.

use crate::error::Result;
use crate::knowledge::resistance::ResistanceSite;
use crate::knowledge::Knowledge;
use crate::model::index::GeneModels;
use crate::reference::Window;

use super::domain::{self, Domain};
use super::splice::EXON;
use super::{Variant, VariantFlag, VariantStatus};

/// Codons beside a hot spot that are read with it: an indel is named by what lies around it.
const MARGIN: u32 = 8;

/// The rows of bases around the hot spots; neighbouring ones share a row.
///
/// # Errors
/// When the FASTA cannot be read.
pub fn rows<'a>(knowledge: &'a Knowledge, models: &GeneModels, mut reference: Option<&mut Window>) -> Result<Vec<Domain<'a>>> {
    let mut list = Vec::new();
    let sites = knowledge.hotspots();
    for group in sites.chunk_by(|x, y| x.gene == y.gene && y.codon - x.codon <= 2 * MARGIN) {
        let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
        let from = first.codon.saturating_sub(MARGIN).max(1);
        let Some(mut row) = domain::stretch(models, &first.gene, from, last.codon + MARGIN, reference.as_deref_mut())? else { continue };
        row.known = group.iter().collect::<Vec<&ResistanceSite>>();
        row.check();
        list.push(row);
    }
    Ok(list)
}

/// What a hot spot's codon shows, for the tables: a site without a call has one line, whatever changes are listed for it.
#[derive(Debug, Clone)]
pub struct Hotspot {
    /// `KRAS G12`.
    pub name: String,
    /// The called changes, or one entry without a call.
    pub variants: Vec<Variant>,
    /// All listed changes that were looked for and are not called.
    pub seen: Vec<Variant>,
}

/// Sums the lines of a row up by codon; indels count for the codon before which they are listed.
pub fn summed(row: &Domain<'_>, variants: &[Variant]) -> Vec<Hotspot> {
    let mut spots: Vec<Hotspot> = Vec::new();
    if row.exon.is_some() {
        spots.push(exon_14(variants.to_vec()));
    }
    for site in &row.known {
        let name = format!("{} {}{}", row.gene, char::from(site.ref_aa), site.codon);
        let own = || variants.iter().filter(|variant| variant.codon == site.codon);
        let seen = own().filter(|variant| variant.status == VariantStatus::NotSeen).cloned().collect();
        let mut called: Vec<Variant> = own().filter(|variant| variant.status == VariantStatus::Called).cloned().collect();
        if called.is_empty() {
            called.extend(
                own()
                    .max_by(|x, y| (x.held_back, x.lod95).partial_cmp(&(y.held_back, y.lod95)).unwrap_or(std::cmp::Ordering::Equal))
                    .cloned(),
            );
        }
        spots.push(Hotspot { name, variants: called, seen });
    }
    if row.exon.is_some() {
        return spots;
    }
    let beside = variants.iter().filter(|variant| variant.status == VariantStatus::Called && row.site(variant.codon).is_none());
    // Deletions in frame are what the exon is looked at for; a substitution beside a hot spot is listed as what it is.
    for variant in beside {
        let mut variant = variant.clone();
        if !["del", "ins", "dup"].iter().any(|kind| variant.hgvs_p.contains(kind)) {
            let note = [variant.note.as_str(), "beside a hot spot; no source of the tables speaks of it"].join(" ");
            note.trim_start().clone_into(&mut variant.note);
        }
        spots.push(Hotspot { name: format!("{} {}", row.gene, variant.hgvs_p), variants: vec![variant], seen: Vec::new() });
    }
    spots
}

/// The lines of exon 14 of MET.
pub fn exon_14(variants: Vec<Variant>) -> Hotspot {
    Hotspot { name: format!("{} exon {}", EXON.0, EXON.1), variants, seen: Vec::new() }
}

/// Whether a call passes: the reads' codon may stand in for the reference, its residue was checked.
pub fn passes(variant: &Variant) -> bool {
    variant.flags.iter().all(|flag| *flag == VariantFlag::NoReference)
}
