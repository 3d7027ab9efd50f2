//! Finds faults in how a file was made, from a sample of its reads: mates of different fragments, read 1 given twice, adapters left in,
//! spliced reads cut into several records.
//!
//! Two FASTQ files that were sorted or filtered apart pair read 1 of one fragment with read 2 of another. Such mates lie anywhere; those
//! that meet by chance in one gene face each other no more often than away:
//!
//! ```text
//!   in step       ------>    <------                      one gene, facing each other
//!   out of step   ------>  . . . . . . . . .  <------     another gene, another chromosome
//!                 <------    ------>                      or one gene, facing away, or on one strand
//! ```
//!
//! A file that holds the reads of a fusion alone has such pairs too, but they join two places and no others, and within one place they
//! are turned one way: the places that are joined most often are left out of account, and wrong pairs within one place count as far as
//! they are turned in every wrong way alike.

use rust_htslib::bam::record::Record;
use rustc_hash::FxHashMap;

use super::cigar::{self, Operation};
use super::read::{clipped_ends, operations, FragmentId};
use crate::sequence::adapter::ADAPTERS;

/// Mates within one gene lie no farther apart: the longest introns have a million bases.
const MAX_APART_BP: i64 = 1_000_000;
/// Bases by which the ends of mates may pass each other: an aligner clips a few more here than there.
const OVERHANG_BP: i64 = 10;
/// Mapping quality from which a read's place is trusted.
const MIN_MAPQ: u8 = 10;
/// Pairs from which a share of them can be told.
const MIN_PAIRS: u64 = 50;
/// Share of pairs whose mates do not belong together from which the file is taken to be out of step. Fixed tissue has up to a fifth of
/// chimeric pairs; files out of step from their first read on have nearly all, from the middle on a half.
const OUT_OF_STEP_FRAC: f64 = 0.3;
/// Share of pairs whose mates are one read from which read 1 was given twice.
const TWIN_FRAC: f64 = 0.3;
/// Pairs of places that are left out: a rearrangement and its reciprocal, or a second rearrangement.
const JOINED_PLACES: usize = 2;
/// Reads from which a share of them can be told.
const MIN_READS: u64 = 50;
/// Share of reads with adapter from which there is a warning: trimmed reads have less than 1 %.
const ADAPTER_TOLD_FRAC: f64 = 0.05;
/// Share from which most fragments are shorter than two reads of them, so that few can show a break.
const ADAPTER_HEAVY_FRAC: f64 = 0.2;
/// Reads cut into several primary records from which a tool has cut the file.
const MIN_CUT_READS: u64 = 5;

/// Bases of an adapter that are compared, one of them may differ: by chance one clipped end in a thousand agrees.
const ADAPTER_BP: usize = 12;
/// The shortest clipped end in which an adapter is looked for.
const MIN_ADAPTER_BP: usize = 10;
/// First bases of an adapter that an aligner may align to the genome by chance.
const TAKEN_BP: usize = 4;

/// Counts of what is wrong, over a sample of the reads.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Faults {
    /// Pairs with both mates aligned, each counted with each mate that was sampled.
    pub pairs: u64,
    /// Of these, pairs whose mates do not belong together; pairs that one rearrangement may explain are left out.
    pub misfits: u64,
    /// Of these, pairs whose mates begin at the same base of the same strand: one read was given twice.
    pub twins: u64,
    /// Reads sampled, aligned or filed beside their mate.
    pub reads: u64,
    /// Of them those that run into an adapter.
    pub adapters: u64,
    /// Reads of which several primary records hold a part each.
    pub cut: u64,
}

fn frac(part: u64, whole: u64, least: u64) -> f64 {
    if whole < least {
        0.0
    } else {
        part as f64 / whole as f64
    }
}

impl Faults {
    /// The share of pairs that do not fit together, where it says that the files were out of step.
    pub fn out_of_step(&self) -> Option<f64> {
        let share = frac(self.misfits, self.pairs, MIN_PAIRS);
        (share >= OUT_OF_STEP_FRAC && self.same_read_twice().is_none()).then_some(share)
    }

    /// The share of pairs whose mates are one read, where it says that one FASTQ was given twice.
    pub fn same_read_twice(&self) -> Option<f64> {
        Some(frac(self.twins, self.pairs, MIN_PAIRS)).filter(|share| *share >= TWIN_FRAC)
    }

