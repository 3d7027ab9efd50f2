//! Compares the bases of a tail with those that a junction predicts: log-odds (natural logarithm) of "this junction" against "an artefact
//! at the read's end".
//!
//! ```text
//!   expected   CGTTAGCATCGGATTCAGTACC...      what the junction's other reads, or the genome, have there
//!   tail       CGTTAGCATCGGATAGATCGGAAG       fourteen bases of it, then adapter
//!   log-odds = ln P(tail | junction) - ln P(tail | artefact)
//! ```
//!
//! A read of the junction may itself end in a homopolymer, a repeat or adapter, so agreement up to there is enough. Reads with indel errors
//! are aligned to the expected bases within a narrow band. In homopolymers a missing or additional base costs less. The model of artefacts
//! is [`crate::sequence::dirt`].

use crate::evidence::Tail;
use crate::sequence::dirt::{ln_probabilities, Shares};
use crate::stats::from_phred;

/// Log-odds from which a tail shows the junction, if it is the only open one at its end: one chance match in a hundred.
const MIN_LOG_ODDS: f64 = 4.6;
/// Probability, at each base beyond the junction, that a read of the junction turns into an artefact (adapter, homopolymer, random bases).
pub(super) const ENDS_IN_DIRT: f64 = 0.01;
/// A run of one base of this length slips in sequencing and in PCR.
const MIN_SLIPPING_BP: usize = 5;

/// How often reads differ from the molecule, for each base.
#[derive(Debug, Clone, Copy)]
pub struct ErrorRates {
    /// Least probability of another base, whatever the quality says.
    substituted: f64,
    /// A base too many, or one too few.
    indel: f64,
    /// The same in a run of one base that slips.
    slip: f64,
    /// Farthest by which a read may be out of step with the molecule, in bases.
    band_bp: usize,
}

impl ErrorRates {
    /// Of short reads, which keep step: variants beside the break and PCR errors come to three in a thousand bases.
    pub const SHORT: Self = Self { substituted: 0.003, indel: 1e-4, slip: 0.02, band_bp: 6 };
    /// Of long reads: nanopore reads have about 2-4 % of each kind.
    pub const LONG: Self = Self { substituted: 0.04, indel: 0.04, slip: 0.1, band_bp: 20 };

    /// How much less likely a base of this quality is where the molecule has another one, in nats.
    pub fn other_base_nats(&self, quality: Option<u8>) -> f64 {
        let error = self.of_base(quality);
        (3.0 * (1.0 - error) / error).ln()
    }

    /// The probability that a base is wrong.
    fn of_base(&self, quality: Option<u8>) -> f64 {
        quality.map_or(0.0, |quality| from_phred(f64::from(quality))).clamp(self.substituted, 0.75)
    }

    /// For reads that keep step with the molecule, or not.
    pub fn of(in_step: bool) -> Self {
        if in_step {
            Self::SHORT
        } else {
            Self::LONG
        }
    }
}

/// Bases beyond a break with their qualities, and the last bases before it; all read away from what is aligned.
#[derive(Debug, Clone, Copy)]
pub struct Beyond<'a> {
    /// The bases.
    pub bases: &'a [u8],
    /// Their qualities; where these are fewer, the rest has none.
    pub qualities: &'a [u8],
    /// The bases before, as far as known.
    pub before: &'a [u8],
}

impl<'a> Beyond<'a> {
    /// From bases without qualities.
    pub fn of(bases: &'a [u8]) -> Self {
        Self { bases, qualities: &[], before: &[] }
    }

    /// From the bases of a tail.
    pub fn of_tail(tail: &'a Tail) -> Self {
        Self { bases: &tail.bases, qualities: &tail.qualities, before: &tail.anchor }
    }
}

/// How well a tail agrees with the bases of a molecule.
#[derive(Debug, Clone, Copy)]
pub struct TailAgreement {
    /// Log-odds that it comes from the molecule, against an artefact.
    pub log_odds: f64,
    /// Number of its first bases that agree with the molecule; the rest is taken for an artefact.
    pub agreeing_bp: usize,
}

/// Log-odds that such a tail continues like `expected`, against an artefact, over the bases that both have. Both begin at the break.
pub fn log_odds(tail: Beyond<'_>, expected: &[u8], errors: ErrorRates) -> f64 {
    agreement(tail, expected, errors).log_odds
}

