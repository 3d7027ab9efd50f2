//! A model of artefacts at the ends of reads ("dirt"): how likely bases are that come from no genome. It gives how much information a
//! stretch of bases carries.
//!
//! Behind the part of a read that aligns there may be a partner's bases, or dirt: bases at random (errors, scraps of other molecules),
//! a run of one base or a short repeat (two-colour sequencers write G where a cluster has no signal; poly-A; slipped repeats), or an
//! adapter. One model gives the probability of bases under all of these, and switches between them may come anywhere:
//!
//! ```text
//!   ....aligned|AAAAAAAAAAAAGGGGGGGGGGGGGGG    runs, one after the other: nearly certain, so they tell little
//!   ....aligned|ACAGATCGGAAGAGCACACGTCTG        two random bases, then adapter
//!   ....aligned|AAAAAAAACGTTAGCATCGGATTCAG      a run of eight, then ordinary sequence: it tells as much as eighteen bases
//! ```
//!
//! A tenth of the human genome are copies of one sequence, Alu; reads that an aligner could not place have as many of it, and exons that
//! begin within one fit them all. It is known like an adapter, begun anywhere and with the differences that copies have.
//!
//! `-ln P` is what the bases tell, in nats; divided by ln 4 it is the number of random bases that would tell as much.

use std::f64::consts::LN_2;
use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::adapter::ADAPTERS;
use super::reverse_complement;

/// Natural logarithm of 4: what one random base tells.
pub const NATS_PER_BASE: f64 = 2.0 * LN_2;

/// Periods of the repeats that are known, in bases, from runs of one base to repeats of six (those called microsatellites).
const PERIODS: usize = 6;
/// A repeated base is the one before it with this probability. Runs of G of two-colour machines have about 2 % other bases.
const REPEATED: f64 = 0.97;
/// Else it is one of three others.
const OTHERWISE: f64 = (1.0 - REPEATED) / 3.0;
/// A base of an adapter is read wrongly so often.
const ADAPTER_ERROR: f64 = 0.01;
/// What a read ends in changes from one kind to another so often for each base.
const SWITCH: f64 = 0.01;
/// The same within the first bases, as aligners cut a read some bases before or behind where its dirt begins.
const EARLY_SWITCH: f64 = 0.1;

/// First bases of an adapter that an aligner may align to the genome by chance, or genome bases that it may leave clipped before it.
const MAX_SHIFT_BP: usize = 4;
/// The consensus of the youngest large family of Alu repeats, `AluY`, without its poly(A) end (Batzer et al., Journal of Molecular Evolution
/// 1996; 42:3-6).
const ALU: &[u8] = b"GGCCGGGCGCGGTGGCTCACGCCTGTAATCCCAGCACTTTGGGAGGCCGAGGCGGGCGGATCACGAGGTCAGGAGATCGAGACCATCCCGGCTAAAACGGTGAAACCCCGTC\
    TCTACTAAAAATACAAAAAATTAGCCGGGCGTGGTGGCGGGCGCCTGTAGTCCCAGCTACTCGGGAGGCTGAGGCAGGAGAATGGCGTGAACCCGGGAGGCGGAGCTTGCAGTGAGCCGAGAT\
    CGCGCCACTGCACTCCAGCCTGGGCGACAGAGCGAGACTCCGTCTC";
/// Copies of it differ in about one base of ten (the older families; International Human Genome Sequencing Consortium, Nature 2001; 409:860).
const ALU_ERROR: f64 = 0.1;
/// The share of what reads end in that is Alu: what it has of the genome.
const ALU_FRAC: f64 = 0.1;
/// So many bases of it in a row show where to look.
const ALU_WORD_BP: usize = 8;

/// Both strands of the repeat and, for each word, where it begins on them.
struct Alu {
    strands: [Vec<u8>; 2],
    words: FxHashMap<Vec<u8>, Vec<(usize, usize)>>,
}