    /// The share of reads with adapter, where it is worth a word.
    pub fn adapters_left_in(&self) -> Option<f64> {
        Some(frac(self.adapters, self.reads, MIN_READS)).filter(|share| *share >= ADAPTER_TOLD_FRAC)
    }

    /// The same, where it limits what the sample can show.
    pub fn heavy_adapters(&self) -> Option<f64> {
        self.adapters_left_in().filter(|share| *share >= ADAPTER_HEAVY_FRAC)
    }

    /// Whether a tool has cut spliced reads into several primary records.
    pub fn has_cut_reads(&self) -> bool {
        self.cut >= MIN_CUT_READS
    }

    /// Adds another file of the library. For each fault the worse of the two files counts, because their reads are analysed together.
    pub fn absorb(&mut self, other: Self) {
        let worse = |own: u64, of: u64, its: u64, its_of: u64| frac(its, its_of, 1) > frac(own, of, 1);
        if worse(self.misfits + self.twins, self.pairs, other.misfits + other.twins, other.pairs) {
            (self.pairs, self.misfits, self.twins) = (other.pairs, other.misfits, other.twins);
        }
        if worse(self.adapters, self.reads, other.adapters, other.reads) {
            (self.reads, self.adapters) = (other.reads, other.adapters);
        }
        self.cut = self.cut.max(other.cut);
    }
}

/// Megabases of the genome, by contig and number, that a pair joins, the lower one first.
type Joined = [(i32, i64); 2];

/// Counts the faults of sampled records.
#[derive(Debug, Default)]
pub struct Inspection {
    faults: Faults,
    /// Mates that lie apart, by the places that they join.
    apart: FxHashMap<Joined, u64>,
    /// Mates of one place that face away from each other, and those on one strand or the other.
    turned: [u64; 3],
    parts: FxHashMap<(FragmentId, bool), (u32, u32)>,
    cut: u64,
}

impl Inspection {
    /// Takes a primary record in.
    pub fn add(&mut self, record: &Record) {
        let operations = operations(record);
        self.faults.reads += 1;
        self.faults.adapters += u64::from(runs_into_adapter(record, &operations));
        self.add_part(record, &operations);
        if record.is_paired() && !record.is_mate_unmapped() && record.mtid() >= 0 && record.mapq() >= MIN_MAPQ {
            self.add_pair(record, &operations);
        }
    }

    /// Takes in a read that was not aligned: an adapter in it may be the reason.
    pub fn add_unaligned(&mut self, record: &Record) {
        let bases = record.seq().as_bytes();
        self.faults.reads += 1;
        let found = ADAPTERS.iter().any(|adapter| bases.windows(ADAPTER_BP).any(|window| window == &adapter.bases[..ADAPTER_BP]));
        self.faults.adapters += u64::from(found);
    }

    /// What was found.
    pub fn faults(&self) -> Faults {
        let mut joined: Vec<u64> = self.apart.values().copied().collect();
        joined.sort_unstable_by(|x, y| y.cmp(x));
        let apart: u64 = joined.into_iter().skip(JOINED_PLACES).sum();
        let turned = self.turned.into_iter().min().unwrap_or(0) * self.turned.len() as u64;
        Faults { misfits: apart + turned, cut: self.cut, ..self.faults }
    }

    fn add_pair(&mut self, record: &Record, operations: &[Operation]) {
        let (start, mate) = (record.pos(), record.mpos());
        let end = start + i64::from(cigar::reference_length(operations));
        self.faults.pairs += 1;
        let one_contig = record.tid() == record.mtid();
        let one_strand = record.is_reverse() == record.is_mate_reverse();
        if one_contig && one_strand && start == mate {
            self.faults.twins += 1;
            return;
        }
        // Of the mate only the first base is known: as far as it reaches, it may reach as this read does.
        let mate_end = mate + (end - start);
        let (forward_start, reverse_end) = if record.is_reverse() { (mate, end) } else { (start, mate_end) };
        let facing = !one_strand && forward_start <= reverse_end + OVERHANG_BP;
        if !one_contig || start.abs_diff(mate) > MAX_APART_BP.unsigned_abs() {
            let mut places = [(record.tid(), start / MAX_APART_BP), (record.mtid(), mate / MAX_APART_BP)];
            places.sort_unstable();
            *self.apart.entry(places).or_default() += 1;
        } else if !facing {
            self.turned[usize::from(one_strand) * (1 + usize::from(record.is_reverse()))] += 1;
        }
    }

