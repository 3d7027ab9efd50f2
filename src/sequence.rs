//! Bases as bytes: complement, codons, complexity, and how alike two stretches are. Pure.

pub mod adapter;
pub mod dirt;

/// The complementary base; anything but `ACGTacgt` gives `N`.
pub fn complement(base: u8) -> u8 {
    match base.to_ascii_uppercase() {
        b'A' => b'T',
        b'C' => b'G',
        b'G' => b'C',
        b'T' => b'A',
        _ => b'N',
    }
}

/// The place of a base among `ACGT`, 0 to 3; `None` of any other letter.
pub fn code(base: u8) -> Option<usize> {
    b"ACGT".iter().position(|letter| *letter == base)
}

/// The other strand, read in its own direction.
pub fn reverse_complement(bases: &[u8]) -> Vec<u8> {
    bases.iter().rev().map(|&base| complement(base)).collect()
}

/// The standard genetic code in the order TTT, TTC, TTA, TTG, TCT, ... (NCBI translation table 1).
const STANDARD_CODE: &[u8; 64] = b"FFLLSSSSYY**CC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG";

/// The amino acid (one letter, `*` for a stop) of a codon, or `None` when a base is unknown.
pub fn translate_codon(codon: &[u8]) -> Option<u8> {
    let mut index = 0;
    if codon.len() != 3 {
        return None;
    }
    for base in codon {
        let digit = match base.to_ascii_uppercase() {
            b'T' | b'U' => 0,
            b'C' => 1,
            b'A' => 2,
            b'G' => 3,
            _ => return None,
        };
        index = index * 4 + digit;
    }
    Some(STANDARD_CODE[index])
}

/// Share of distinct 3-mers among those possible at this length: about 1 for ordinary sequence, near 0 for a homopolymer or a
/// short repeat. Stretches below three bases give 0.
pub fn complexity_frac(bases: &[u8]) -> f64 {
    if bases.len() < 3 {
        return 0.0;
    }
    let mut seen = [false; 64];
    let mut distinct = 0usize;
    for window in bases.windows(3) {
        let index = window.iter().try_fold(0usize, |index, base| {
            b"ACGT".iter().position(|known| known == &base.to_ascii_uppercase()).map(|digit| index * 4 + digit)
        });
        if let Some(index) = index {
            if !seen[index] {
                seen[index] = true;
                distinct += 1;
            }
        }
    }
    let possible = (bases.len() - 2).min(64);
    distinct as f64 / possible as f64
}

/// The words of so many bases (at most sixteen) as numbers, two bits a base, each with where it begins; none that holds an unknown base.
pub fn words(bases: &[u8], word_bp: usize) -> impl Iterator<Item = (usize, u32)> + '_ {
    let mask = u32::MAX >> (32 - 2 * word_bp);
    let (mut word, mut known) = (0u32, 0usize);
    bases.iter().enumerate().filter_map(move |(at, base)| {
        let digit = match base {
            b'A' => 0,
            b'C' => 1,
            b'G' => 2,
            b'T' => 3,
            _ => {
                known = 0;
                return None;
            }
        };
        word = (word << 2 | digit) & mask;
        known += 1;
        (known >= word_bp).then(|| (at + 1 - word_bp, word))
    })
}

/// Number of leading bases in which the two agree.
pub fn common_prefix(left: &[u8], right: &[u8]) -> usize {
    left.iter().zip(right).take_while(|(a, b)| a.eq_ignore_ascii_case(b)).count()
}

/// How a stretch compares with a longer or shorter one when both start at the same place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PrefixMatch {
    /// Bases of the shorter stretch that were compared.
    pub compared_bp: usize,
    /// Substituted, inserted and deleted bases between the two, where runs of one base count as one base.
    pub edits: usize,
}

impl PrefixMatch {
    /// Whether the two can be the same molecule with sequencing errors: at most one edit in twelve bases (an error rate of
    /// 8 %, far above that of short reads, far below the 75 % by which unrelated sequence differs).
    pub fn agrees(&self) -> bool {
        self.edits * 12 <= self.compared_bp
    }
}

