//! What the true alignment of a read looks like, drawn as SAM.

use crate::genome::{Breakend, ContigId, Interval, Junction, Side, Strand};

use super::align::{Aligner, AlignerStyle};
use super::genome::MemoryGenome;
use super::molecule::{MoleculePiece, SimulatedMolecule};
use super::random::Random;
use super::reads::{CrossingKind, Protocol, Sampler, SequencingErrors, SimulatedLibrary};

fn genome() -> MemoryGenome {
    let mut random = Random::new(5);
    MemoryGenome::new(["a", "b"].map(|name| (name.to_owned(), (0..2_000).map(|_| random.base()).collect())))
}

fn library() -> SimulatedLibrary {
    SimulatedLibrary {
        paired: false,
        read_bp: 100,
        fragment_mean_bp: 100.0,
        fragment_sd_bp: 0.0,
        errors: SequencingErrors::None,
        umi: None,
        duplicate_frac: 0.0,
        protocol: Protocol::default(),
    }
}

fn at(contig: u32, start: u32, end: u32) -> MoleculePiece {
    MoleculePiece::Genomic(Interval { contig: ContigId(contig), start, end }, Strand::Forward)
}

/// Contig, position, CIGAR, SA of the records of a molecule that one read covers whole.
fn lines(pieces: &[MoleculePiece], style: AlignerStyle) -> Vec<String> {
    let genome = genome();
    let molecule = SimulatedMolecule::new("m", pieces, &genome).expect("within the genome");
    let mut sampler = Sampler::new(library(), "t", 1);
    let fragments = sampler.fragments(&molecule, 1);
    let records = Aligner::new(&genome, style).align(&fragments[0]);
    let show = |sam: &str| {
        let fields: Vec<&str> = sam.split('\t').collect();
        let sa = fields.iter().find_map(|field| field.strip_prefix("SA:Z:")).unwrap_or(".").replace(['+', '-'], "*");
        format!("{} {} {} {sa}", fields[2], fields[3], fields[5])
    };
    records.iter().map(|record| show(&record.sam)).collect()
}

#[test]
fn exons_join_to_one_gapped_alignment_in_rna_and_split_in_dna() {
    let exons = [at(0, 100, 160), at(0, 500, 540)];
    assert_eq!(lines(&exons, AlignerStyle::rna()), ["a 101 60M340N40M ."]);
    assert_eq!(lines(&exons, AlignerStyle::dna()), ["a 101 60M40S a,501,*,60S40M,60,0;", "a 501 60H40M a,101,*,60M40S,60,0;"]);
}

#[test]
fn a_short_tail_is_clipped_without_sa() {
    assert_eq!(lines(&[at(0, 100, 190), at(1, 500, 510)], AlignerStyle::dna()), ["a 101 90M10S ."]);
}

#[test]
fn inserted_bases_at_a_junction_belong_to_neither_side() {
    let pieces = [at(0, 100, 160), MoleculePiece::Inserted(b"ACGT".to_vec()), at(1, 500, 536)];
    let expected = ["a 101 60M40S b,501,*,64S36M,255,0;", "b 501 64S36M a,101,*,60M40S,255,0;"];
    assert_eq!(lines(&pieces, AlignerStyle::rna()), expected);
}

#[test]
fn a_small_deletion_and_an_insertion_stay_within_one_alignment() {
    let pieces = [at(0, 100, 150), MoleculePiece::Inserted(b"ACG".to_vec()), at(0, 150, 170), at(0, 180, 207)];
    assert_eq!(lines(&pieces, AlignerStyle::dna()), ["a 101 50M3I20M10D27M ."]);
}

#[test]
fn mates_over_a_translocation_point_at_each_other() {
    let genome = genome();
    let end = |contig, side| Breakend::new(ContigId(contig), 1_000, side);
    let junction = Junction::new(end(0, Side::Lower), end(1, Side::Higher), b"");
    let molecule = SimulatedMolecule::derivative("d", &junction, 500, &genome).expect("within the genome");
    let library = SimulatedLibrary { paired: true, read_bp: 50, fragment_mean_bp: 300.0, ..library() };
    let mut sampler = Sampler::new(library, "t", 2);
    let fragments = sampler.crossing(&molecule, 500, 500, 60, 200);
    assert_eq!(fragments.len(), 200);
    for fragment in &fragments {
        let records = Aligner::new(&genome, AlignerStyle::dna()).align(fragment);
        let fields: Vec<Vec<&str>> = records.iter().map(|record| record.sam.split('\t').collect()).collect();
        // Mates stay 60 bases and more away from the junction on both sides, so none is split.
        assert_eq!(fragment.crosses(500, 500, 60), Some(CrossingKind::Pair));
        assert_eq!(fields.len(), 2);
        assert_eq!((fields[0][2], fields[0][3]), (fields[1][6], fields[1][7]));
        let flags: Vec<u16> = fields.iter().map(|fields| fields[1].parse().expect("a flag")).collect();
        assert!(flags.iter().all(|flag| flag & 0x2 == 0 && flag & 0x1 != 0), "{flags:?}");
        assert_eq!(flags[0] & 0x10 != 0, flags[1] & 0x20 != 0);
    }
}

#[test]
fn the_same_seed_gives_the_same_reads_and_errors_follow_the_qualities() {
    let genome = genome();
    let molecule = SimulatedMolecule::new("m", &[at(0, 0, 2_000)], &genome).expect("within the genome");
    let draw = |seed| {
        let library = SimulatedLibrary { errors: SequencingErrors::ShortRead, ..library() };
        let mut sampler = Sampler::new(library, "t", seed);
        sampler.fragments(&molecule, 500).into_iter().flat_map(|fragment| fragment.reads).collect::<Vec<_>>()
    };
    assert_eq!(draw(3), draw(3));
    assert_ne!(draw(3), draw(4));
    let (mut wrong, mut expected) = (0.0, 0.0);
    for read in draw(3) {
        for ((base, quality), origin) in read.bases.iter().zip(&read.qualities).zip(&read.origins) {
            let origin = origin.expect("short reads have no inserted bases") as usize;
            let truth = molecule.read(origin, origin + 1, read.strand)[0];
            wrong += f64::from(u8::from(*base != truth));
            expected += 10f64.powf(f64::from(*quality) / -10.0);
        }
    }
    assert!((0.7..1.3).contains(&(wrong / expected)), "{wrong} errors, {expected:.1} expected");
}