/// The same, with the number of bases that agree.
pub fn agreement(tail: Beyond<'_>, expected: &[u8], errors: ErrorRates) -> TailAgreement {
    let bases = &tail.bases[..tail.bases.len().min(expected.len() + errors.band_bp)];
    let dirt = ln_probabilities(bases, tail.before, Shares::ALL);
    let (by_length, whole) = ln_matches(Beyond { bases, ..tail }, expected, errors);
    let odds = |length: usize| by_length[length] - dirt[length];
    // Up to where it agrees best; behind that it must be dirt, as another molecule would be another junction.
    let cut = (0..bases.len()).map(|length| (length, odds(length))).max_by(|x, y| x.1.total_cmp(&y.1));
    let cut = cut.filter(|(length, _)| *length > 0).map(|(agreeing_bp, odds)| {
        let rest = ln_probabilities(&bases[agreeing_bp..], &bases[..agreeing_bp], Shares::NO_RANDOM).last().copied().unwrap_or(0.0);
        TailAgreement { log_odds: odds + ENDS_IN_DIRT.ln() + rest - (dirt[bases.len()] - dirt[agreeing_bp]), agreeing_bp }
    });
    // What is expected may end before the tail does.
    let to_end = whole.into_iter().map(|(agreeing_bp, ln_match)| TailAgreement { log_odds: ln_match - dirt[agreeing_bp], agreeing_bp });
    let nothing = TailAgreement { log_odds: f64::NEG_INFINITY, agreeing_bp: 0 };
    to_end.chain(cut).max_by(|x, y| x.log_odds.total_cmp(&y.log_odds)).unwrap_or(nothing)
}

/// The bases of a molecule on either side of a break, both read away from the side that is kept.
#[derive(Debug, Clone, Copy)]
pub struct BasesAround<'a> {
    /// The last bases before the break.
    pub before: &'a [u8],
    /// Those behind it.
    pub beyond: &'a [u8],
}

impl BasesAround<'_> {
    /// How a tail reads so; it begins `further` bases out than the break. The bases between its clip and the break are no
    /// evidence of what lies beyond, as a molecule without the break has them too, but they speak against it where they are others: what the
    /// read has aligned beyond the break must be the molecule's, and so must what it has clipped before the break. `None` where the
    /// molecule is not known as far out, or the tail ends before the break.
    pub fn agreement_of(self, tail: Beyond<'_>, further: i64, errors: ErrorRates) -> Option<TailAgreement> {
        let shift = further.unsigned_abs() as usize;
        if further >= 0 {
            let over = last(tail.before, shift);
            let (between, beyond) = self.beyond.split_at_checked(shift)?;
            let against = ln_match(Beyond::of(over), last(between, over.len()), errors).min(0.0);
            let agreement = agreement(tail, beyond, errors);
            return Some(TailAgreement { log_odds: against + agreement.log_odds, ..agreement });
        }
        let (between, rest) = tail.bases.split_at_checked(shift)?;
        let (of_between, of_rest) = tail.qualities.split_at(shift.min(tail.qualities.len()));
        let known = last(self.before, shift);
        // Unknown bases farther out are not compared.
        let skipped = shift - known.len();
        let qualities = of_between.get(skipped..).unwrap_or_default();
        let read = Beyond { bases: &between[skipped..], qualities, before: &[tail.before, &between[..skipped]].concat() };
        let dirt = ln_probabilities(read.bases, read.before, Shares::ALL).last().copied().unwrap_or(0.0);
        let against = (ln_match(read, known, errors) - dirt).min(0.0);
        let read = Beyond { bases: rest, qualities: of_rest, before: &[tail.before, between].concat() };
        let TailAgreement { log_odds, agreeing_bp } = agreement(read, self.beyond, errors);
        Some(TailAgreement { log_odds: against + log_odds, agreeing_bp: shift + agreeing_bp })
    }
}

/// How many bases before the break a tail begins that begins `further` bases out, and how many beyond it; one of the two is 0.
pub fn before_and_beyond(further: i64) -> (usize, usize) {
    ((-further).max(0) as usize, further.max(0) as usize)
}

/// The last bases, as many as there are.
fn last(bases: &[u8], count: usize) -> &[u8] {
    &bases[bases.len() - bases.len().min(count)..]
}