/// Compares two stretches that start at the same place as far as both go.
///
/// Runs of one base are compared as one base, whatever their lengths, because such runs slip in PCR and in sequencing; every
/// other substitution, insertion or deletion is one edit. What remains of the longer one when the shorter one ends is free.
pub fn match_prefixes(left: &[u8], right: &[u8]) -> PrefixMatch {
    let (short, long) = if left.len() <= right.len() { (left, right) } else { (right, left) };
    let (short_runs, long_runs) = (collapse_runs(short), collapse_runs(long));
    let mut previous: Vec<usize> = (0..=long_runs.len()).collect();
    for (i, base) in short_runs.iter().enumerate() {
        let mut current = Vec::with_capacity(previous.len());
        current.push(i + 1);
        for (j, other) in long_runs.iter().enumerate() {
            let substituted = previous[j] + usize::from(base != other);
            current.push(substituted.min(previous[j + 1] + 1).min(current[j] + 1));
        }
        previous = current;
    }
    let edits = previous.into_iter().min().unwrap_or(0);
    PrefixMatch { compared_bp: short.len(), edits }
}

/// The edits that [`match_prefixes`] finds, where there are at most `most`: two stretches that differ are told apart after a few bases.
///
/// For each shift between the two, the farthest base of the shorter one that so many edits reach (Ukkonen, Information and Control 1985;
/// 64:100-118): time grows with the square of `most` and not with the length.
pub fn edits_within(left: &[u8], right: &[u8], most: usize) -> Option<usize> {
    // A place that cannot be: the shift would leave one of the two.
    const NOWHERE: i64 = -1;
    let (short, long) = if left.len() <= right.len() { (left, right) } else { (right, left) };
    let (short, long) = (collapse_runs(short), collapse_runs(long));
    let (last, end) = (short.len() as i64, long.len() as i64);
    let extended = |from: i64, shift: i64| {
        let (x, y) = (&short[from as usize..], &long[(from + shift) as usize..]);
        from + x.iter().zip(y).take_while(|(x, y)| x == y).count() as i64
    };
    let zero = most as i64 + 1;
    let mut reached = vec![NOWHERE; 2 * most + 3];
    reached[zero as usize] = extended(0, 0);
    let mut next = reached.clone();
    for edits in 0..=most as i64 {
        if reached.contains(&last) {
            return Some(edits as usize);
        }
        for shift in -(edits + 1).min(most as i64)..=(edits + 1).min(most as i64) {
            let slot = (zero + shift) as usize;
            let after = |at: i64, bases: i64| if at == NOWHERE { NOWHERE } else { at + bases };
            // A base substituted, one that only the longer has, one that only the shorter has.
            let steps = [after(reached[slot], 1), reached[slot - 1], after(reached[slot + 1], 1)];
            let possible = |at: &i64| (0..=last).contains(at) && (0..=end).contains(&(at + shift));
            next[slot] = steps.into_iter().filter(possible).max().map_or(NOWHERE, |at| extended(at, shift));
        }
        std::mem::swap(&mut reached, &mut next);
    }
    None
}

/// For each number of first bases of `read`, from none to all, the fewest substituted, inserted and deleted bases between them and a
/// stretch of `text` that ends at each of its places; `first` is what it costs to leave out what comes before that stretch.
fn edit_rows<'a>(read: &'a [u8], text: &'a [u8], first: Vec<usize>) -> impl Iterator<Item = Vec<usize>> + 'a {
    let next = move |(row, above): &(usize, Vec<usize>)| {
        let base = read.get(*row)?;
        let mut current = Vec::with_capacity(above.len());
        current.push(row + 1);
        for (at, other) in text.iter().enumerate() {
            current.push((above[at] + usize::from(base != other)).min(above[at + 1] + 1).min(current[at] + 1));
        }
        Some((row + 1, current))
    };
    std::iter::successors(Some((0, first)), next).map(|(_, row)| row)
}

/// For each number of first bases of `read`, from none to all, the fewest edits between them and a stretch at the end of `text`.
pub fn fewest_edits_to_end(read: &[u8], text: &[u8]) -> Vec<usize> {
    edit_rows(read, text, vec![0; text.len() + 1]).map(|row| row[text.len()]).collect()
}

/// For each number of first bases of `read`, from none to all, the fewest edits between them and all of `text`.
pub fn fewest_edits_of_all(read: &[u8], text: &[u8]) -> Vec<usize> {
    edit_rows(read, text, (0..=text.len()).collect()).map(|row| row[text.len()]).collect()
}