    /// Notes which bases of its read a record holds; another record that holds others shows that the read was cut.
    fn add_part(&mut self, record: &Record, operations: &[Operation]) {
        let length = |end: Option<&Operation>| end.filter(|op| matches!(op.letter, b'S' | b'H')).map_or(0, |op| op.length);
        let held = (length(operations.first()), cigar::read_length(operations).saturating_sub(length(operations.last())));
        let held = if record.is_reverse() {
            let whole = cigar::read_length(operations);
            (whole.saturating_sub(held.1), whole.saturating_sub(held.0))
        } else {
            held
        };
        let before = *self.parts.entry((FragmentId::of(record.qname()), record.is_last_in_template())).or_insert(held);
        self.cut += u64::from(before.1 <= held.0 || held.1 <= before.0);
    }
}

/// Whether a read goes on into an adapter: by the adapter's bases, or, whatever the adapter, because it goes on where its fragment ends.
fn runs_into_adapter(record: &Record, operations: &[Operation]) -> bool {
    let last = if record.is_reverse() { operations.first() } else { operations.last() };
    let clipped = last.filter(|op| op.letter == b'S').map_or(0, |op| op.length as usize);
    if clipped < MIN_ADAPTER_BP || operations.len() < 2 {
        return false;
    }
    if passes_fragment(record, operations) {
        return true;
    }
    let ends = clipped_ends(record, MIN_ADAPTER_BP as u32);
    // The ends come in the order of the genome.
    let tail = if record.is_reverse() { ends.first() } else { ends.last() };
    tail.is_some_and(|tail| ADAPTERS.iter().any(|adapter| (0..=TAKEN_BP).any(|taken| begins_with(tail, &adapter.bases[taken..]))))
}

/// Whether a clipped end begins with an adapter, but for one base.
fn begins_with(tail: &[u8], adapter: &[u8]) -> bool {
    let compared = tail.len().min(adapter.len()).min(ADAPTER_BP);
    let differ = tail.iter().zip(adapter).take(compared).filter(|(x, y)| x != y).count();
    compared >= MIN_ADAPTER_BP && differ <= 1
}

