//! Every known variant of the knowledge tables whose genes are there.

use crate::knowledge::{KnownEnd5, KnownFusion};
use crate::model::{Gene, Role};
use crate::simulate::event::{SimulatedEvent, WrittenEnd, WrittenInsertion};
use crate::simulate::site::{model, Offset, WrittenSite};

use super::{fusion, plain, Left, PanelRequest};

/// Longer insertions are taken for intron that was kept before the kinase's exon, as reported of EML4-ALK V5b (117 bases of ALK's
/// intron 19; PMID:18927303); shorter ones are random bases.
const LONGEST_RANDOM_BP: u32 = 20;

pub(super) fn events(request: &PanelRequest) -> (Vec<SimulatedEvent>, Vec<Left>) {
    let (mut events, mut left) = (Vec::new(), Vec::new());
    for known in request.knowledge.fusions() {
        if !request.fusions.is_empty() && !request.fusions.contains(&format!("{}::{}", known.gene5, known.gene3)) {
            continue;
        }
        let name = format!("{}::{} {}", known.gene5, known.gene3, known.name);
        match event(known, request) {
            Ok(event) if request.in_dna && is_twin(&event, &events) => {
                left.push((name, "in DNA the same introns as a variant above".to_owned()));
            }
            Ok(event) => events.push(event),
            Err(why) => left.push((name, why)),
        }
    }
    (events, left)
}

/// Variants that differ by splicing alone have one break in DNA.
fn is_twin(event: &SimulatedEvent, events: &[SimulatedEvent]) -> bool {
    events.iter().any(|other| other.ends == event.ends && other.insertion == event.insertion)
}

fn event(known: &KnownFusion, request: &PanelRequest) -> Result<SimulatedEvent, String> {
    let (Some(five), Some(three)) = (known.five, known.three.as_ref()) else {
        return Err("the table has no exons for it".to_owned());
    };
    let gene = |symbol: &str| -> Result<&Gene, String> {
        let gene = request.models.find(symbol).ok_or_else(|| format!("no gene {symbol} here; give a GTF that has it"))?;
        model(gene)?;
        Ok(gene)
    };
    let (gene5, gene3) = (gene(&known.gene5)?, gene(&known.gene3)?);
    let mut insertion = None;
    let mut site3 = WrittenSite::Exon { number: three.number, missing_bp: three.deleted_bp };
    let in_intron = three.deleted_bp == 0 && three.number > 1;
    if known.inserted_bp > LONGEST_RANDOM_BP && in_intron && !request.in_dna {
        site3 = WrittenSite::Intron { after: three.number - 1, offset: Some(Offset::Before(known.inserted_bp)) };
    } else if known.inserted_bp > 0 && !request.in_dna {
        insertion = Some(WrittenInsertion::Random(known.inserted_bp));
    }
    let site5 = match five {
        KnownEnd5::Exon { number, deleted_bp } => WrittenSite::Exon { number, missing_bp: deleted_bp },
        KnownEnd5::Cryptic { after_exon, .. } if request.in_dna => WrittenSite::Exon { number: after_exon, missing_bp: 0 },
        KnownEnd5::Cryptic { after_exon, .. } => cryptic(gene5, five, after_exon, request)?,
    };
    let ends = [WrittenEnd { gene: Some(gene5.symbol.clone()), site: site5 }, WrittenEnd { gene: Some(gene3.symbol.clone()), site: site3 }];
    for (end, (gene, role)) in ends.iter().zip([(gene5, Role::Five), (gene3, Role::Three)]) {
        let place = end.site.boundaries(Some(gene), role, request.in_dna, request.reference.contigs())?;
        if request.reference.base(place.contig, place.start) == b'N' {
            return Err(format!("the FASTA does not have the bases of {}", gene.symbol));
        }
    }
    let [five, three] = ends;
    let mut event = fusion(format!("known{}-{}", known.row, plain(&known.name)), "known", five, three);
    event.insertion = insertion;
    // A break in DNA implies the plain junction; what splicing adds is not in it.
    if !request.in_dna {
        event.exon_junction = known.shorthand.clone().unwrap_or_default();
        event.variant = known.label.clone().unwrap_or_default();
    }
    Ok(event)
}

/// EML4's exon 6b: 33 bases that end at the table's boundary.
fn cryptic(gene: &Gene, end: KnownEnd5, after: u32, request: &PanelRequest) -> Result<WrittenSite, String> {
    /// Length of exon 6b. Source: PMID:18593892.
    const EXON_6B_BP: u32 = 33;
    let boundary = request
        .assembly
        .and_then(|assembly| end.cryptic_boundary(assembly))
        .ok_or("its cryptic exon is known on GRCh37 and GRCh38 only")?;
    let (strand, transcript) = model(gene)?;
    let edge = transcript.splice_edge(after, strand, Role::Five).ok_or_else(|| format!("{} has no exon {after}", gene.symbol))?;
    let to = edge.abs_diff(boundary);
    Ok(WrittenSite::Cryptic { after, from: Offset::Behind(to.saturating_sub(EXON_6B_BP)), to: Offset::Behind(to) })
}