/// The bases with each run of one base written once.
pub fn collapse_runs(bases: &[u8]) -> Vec<u8> {
    let mut collapsed: Vec<u8> = bases.iter().map(u8::to_ascii_uppercase).collect();
    collapsed.dedup();
    collapsed
}

/// Made-up bases that repeat no word of sixteen (Knuth's linear congruential generator).
#[cfg(test)]
pub fn random_bases(seed: u64, count: usize) -> Vec<u8> {
    let step = |state: &mut u64| {
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Some(b"ACGT"[(*state >> 62) as usize])
    };
    std::iter::repeat_n((), count).scan(seed, |state, ()| step(state)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn edits_of_all_of_a_text_count_what_a_read_leaves_out() {
        assert_eq!(fewest_edits_of_all(b"ACGTT", b"ACG"), [3, 2, 1, 0, 1, 2]);
        assert_eq!(fewest_edits_of_all(b"", b"ACG"), [3]);
    }

    proptest! {
        #[test]
        fn complementing_twice_changes_nothing(s in "[ACGTN]{0,50}") {
            prop_assert_eq!(reverse_complement(&reverse_complement(s.as_bytes())), s.as_bytes());
        }

        #[test]
        fn a_read_ends_where_the_text_does_whatever_lies_before(before in "[ACGT]{0,30}", read in "[ACGT]{1,30}") {
            let text = [before.as_str(), &read].concat();
            let to_end = fewest_edits_to_end(read.as_bytes(), text.as_bytes());
            prop_assert_eq!((to_end.len(), to_end[0], to_end[read.len()]), (read.len() + 1, 0, 0));
        }

        #[test]
        fn a_prefix_of_itself_has_no_edits(s in "[ACGT]{1,60}", n in 1usize..60) {
            let n = n.min(s.len());
            prop_assert_eq!(match_prefixes(&s.as_bytes()[..n], s.as_bytes()).edits, 0);
        }

        #[test]
        fn few_edits_are_counted_as_many_are(s in "[ACGT]{0,40}", t in "[ACGT]{0,40}", at in 0usize..40, most in 0usize..12) {
            let spliced = [&s[..at.min(s.len())], &t[..t.len().min(9)], &s[at.min(s.len())..]].concat();
            for (one, other) in [(&s, &t), (&s, &spliced), (&spliced, &t)] {
                let edits = match_prefixes(one.as_bytes(), other.as_bytes()).edits;
                prop_assert_eq!(edits_within(one.as_bytes(), other.as_bytes(), most), (edits <= most).then_some(edits));
            }
        }

        #[test]
        fn comparison_does_not_depend_on_the_order(s in "[ACGT]{0,40}", t in "[ACGT]{0,40}") {
            prop_assume!(s.len() != t.len());
            prop_assert_eq!(match_prefixes(s.as_bytes(), t.as_bytes()), match_prefixes(t.as_bytes(), s.as_bytes()));
        }
    }

    #[test]
    fn codons_translate_by_the_standard_code() {
        for (codon, amino_acid) in [("ATG", b'M'), ("GGA", b'G'), ("AGA", b'R'), ("ATC", b'I'), ("AAC", b'N'), ("TAA", b'*')] {
            assert_eq!(translate_codon(codon.as_bytes()), Some(amino_acid));
        }
        assert_eq!(translate_codon(b"ANC"), None);
    }

    #[test]
    fn a_shortened_run_is_no_edit_and_a_substitution_is_one() {
        let long = b"TTTACGTAAAAAAAGTCGGATC";
        assert_eq!(match_prefixes(b"TTTACGTAAAAAGTCGGATC", long).edits, 0);
        assert_eq!(match_prefixes(b"TTTACGTAAAAAAAGTCTGAT", long).edits, 1);
        assert!(!match_prefixes(b"GATTACAGATTACAGATTAC", long).agrees());
    }

    #[test]
    fn repeats_are_not_complex() {
        assert!(complexity_frac(b"AAAAAAAAAAAAAAAAAAAA") < 0.1);
        assert!(complexity_frac(b"ACACACACACACACACACAC") < 0.2);
        assert!(complexity_frac(b"ACGTTGCAGTCCATAGGCTA") > 0.8);
    }
}