/// Whether what is aligned of a read ends where its mate begins: the whole fragment was read, and more.
fn passes_fragment(record: &Record, operations: &[Operation]) -> bool {
    const NEAR_BP: u64 = 3;
    let (start, end) = (record.pos(), record.pos() + i64::from(cigar::reference_length(operations)));
    let insert = record.insert_size();
    if !record.is_paired()
        || record.is_mate_unmapped()
        || record.tid() != record.mtid()
        || record.is_reverse() == record.is_mate_reverse()
        || insert == 0
    {
        return false;
    }
    // The fragment as the pair gives it, its lower end known from the mate where this read is the reverse one.
    let (fragment_start, fragment_end) = if record.is_reverse() { (end + insert, end) } else { (start, start + insert) };
    let (own, whole) = if record.is_reverse() { (start, fragment_start) } else { (end, fragment_end) };
    own.abs_diff(whole) <= NEAR_BP
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_htslib::bam::{Header, HeaderView};

    fn inspected(lines: impl IntoIterator<Item = String>) -> Faults {
        let text = b"@SQ\tSN:1\tLN:90000000\n@SQ\tSN:2\tLN:90000000\n@SQ\tSN:3\tLN:90000000\n";
        let header = HeaderView::from_header(&Header::from_template(&HeaderView::from_bytes(text)));
        let mut inspection = Inspection::default();
        for line in lines {
            inspection.add(&Record::from_sam(&header, line.replace(' ', "\t").as_bytes()).expect("the line is SAM"));
        }
        inspection.faults()
    }

    fn bases(count: usize) -> String {
        "ACGTTGCAAGGCTTACCGATGCATTGGCAATC".chars().cycle().take(count).collect()
    }

    /// A read of fifty bases and the place of its mate.
    fn pair(number: u32, flag: u16, (contig, start): (u32, u32), (mate, mate_start): (u32, u32)) -> String {
        let name = if contig == mate { "=".to_owned() } else { mate.to_string() };
        format!("p{number} {flag} {contig} {start} 60 50M {name} {mate_start} 0 {} {}", bases(50), "I".repeat(50))
    }

    /// Reads of five genes of three chromosomes.
    fn gene(number: u32) -> (u32, u32) {
        (number % 3 + 1, 1_000_000 * (number % 5 + 1) + 37 * number)
    }

    #[test]
    fn mates_of_other_fragments_are_told_from_those_in_step() {
        let in_step = (0..200).map(|i| pair(i, 97, gene(i), (gene(i).0, gene(i).1 + 150)));
        assert_eq!(inspected(in_step).out_of_step(), None);
        let shifted = (0..200).map(|i| pair(i, 97, gene(i), gene(i * 7 + 11)));
        assert!(inspected(shifted).out_of_step().is_some_and(|share| share > 0.6));
        let one_gene = (0..200).map(|i| {
            let flags = [65, 97, 113, 81];
            pair(i, flags[i as usize % 4], (1, 5_000 + i * 97 % 2_000), (1, 5_000 + i * 53 % 2_000))
        });
        assert!(inspected(one_gene).out_of_step().is_some_and(|share| share > 0.6), "turned every way");
        let inverted = (0..200).map(|i| pair(i, if i % 2 == 0 { 65 } else { 113 }, (1, 5_000 + i), (1, 7_000 + i)));
        assert_eq!(inspected(inverted).out_of_step(), None, "an inversion turns them two ways");
    }

    #[test]
    fn a_file_of_a_fusions_reads_alone_is_in_step() {
        let fusion =
            (0..200).map(|i| if i % 4 == 0 { pair(i, 65, (1, 2_000 + i), (2, 9_000 + i)) } else { pair(i, 65, (2, 9_000), (1, 2_000)) });
        assert_eq!(inspected(fusion).out_of_step(), None);
        let few = (0..40).map(|i| pair(i, 97, gene(i), gene(i * 7 + 11)));
        assert_eq!(inspected(few).out_of_step(), None, "forty pairs are too few to tell");
    }

    #[test]
    fn one_read_given_twice_is_no_pair() {
        let twice = inspected((0..100).map(|i| pair(i, if i % 2 == 0 { 65 } else { 113 }, gene(i), gene(i))));
        assert!(twice.same_read_twice().is_some() && twice.out_of_step().is_none());
    }

    #[test]
    fn adapters_are_known_by_their_bases_or_by_where_they_begin() {
        let read = |number: u32, flag: u16, cigar: &str, insert: i32, bases: &str| {
            let mate = if flag & 1 == 0 { "* 0".to_owned() } else { "= 1000".to_owned() };
            format!("a{number} {flag} 1 1000 60 {cigar} {mate} {insert} {bases} {}", "I".repeat(bases.len()))
        };
        let share = |line: &dyn Fn(u32) -> String| inspected((0..60).map(line)).adapters_left_in();
        let known = bases(30) + "GATCGGAAGAGCACACGTCTGAA";
        assert_eq!(share(&|i| read(i, 0, "30M23S", 0, &known)), Some(1.0));
        let reverse = "TTCAGACGTGTGCTCTTCCGATCT".to_owned() + &bases(30);
        assert_eq!(share(&|i| read(i, 16, "24S30M", 0, &reverse)), Some(1.0));
        let other = bases(30) + &bases(20);
        assert_eq!(share(&|i| read(i, 99, "30M20S", 30, &other)), Some(1.0), "whatever the adapter");
        assert_eq!(share(&|i| read(i, 99, "30M20S", 220, &other)), None);
        assert_eq!(share(&|i| read(i, 0, "30M20S", 0, &(bases(30) + &"G".repeat(20)))), None);
    }

    #[test]
    fn a_read_in_several_primary_records_was_cut() {
        let parts = |name: u32, second: &str| {
            let part = |cigar: &str, start: u32, length: usize| {
                format!("c{name} 0 1 {start} 60 {cigar} * 0 0 {} {}", bases(length), "I".repeat(length))
            };
            [part("30M20H", 1_000, 30), part(second, 5_000, 20)]
        };
        assert!(inspected((0..10).flat_map(|i| parts(i, "30H20M"))).has_cut_reads());
        assert!(!inspected((0..10).flat_map(|i| parts(i, "20M30H"))).has_cut_reads(), "the same bases twice are two places of one part");
    }
}
