//! The three samples.

use std::error::Error;
use std::path::Path;

use kinfuse::genome::{Breakend, Interval, Junction, Side};
use kinfuse::model::{Gene, Role};
use kinfuse::simulate::truth::{TrueFragments, TruthRow};
use kinfuse::simulate::{
    bam, Aligner, AlignerStyle, MoleculePiece, Random, Sampler, SimulatedFragment, SimulatedLibrary, SimulatedMolecule, Substitution,
};

use super::genome::MadeUpGenome;

type Made<T> = Result<T, Box<dyn Error>>;

/// A fragment counts in the truth with this many bases on both sides (RNA, DNA).
const ANCHOR_BP: (usize, usize) = (10, 15);

fn library(read_bp: u32, fragment_mean_bp: f64, fragment_sd_bp: f64, duplicate_frac: f64) -> SimulatedLibrary {
    SimulatedLibrary { duplicate_frac, ..SimulatedLibrary::short_reads(read_bp, fragment_mean_bp, fragment_sd_bp) }
}

fn write(made: &MadeUpGenome, path: &Path, sample: &str, style: AlignerStyle, fragments: &[SimulatedFragment]) -> Made<()> {
    let aligner = Aligner::new(&made.reference, style);
    let records = fragments.iter().flat_map(|fragment| aligner.align(fragment)).collect();
    Ok(bam::write(path, &made.reference, sample, "kinfuse-simulate", records)?)
}

fn wild_type(made: &MadeUpGenome) -> Made<Vec<SimulatedMolecule>> {
    Ok(made.genes.values().map(|gene| SimulatedMolecule::transcript(gene, &made.reference)).collect::<Result<_, _>>()?)
}

/// `chrom:pos:strand` of the base that a gene keeps next to a junction.
fn position(made: &MadeUpGenome, gene: &Gene, base: u32) -> String {
    let strand = gene.strand.map_or('.', kinfuse::genome::Strand::symbol);
    format!("{}:{base}:{strand}", made.reference.contigs().name(gene.contig()))
}

/// The breakend of a gene in a role, at a boundary.
fn breakend(gene: &Gene, role: Role, boundary: u32) -> Made<Breakend> {
    let strand = gene.strand.ok_or("a gene without strand")?;
    Ok(Breakend::new(gene.contig(), boundary, role.side(strand)))
}

/// The breakend at the edge of an exon that a splice uses.
fn exon_edge(gene: &Gene, role: Role, exon: u32) -> Made<Breakend> {
    let strand = gene.strand.ok_or("a gene without strand")?;
    let edge = gene.transcript.as_ref().and_then(|transcript| transcript.splice_edge(exon, strand, role)).ok_or("no such exon")?;
    breakend(gene, role, edge)
}

/// RNA with `EML4::ALK` E13;A20 (V1) on a background of unfused transcripts.
pub fn rna(made: &MadeUpGenome, path: &Path) -> Made<Vec<TruthRow>> {
    let (eml4, alk) = (made.gene("EML4")?, made.gene("ALK")?);
    let fused = SimulatedMolecule::fusion_transcript((eml4, 13), b"", (alk, 20), &made.reference)?;
    let wild_type = wild_type(made)?;
    let mut sampler = Sampler::new(library(100, 220.0, 40.0, 0.05), "rna", 1);
    let mut fragments = sampler.fragments(&fused, 300);
    for molecule in &wild_type {
        fragments.extend(sampler.fragments(molecule, if molecule.name() == "ALK" { 150 } else { 350 }));
    }
    write(made, path, "rna", AlignerStyle::rna(), &fragments)?;
    let at = fused.piece_starts()[13];
    let mine = fragments.iter().filter(|fragment| fragment.molecule.name() == fused.name());
    Ok(vec![TruthRow {
        sample: "rna".to_owned(),
        kind: "fusion",
        name: fused.name().to_owned(),
        breakpoint5: position(made, eml4, exon_edge(eml4, Role::Five, 13)?.kept_base()),
        breakpoint3: position(made, alk, exon_edge(alk, Role::Three, 20)?.kept_base()),
        exon_junction: "E13;A20".to_owned(),
        variant: "V1".to_owned(),
        seen: TrueFragments::crossing(mine, at, at, ANCHOR_BP.0),
        against: None,
        against_at_partner: None,
    }])
}