/// The best `ln P` of all bases as those of a molecule.
fn ln_match(read: Beyond<'_>, expected: &[u8], errors: ErrorRates) -> f64 {
    ln_matches(read, expected, errors).0.last().copied().unwrap_or(0.0)
}

/// Whether log-odds show the junction where `crowd` open tails end within a few bases: each of them might agree by chance.
pub fn is_witness(log_odds: f64, crowd: u32) -> bool {
    log_odds >= MIN_LOG_ODDS + f64::from(crowd.max(1)).ln()
}

/// The best `ln P` of the first 0, 1, 2 ... bases of a tail as what is expected, and of those first bases that reach the end of either.
fn ln_matches(tail: Beyond<'_>, expected: &[u8], errors: ErrorRates) -> (Vec<f64>, Vec<(usize, f64)>) {
    let band = errors.band_bp;
    let slipping = runs(expected);
    // The offset between molecule and read, from `-band` to `band`.
    let mut row = vec![f64::NEG_INFINITY; 2 * band + 1];
    row[band] = 0.0;
    let mut by_length = Vec::with_capacity(tail.bases.len() + 1);
    let mut whole = Vec::new();
    let indel = |place: usize| if slipping.get(place).copied().unwrap_or(false) { errors.slip.ln() } else { errors.indel.ln() };
    for length in 0..=tail.bases.len() {
        // Bases of the molecule that the read leaves out.
        for slot in 1..=2 * band {
            let place = (length + slot).checked_sub(band + 1);
            if let Some(place) = place.filter(|&place| place < expected.len()) {
                row[slot] = row[slot].max(row[slot - 1] + indel(place));
            }
        }
        by_length.push(row.iter().copied().fold(f64::NEG_INFINITY, f64::max));
        let reaches_end = |slot: usize| length == tail.bases.len() || length + slot == expected.len() + band;
        whole.extend((0..=2 * band).filter(|&slot| reaches_end(slot) && row[slot].is_finite()).map(|slot| (length, row[slot])));
        let Some(&base) = tail.bases.get(length) else { break };
        let error = errors.of_base(tail.qualities.get(length).copied());
        let mut next = vec![f64::NEG_INFINITY; 2 * band + 1];
        for slot in 0..=2 * band {
            if let Some(&there) = (length + slot).checked_sub(band).and_then(|place| expected.get(place)) {
                let ln_base = match (base, there) {
                    (b'N', _) => 0.0,
                    (_, b'N') => 0.25f64.ln(),
                    _ if base == there => (1.0 - error).ln(),
                    _ => (error / 3.0).ln(),
                };
                next[slot] = row[slot] + ln_base;
            }
            // An additional base: any of four, or the same base once more in a homopolymer.
            if let Some(&ahead) = row.get(slot + 1) {
                let place = (length + slot + 1).saturating_sub(band + 1);
                let again = slipping.get(place).copied().unwrap_or(false) && expected[place] == base;
                next[slot] = next[slot].max(ahead + if again { errors.slip.ln() } else { errors.indel.ln() + 0.25f64.ln() });
            }
        }
        row = next;
    }
    (by_length, whole)
}