fn alu() -> &'static Alu {
    static KNOWN: OnceLock<Alu> = OnceLock::new();
    KNOWN.get_or_init(|| {
        let strands = [ALU.to_vec(), reverse_complement(ALU)];
        let mut words: FxHashMap<Vec<u8>, Vec<(usize, usize)>> = FxHashMap::default();
        for (strand, bases) in strands.iter().enumerate() {
            for (at, word) in bases.windows(ALU_WORD_BP).enumerate() {
                words.entry(word.to_vec()).or_default().push((strand, at));
            }
        }
        Alu { strands, words }
    })
}

/// A path through an adapter with less than this share of the probability is given up.
const NEGLIGIBLE: f64 = 1e-7;

/// The shares of what a read may end in; they add up to 1.
#[derive(Debug, Clone, Copy)]
pub struct Shares {
    random: f64,
    run: f64,
    repeat: f64,
    adapter: f64,
}

impl Shares {
    /// All kinds. The shares are a judgement: libraries have between 5 and 50 % of such ends as runs, repeats and adapter.
    pub const ALL: Self = Self { random: 0.6, run: 0.2, repeat: 0.1, adapter: 0.1 };
    /// Runs, repeats and adapter alone: what a read that crosses a junction may end in without being another molecule.
    pub const NO_RANDOM: Self = Self { random: 0.0, run: 0.5, repeat: 0.25, adapter: 0.25 };

    /// The probability of beginning within an Alu; beside the others, as what is like it is so by chance too. A read that crosses a
    /// junction does not end in one without being another molecule.
    fn alu(self) -> f64 {
        if self.random > 0.0 {
            ALU_FRAC
        } else {
            0.0
        }
    }

    /// The probability of beginning with a repeat of this period.
    fn of_period(self, period: usize) -> f64 {
        if period == 1 {
            self.run
        } else {
            self.repeat / (PERIODS - 1) as f64
        }
    }
}

/// A place within an adapter or the repeat with the probability of being there.
struct Within {
    known: &'static [u8],
    /// What may follow it.
    behind: &'static [&'static [u8]],
    next: usize,
    /// A base of it is another so often.
    error: f64,
    probability: f64,
}

impl Within {
    fn adapter(known: &'static [u8], behind: &'static [&'static [u8]], next: usize, probability: f64) -> Self {
        Self { known, behind, next, error: ADAPTER_ERROR, probability }
    }

    /// The probability of the next base. An index is the library's: whatever its bases are, all reads have them.
    fn of(&self, base: u8) -> f64 {
        match self.known[self.next] {
            b'N' => 1.0,
            there if there == base => 1.0 - self.error,
            _ => self.error / 3.0,
        }
    }

    /// The paths that go on behind its end.
    fn onwards(&self) -> impl Iterator<Item = Self> + '_ {
        let each = self.probability / self.behind.len().max(1) as f64;
        self.behind.iter().map(move |next| Self::adapter(next, &[], 0, each))
    }
}

/// The first bases of all adapters, up to as many as an aligner may take, entered with this probability in all.
fn adapter_places(most: usize, probability: f64) -> impl Iterator<Item = Within> {
    let each = probability / (ADAPTERS.len() * (most + 1)) as f64;
    ADAPTERS.iter().flat_map(move |adapter| (0..=most).map(move |next| Within::adapter(adapter.bases, adapter.behind, next, each)))
}

/// The places of the repeat that the next bases fit, entered with this probability in all.
fn alu_places(ahead: &[u8], probability: f64) -> impl Iterator<Item = Within> {
    let alu = alu();
    let places = ahead.get(..ALU_WORD_BP).and_then(|word| alu.words.get(word));
    let each = probability / (2 * ALU.len()) as f64;
    places.into_iter().flatten().map(move |&(strand, next)| Within {
        known: &alu.strands[strand],
        behind: &[],
        next,
        error: ALU_ERROR,
        probability: each,
    })
}