/// DNA with a translocation CD74 intron 6 x ROS1 intron 33 (C6;R34) in one chromosome of five, and ROS1 G2032R on about half of the
/// rearranged ones.
pub fn dna(made: &MadeUpGenome, path: &Path) -> Made<Vec<TruthRow>> {
    let (cd74, ros1) = (made.gene("CD74")?, made.gene("ROS1")?);
    let in_intron = |gene, role, exon, into: i64| Made::Ok(exon_edge(gene, role, exon)?.extended(into));
    // 120 bases into intron 6 behind exon 6; 130 bases before exon 34.
    let (five, three) = (in_intron(cd74, Role::Five, 6, 120)?, in_intron(ros1, Role::Three, 34, 130)?);
    let junction = Junction::new(five, three, b"");
    let mutated = Substitution::of_codon(ros1, 2032, *b"AGA")?;
    let kinase_end = exon_edge(ros1, Role::Three, 42)?;
    let reach = |break_end: Breakend, inward: u32, outward: u32| {
        let (low, high) = if break_end.side == Side::Lower { (inward, outward) } else { (outward, inward) };
        Interval { contig: break_end.contig, start: break_end.boundary - low, end: break_end.boundary + high }
    };
    let kinase_bp = kinase_end.boundary.abs_diff(three.boundary);
    let targets = [(cd74, reach(five, 700, 700), 240.0), (ros1, reach(three, kinase_bp, 700), 240.0)];
    let mut molecules = Vec::new();
    for (gene, interval, depth) in targets {
        molecules.push((SimulatedMolecule::stretch(gene.symbol.clone(), interval, &made.reference)?, depth));
    }
    // The other kinases at the depth of bases next to a target.
    for symbol in ["ALK", "NTRK1", "NTRK3"] {
        let gene = made.gene(symbol)?;
        let first = exon_edge(gene, Role::Three, if symbol == "ALK" { 19 } else { 13 })?;
        molecules.push((SimulatedMolecule::stretch(symbol, reach(first, 2_000, 300), &made.reference)?, 15.0));
    }
    let derivative = rearranged(made, &junction, [700, kinase_bp])?;
    molecules.push((derivative.clone(), 26.0));
    molecules.push((derivative.with_substitutions(&mutated), 34.0));

    let mut sampler = Sampler::new(library(150, 280.0, 50.0, 0.1), "dna", 2);
    let mut fragments = Vec::new();
    for (molecule, depth) in &molecules {
        fragments.extend(sampler.to_depth(molecule, *depth));
    }
    write(made, path, "dna", AlignerStyle::dna(), &fragments)?;

    let is_fused = |fragment: &&SimulatedFragment| fragment.molecule.name() == "CD74::ROS1";
    let at = molecules[5].0.piece_starts()[1];
    let wild_type = &molecules[1].0;
    let offset = wild_type.offset_of(three.contig, three.kept_base() - 1).ok_or("the break lies in the stretch")?;
    let kept = TrueFragments::crossing(fragments.iter().filter(|fragment| fragment.molecule.name() == "ROS1"), offset, offset, ANCHOR_BP.1);
    let fusion = TruthRow {
        sample: "dna".to_owned(),
        kind: "fusion",
        name: "CD74::ROS1".to_owned(),
        breakpoint5: position(made, cd74, five.kept_base()),
        breakpoint3: position(made, ros1, three.kept_base()),
        exon_junction: "C6;R34".to_owned(),
        variant: String::new(),
        seen: TrueFragments::crossing(fragments.iter().filter(is_fused), at, at, ANCHOR_BP.1),
        against: Some(kept.fragments()),
        against_at_partner: None,
    };
    let site = mutated.iter().map(|new| new.position).min().ok_or("a codon has bases")?;
    let mut shown = [TrueFragments::default(); 2];
    for fragment in fragments.iter().filter(|fragment| !fragment.duplicate) {
        let Some(offset) = fragment.molecule.offset_of(ros1.contig(), mutated[0].position) else { continue };
        let covered = fragment.reads.iter().any(|read| read.origins.contains(&Some(offset as u32)));
        if covered {
            let strand = usize::from(fragment.molecule.place(offset).map(|place| place.strand) != ros1.strand);
            let base = fragment.molecule.bases()[offset];
            let is_mutated = base == [b'A', b'T'][strand];
            shown[usize::from(!is_mutated)].split += 1;
        }
    }
    let mutation = TruthRow {
        sample: "dna".to_owned(),
        kind: "mutation",
        name: "ROS1 p.G2032R".to_owned(),
        breakpoint5: position(made, ros1, site + 1),
        breakpoint3: String::new(),
        exon_junction: String::new(),
        variant: String::new(),
        seen: shown[0],
        against: Some(shown[1].fragments()),
        against_at_partner: None,
    };
    Ok(vec![fusion, mutation])
}