/// Which of these bases lie in a run that slips.
fn runs(bases: &[u8]) -> Vec<bool> {
    let runs = bases.chunk_by(|x, y| x == y);
    runs.flat_map(|run| std::iter::repeat_n(run.len() >= MIN_SLIPPING_BP, run.len())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::genome::{Breakend, ContigId, Side};
    use crate::sequence::random_bases;
    use proptest::prelude::*;

    fn short(tail: &[u8], expected: &[u8]) -> f64 {
        log_odds(Beyond::of(tail), expected, ErrorRates::SHORT)
    }

    #[test]
    fn a_run_agrees_with_no_ordinary_sequence_however_long_it_is() {
        let expected = [b"AG".as_slice(), &random_bases(3, 60)].concat();
        for tail in [vec![b'A'; 40], vec![b'G'; 40], [vec![b'A'; 20], vec![b'G'; 20]].concat(), b"AGAGAGAGAGAGAGAGAGAG".to_vec()] {
            assert!(short(&tail, &expected) < 0.0, "{}", String::from_utf8_lossy(&tail));
        }
    }

    #[test]
    fn a_run_that_is_expected_is_no_witness_either() {
        for letter in [b'A', b'G'] {
            assert!(!is_witness(short(&[letter; 40], &[letter; 60]), 1));
        }
        let slipped = [vec![b'A'; 16], vec![b'G'; 14]].concat();
        assert!(!is_witness(short(&slipped, &[vec![b'A'; 14], vec![b'G'; 40]].concat()), 2));
    }

    #[test]
    fn bases_behind_a_run_of_eight_are_witnesses_even_if_the_run_slipped() {
        let rest = random_bases(11, 40);
        let expected = [vec![b'A'; 8], rest.clone()].concat();
        for run in 7..10 {
            let tail = [vec![b'A'; run], rest[..12].to_vec()].concat();
            assert!(is_witness(short(&tail, &expected), 100), "{run} of 8: {}", short(&tail, &expected));
        }
    }

    #[test]
    fn a_crowd_asks_for_more_bases() {
        let expected = random_bases(5, 60);
        let fewest = |crowd: u32| (1..40).find(|&bp| is_witness(short(&expected[..bp], &expected), crowd)).expect("some length is enough");
        let list = [fewest(1), fewest(100), fewest(10_000)];
        assert!((3..=6).contains(&list[0]) && (6..=9).contains(&list[1]) && (9..=12).contains(&list[2]), "{list:?}");
    }

    #[test]
    fn a_witness_may_end_in_adapter_and_not_in_another_molecule() {
        let expected = random_bases(5, 60);
        let ending = |rest: &[u8]| short(&[&expected[..20], rest].concat(), &expected);
        assert!(is_witness(ending(b"AGATCGGAAGAGCACACGTC"), 10));
        assert!(is_witness(ending(&[b'G'; 30]), 10));
        assert!(!is_witness(ending(&random_bases(77, 30)), 10));
    }

    #[test]
    fn errors_cost_and_those_of_low_quality_cost_less() {
        let expected = random_bases(9, 30);
        let mut tail = expected.clone();
        tail[12] = if tail[12] == b'A' { b'C' } else { b'A' };
        let (good, mut qualities) = (short(&expected, &expected), vec![30u8; 30]);
        let with = |qualities: &[u8]| log_odds(Beyond { qualities, ..Beyond::of(&tail) }, &expected, ErrorRates::SHORT);
        let sure = with(&qualities);
        qualities[12] = 3;
        assert!(good > with(&qualities) && with(&qualities) > sure);
    }

    #[test]
    fn a_repeat_that_goes_on_over_the_break_tells_no_more_where_a_read_runs_over_it() {
        for unit in [b"CA".as_slice(), b"CAG", b"TTAGGG"] {
            let repeated: Vec<u8> = unit.iter().copied().cycle().take(60).collect();
            let end = Breakend::new(ContigId(0), 1_000, Side::Lower);
            let odds = |over: usize| {
                let tail =
                    Tail { anchor: repeated[6..30 + over].into(), ..Tail::made_up(1, end.extended(over as i64), &repeated[30 + over..54]) };
                let molecule = BasesAround { before: &repeated[..30], beyond: &repeated[30..] };
                molecule.agreement_of(Beyond::of_tail(&tail), over as i64, ErrorRates::SHORT).expect("it is known as far out").log_odds
            };
            assert!(odds(1) <= odds(0) + 0.5 && odds(5) <= odds(0) + 0.5, "{unit:?}: {} {} {}", odds(0), odds(1), odds(5));
        }
    }

    proptest! {
        #[test]
        fn random_tails_are_seldom_witnesses(seed in 1u64..10_000, count in 8usize..80) {
            let expected = random_bases(seed, 90);
            let tail = random_bases(seed + 1_000_000, count);
            // One in a hundred by chance at most for each; so many tries never reach this.
            prop_assert!(short(&tail, &expected) < MIN_LOG_ODDS + 10_000f64.ln());
        }

        #[test]
        fn tails_of_long_reads_with_errors_are_witnesses(seed in 1u64..10_000, every in 12usize..20) {
            let expected = random_bases(seed, 120);
            let mut tail = Vec::new();
            for (at, &base) in expected[..80].iter().enumerate() {
                match (at + 1) % (3 * every) {
                    0 => tail.extend([base, b'A']),
                    other if other == every => {}
                    other if other == 2 * every => tail.push(b'T'),
                    _ => tail.push(base),
                }
            }
            prop_assert!(is_witness(log_odds(Beyond::of(&tail), &expected, ErrorRates::LONG), 100));
        }
    }
}