/// The natural logarithms of the probability of the first 0, 1, 2 ... of the bases. `before` are the bases in front of them, which a
/// repeat may go on with. Unknown bases tell nothing.
pub fn ln_probabilities(bases: &[u8], before: &[u8], shares: Shares) -> Vec<f64> {
    let known = |base: u8| matches!(base, b'A' | b'C' | b'G' | b'T');
    let at = |index: usize, back: usize| match index.checked_sub(back) {
        Some(place) => bases.get(place),
        None => before.len().checked_sub(back - index).and_then(|place| before.get(place)),
    };
    let mut random = shares.random;
    let mut repeats: [f64; PERIODS] = std::array::from_fn(|slot| shares.of_period(slot + 1));
    let mut adapters: Vec<Within> = adapter_places(MAX_SHIFT_BP, shares.adapter).collect();
    adapters.extend(alu_places(bases, shares.alu()));
    let mut ln_sum = 0.0;
    let mut list = vec![0.0];
    for (index, &base) in bases.iter().enumerate() {
        if !known(base) {
            for path in &mut adapters {
                path.next += 1;
            }
            adapters.retain(|path| path.next < path.known.len());
            list.push(ln_sum);
            continue;
        }
        random *= 0.25;
        for (slot, probability) in repeats.iter_mut().enumerate() {
            *probability *= match at(index, slot + 1).filter(|&&base| known(base)) {
                Some(&copied) if copied == base => REPEATED,
                Some(_) => OTHERWISE,
                None => 0.25,
            };
        }
        for path in &mut adapters {
            path.probability *= path.of(base);
            path.next += 1;
        }
        let sum = random + repeats.iter().sum::<f64>() + adapters.iter().map(|path| path.probability).sum::<f64>();
        ln_sum += sum.ln();
        list.push(ln_sum);
        // Behind an adapter comes its index; what ends here else may go on as anything, and so does a path that is given up.
        let (mut ended, mut onwards) = (0.0, Vec::new());
        adapters.retain(|path| {
            let is_left = path.probability > NEGLIGIBLE * sum;
            if is_left && path.next < path.known.len() {
                return true;
            }
            if is_left && !path.behind.is_empty() {
                onwards.extend(path.onwards());
            } else {
                ended += path.probability / sum;
            }
            false
        });
        adapters.extend(onwards);
        let switch = if index < MAX_SHIFT_BP { EARLY_SWITCH } else { SWITCH };
        let goes_on = (1.0 - switch) / sum;
        let anew = switch + (1.0 - switch) * ended;
        random = random * goes_on + anew * shares.random;
        for (slot, probability) in repeats.iter_mut().enumerate() {
            *probability = *probability * goes_on + anew * shares.of_period(slot + 1);
        }
        for path in &mut adapters {
            path.probability *= goes_on;
        }
        adapters.extend(adapter_places(0, anew * shares.adapter));
        adapters.extend(alu_places(&bases[index + 1..], anew * shares.alu()));
    }
    list
}

/// What the bases tell, in nats: how unlikely they are as the dirty end of a read.
pub fn information_nats(bases: &[u8]) -> f64 {
    -ln_probabilities(bases, b"", Shares::ALL).last().copied().unwrap_or(0.0)
}

/// The number of random bases that tell as much as these.
pub fn telling_bp(bases: &[u8]) -> f64 {
    information_nats(bases) / NATS_PER_BASE
}

/// First bases of an adapter by which it is looked for.
const ADAPTER_WORD_BP: usize = 6;
/// How much likelier bases must be as a run, a repeat or adapter than as others, in nats, for a read to end in dirt there: it does so once in
/// a hundred bases, and of a hundred such ends one may be none.
const ENDS_IN_DIRT_NATS: f64 = 9.2;

/// The number of first bases of a read's end before the run, repeat or adapter in which it ends; all of them where it ends in none.
pub fn clean_bp(bases: &[u8]) -> usize {
    let begins_adapter = |at: &usize| ADAPTERS.iter().any(|adapter| bases[*at..].starts_with(&adapter.bases[..ADAPTER_WORD_BP]));
    let repeats = (1..=PERIODS).map(|period| {
        let unlike = (period..bases.len()).rev().find(|&at| bases[at] != bases[at - period]);
        unlike.map_or(0, |at| at + 1 - period)
    });
    let mut begins: Vec<usize> = (0..bases.len()).filter(begins_adapter).chain(repeats.filter(|at| *at < bases.len())).collect();
    begins.sort_unstable();
    begins.dedup();
    let is_dirt = |at: &usize| {
        let rest = &bases[*at..];
        let as_dirt = ln_probabilities(rest, &bases[..*at], Shares::NO_RANDOM).last().copied().unwrap_or(0.0);
        as_dirt + rest.len() as f64 * NATS_PER_BASE >= ENDS_IN_DIRT_NATS
    };
    begins.into_iter().find(is_dirt).unwrap_or(bases.len())
}