/// The rearranged chromosome with its own flank on either side (5' partner's, kinase's), read from the 5' partner.
fn rearranged(made: &MadeUpGenome, junction: &Junction, flanks_bp: [u32; 2]) -> Made<SimulatedMolecule> {
    let longest = flanks_bp[0].max(flanks_bp[1]);
    let whole = SimulatedMolecule::derivative("whole", junction, longest, &made.reference)?;
    let at = longest as usize;
    // Canonical order puts the contig of CD74 (chr5) before that of ROS1 (chr6).
    let pieces: Vec<MoleculePiece> = [(at - flanks_bp[0] as usize, at), (at, at + flanks_bp[1] as usize)]
        .into_iter()
        .filter_map(|(from, to)| {
            let (first, last) = (whole.place(from)?, whole.place(to - 1)?);
            let (low, high) = (first.position.min(last.position), first.position.max(last.position));
            Some(MoleculePiece::Genomic(Interval { contig: first.contig, start: low, end: high + 1 }, first.strand))
        })
        .collect();
    Ok(SimulatedMolecule::new("CD74::ROS1", &pieces, &made.reference)?)
}

/// RNA without a fusion: unfused transcripts and 30 random chimeras, one fragment each, as template switches make them (off
/// exon edges, between any two transcripts).
pub fn negative(made: &MadeUpGenome, path: &Path) -> Made<()> {
    let wild_type = wild_type(made)?;
    let mut random = Random::new(33);
    let mut chimeras = Vec::new();
    while chimeras.len() < 30 {
        let (x, y) = (random.below(wild_type.len()), random.below(wild_type.len()));
        if x == y {
            continue;
        }
        let half = |random: &mut Random, molecule: &SimulatedMolecule| {
            let start = random.below(molecule.length_bp() - 120);
            stretch_pieces(molecule, start, start + 110)
        };
        let pieces = [half(&mut random, &wild_type[x]), half(&mut random, &wild_type[y])].concat();
        chimeras.push(SimulatedMolecule::new(format!("chimera{}", chimeras.len() + 1), &pieces, &made.reference)?);
    }
    let mut sampler = Sampler::new(library(100, 220.0, 40.0, 0.05), "negative", 3);
    let mut fragments = Vec::new();
    for molecule in &wild_type {
        fragments.extend(sampler.fragments(molecule, 350));
    }
    for chimera in &chimeras {
        fragments.extend(sampler.crossing(chimera, 110, 110, 25, 1));
    }
    write(made, path, "negative", AlignerStyle::rna(), &fragments)
}

/// The pieces of the genome behind a stretch of a molecule.
fn stretch_pieces(molecule: &SimulatedMolecule, start: usize, end: usize) -> Vec<MoleculePiece> {
    let mut pieces: Vec<MoleculePiece> = Vec::new();
    for place in (start..end).filter_map(|offset| molecule.place(offset)) {
        match pieces.last_mut() {
            Some(MoleculePiece::Genomic(interval, strand)) if *strand == place.strand && interval.end == place.position => {
                interval.end += 1;
            }
            Some(MoleculePiece::Genomic(interval, strand)) if *strand == place.strand && interval.start == place.position + 1 => {
                interval.start -= 1;
            }
            _ => {
                pieces.push(MoleculePiece::Genomic(
                    Interval { contig: place.contig, start: place.position, end: place.position + 1 },
                    place.strand,
                ));
            }
        }
    }
    pieces
}