/// A tail that tells no more than so many random bases, though it is longer, has no place of its own: few places of the genome are told
/// apart by fewer.
const MIN_TELLING_BP: f64 = 16.0;
/// The same for shorter ones, as a share of their bases.
const MIN_TELLING_FRAC: f64 = 0.5;
/// Fewest bases of which this is asked.
const MIN_JUDGED_BP: usize = 12;
/// First bases that are looked at before all are: ordinary ones tell enough.
const ENOUGH_BP: usize = 24;

/// Whether bases have no place of their own, wherever an aligner put them: runs, a repeat, or adapter.
pub fn is_simple(bases: &[u8]) -> bool {
    let least = MIN_TELLING_BP.min(MIN_TELLING_FRAC * bases.len() as f64);
    // More bases never carry less information, and for most tails the first bases are enough.
    let tells_less = |bases: &[u8]| telling_bp(bases) < least;
    bases.len() >= MIN_JUDGED_BP && tells_less(&bases[..bases.len().min(ENOUGH_BP)]) && tells_less(bases)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sequence::random_bases;
    use proptest::prelude::*;

    #[test]
    fn the_probabilities_of_all_bases_of_a_length_add_up_to_one() {
        let all = |length: u32| -> f64 {
            (0..4u32.pow(length))
                .map(|number| {
                    let bases: Vec<u8> = (0..length).map(|at| b"ACGT"[(number >> (2 * at) & 3) as usize]).collect();
                    ln_probabilities(&bases, b"ACG", Shares::ALL).last().expect("one more than bases").exp()
                })
                .sum()
        };
        for length in 1..6 {
            assert!((all(length) - 1.0).abs() < 1e-6, "{length} bases: {}", all(length));
        }
    }

    #[test]
    fn runs_repeats_and_adapters_of_any_length_tell_no_more_than_a_few_bases() {
        for unit in ["A", "G", "GT", "CAG", "TTAGGG"] {
            let repeat: Vec<u8> = unit.bytes().cycle().take(60).collect();
            assert!(telling_bp(&repeat) < 11.0, "{unit}: {}", telling_bp(&repeat));
        }
        let runs = [vec![b'A'; 25], vec![b'G'; 25]].concat();
        assert!(telling_bp(&runs) < 9.0, "{}", telling_bp(&runs));
        let adapter = b"ACAGATCGGAAGAGCACACGTCTGAACTCCAGTCACAAAAAAAAAAGGGGGGGGGGGG";
        assert!(telling_bp(adapter) < 17.0, "{}", telling_bp(adapter));
        for other in ADAPTERS {
            assert!(telling_bp(other.bases) < 8.0, "{}: {}", other.name, telling_bp(other.bases));
        }
        assert!(telling_bp(b"TCGGAAGAGCGTCGTGTAGGGAAAGAG") < 8.0, "the aligner took its first bases");
    }

    #[test]
    fn a_read_is_clean_up_to_the_adapter_or_run_in_which_it_ends() {
        let gene = crate::sequence::random_bases(5, 20);
        let clean = |rest: &[u8]| clean_bp(&[&gene, rest].concat());
        assert_eq!((clean(b""), clean(&[b'G'; 20]), clean(b"AGATCGGAAGAGCACACGTC"), clean(b"CACACACACACACACA")), (20, 20, 20, 20));
        assert_eq!(clean(b"AGATCGGAAGAGCACACGTCTGAACTCCAGTCACTTAGGCATCTCGTATGCCGTC"), 20, "with its index");
        assert_eq!(clean(&crate::sequence::random_bases(9, 20)), 40);
        assert_eq!((clean(b"AAAAA"), clean(b"AGATCGGA")), (25, 28), "a gene has as much by chance");
    }

    #[test]
    fn an_adapter_with_index_and_flow_cell_tells_no_more_than_without() {
        let reads: [&[u8]; 4] = [
            b"AGATCGGAAGAGCACACGTCTGAACTCCAGTCACTTAGGCATCTCGTATGCCGTCTTCTGCTTGAAAAAAAAAA",
            b"AGATCGGAAGAGCACACGTCTGAACTCCAGTCACTTAGGCATATCTCGTATGCCGTCTTCTGCTTG",
            b"AGATCGGAAGAGCGTCGTGTAGGGAAAGAGTGTAGATCTCGGTGGTCGCCGTATCATT",
            b"CTGTCTCTTATACACATCTGACGCTGCCGACGACCTTAGGCGTGTAGATCTCGGTGGTCGCCGTATCATT",
        ];
        for read in reads {
            assert!(is_simple(read), "{}: {}", String::from_utf8_lossy(read), telling_bp(read));
        }
    }

    #[test]
    fn copies_of_alu_tell_less_than_other_bases_and_what_follows_them_tells_all() {
        let mut copy = ALU[40..120].to_vec();
        for at in [13, 30, 44, 61, 70] {
            copy[at] = if copy[at] == b'A' { b'G' } else { b'A' };
        }
        for bases in [copy.clone(), reverse_complement(&copy)] {
            assert!(telling_bp(&bases) < 40.0, "80 bases: {}", telling_bp(&bases));
        }
        assert!(telling_bp(&copy[..30]) < 14.0, "30 bases: {}", telling_bp(&copy[..30]));
        let rest = random_bases(7, 30);
        assert!(telling_bp(&[&copy[..30], &rest].concat()) > 26.0 + telling_bp(&copy[..30]));
    }

    #[test]
    fn a_run_takes_only_itself_from_what_follows() {
        let rest = random_bases(7, 20);
        let with_run = [vec![b'A'; 8], rest.clone()].concat();
        assert!(telling_bp(&with_run) > telling_bp(&rest) - 1.0);
    }

    #[test]
    fn unknown_bases_tell_nothing() {
        assert!(information_nats(b"NNNNNNNN").abs() < 1e-12 && information_nats(b"").abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn whether_bases_are_simple_is_told_by_all_of_them(
            parts in proptest::collection::vec((0usize..5, 1usize..40, 1u64..10_000), 1..5),
        ) {
            let made = |(kind, count, seed): (usize, usize, u64)| match kind {
                0 => vec![b"ACGT"[count % 4]; count],
                1 => random_bases(seed, 1 + count % 6).repeat(1 + count / 4),
                2 => ADAPTERS[count % ADAPTERS.len()].bases[..count.min(20)].to_vec(),
                3 => ALU[seed as usize % 200..][..count].to_vec(),
                _ => random_bases(seed, count),
            };
            let bases: Vec<u8> = parts.into_iter().flat_map(made).collect();
            let least = MIN_TELLING_BP.min(MIN_TELLING_FRAC * bases.len() as f64);
            prop_assert_eq!(is_simple(&bases), bases.len() >= MIN_JUDGED_BP && telling_bp(&bases) < least);
        }

        #[test]
        fn random_bases_tell_about_their_number(seed in 1u64..1_000, count in 10usize..100) {
            let bases = random_bases(seed, count);
            let told = telling_bp(&bases);
            prop_assert!(told > 0.7 * count as f64 - 2.0 && told < count as f64 + 1.0, "{} of {}", told, count);
        }

        #[test]
        fn a_longer_stretch_never_tells_less(s in "[ACGTN]{0,80}") {
            let list = ln_probabilities(s.as_bytes(), b"", Shares::ALL);
            prop_assert!(list.windows(2).all(|pair| pair[1] <= pair[0] + 1e-9));
        }
    }
}
