//! Which fragments are copies of one molecule.

use rustc_hash::FxHashMap;

use crate::alignment::assay::DuplicateRule;
use crate::alignment::read::{FragmentId, ReadRecord};
use crate::genome::Strand;

/// Fragments grouped into molecules.
#[derive(Debug, Default)]
pub struct Molecules {
    parent: FxHashMap<FragmentId, FragmentId>,
}

/// Where a read was primed or broken: contig, interbase position of its 5' end, whether it lies on the reverse strand.
type End = (u32, i64, bool);

/// What copies share: the 5' ends of both reads, or of the one read that was seen and where its mate (or its own other end) lies.
type Signature = (Option<End>, Option<End>, Option<End>);

/// What is known of one fragment's ends.
#[derive(Default)]
struct Ends<'a> {
    reads: [Option<End>; 2],
    other: Option<End>,
    umi: &'a [u8],
}

impl Molecules {
    /// Groups the fragments of these records by the rule. Under [`DuplicateRule::Flag`] and [`DuplicateRule::Keep`] each is its own.
    pub fn group<'a>(records: impl IntoIterator<Item = &'a ReadRecord>, rule: DuplicateRule) -> Self {
        let mut molecules = Self::default();
        if !matches!(rule, DuplicateRule::Umi | DuplicateRule::Position) {
            return molecules;
        }
        let mut fragments: FxHashMap<FragmentId, Ends<'a>> = FxHashMap::default();
        for record in records {
            let ends = fragments.entry(record.fragment).or_default();
            let (contig, position, strand) = record.five_prime();
            ends.reads[usize::from(record.number)] = Some((contig.0, position, strand == Strand::Reverse));
            ends.other = Some(match record.mate {
                Some(mate) => (mate.contig.0, i64::from(mate.start), mate.strand == Strand::Reverse),
                // A single read has one more end: its own.
                None => (u32::MAX, i64::from(record.length), false),
            });
            if let Some(umi) = record.umi.as_deref() {
                ends.umi = umi;
            }
        }
        let mut by_place: FxHashMap<Signature, Vec<(&[u8], FragmentId)>> = FxHashMap::default();
        for (fragment, ends) in &fragments {
            let [first, second] = ends.reads;
            let both = first.is_some() && second.is_some();
            by_place.entry((first, second, if both { None } else { ends.other })).or_default().push((ends.umi, *fragment));
        }
        for group in by_place.values_mut() {
            group.sort_unstable();
            molecules.join_copies(group, rule);
        }
        molecules
    }

    /// Joins the fragments of one place whose UMIs are equal, or differ by one base while one is at least twice as frequent (the
    /// directional rule of Smith, Heger and Sudbery, Genome Research 2017; 27:491-499).
    fn join_copies(&mut self, group: &[(&[u8], FragmentId)], rule: DuplicateRule) {
        let mut families: Vec<(&[u8], Vec<FragmentId>)> = Vec::new();
        let mut slots: FxHashMap<&[u8], usize> = FxHashMap::default();
        for &(umi, fragment) in group {
            if rule == DuplicateRule::Umi && umi.is_empty() {
                // Without its UMI a fragment cannot be told to be a copy: it stays alone.
                continue;
            }
            let umi = if rule == DuplicateRule::Umi { umi } else { b"" };
            let slot = *slots.entry(umi).or_insert_with(|| {
                families.push((umi, Vec::new()));
                families.len() - 1
            });
            families[slot].1.push(fragment);
        }
        for (_, fragments) in &families {
            for fragment in fragments {
                self.join(fragments[0], *fragment);
            }
        }
        for (umi, fragments) in &families {
            for other in neighbours(umi) {
                let Some(&slot) = slots.get(other.as_slice()) else { continue };
                let others = &families[slot].1;
                if fragments.len() + 1 >= 2 * others.len() && fragments.len() > others.len() {
                    self.join(fragments[0], others[0]);
                }
            }
        }
    }

    /// The molecule of a fragment, named by one of its fragments.
    pub fn of(&self, fragment: FragmentId) -> FragmentId {
        let mut root = fragment;
        while let Some(&parent) = self.parent.get(&root) {
            if parent == root {
                break;
            }
            root = parent;
        }
        root
    }

    fn join(&mut self, x: FragmentId, y: FragmentId) {
        let (x, y) = (self.of(x), self.of(y));
        if x != y {
            self.parent.insert(x.max(y), x.min(y));
        }
    }
}

/// All identifiers that differ in one base. Numbers (as in MI tags) have no neighbours: 100 and 101 are two molecules.
fn neighbours(umi: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    let is_base = |byte: &u8| b"ACGTN".contains(byte);
    // A name may hold more before the bases; only the bases at its end are read with errors.
    let first = umi.len() - umi.iter().rev().take_while(|byte| is_base(byte) || b"+-".contains(byte)).count();
    (first..umi.len()).filter(move |&at| is_base(&umi[at])).flat_map(move |at| {
        b"ACGTN".iter().filter(move |&&base| base != umi[at]).map(move |&base| {
            let mut other = umi.to_vec();
            other[at] = base;
            other
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alignment::bytes::Bytes;
    use crate::alignment::read::{MatePlace, Piece, RecordKind};
    use crate::genome::ContigId;

    fn record(name: &str, start: u32, mate: u32, umi: &str) -> ReadRecord {
        let piece = Piece {
            contig: ContigId(0),
            start,
            end: start + 50,
            strand: Strand::Forward,
            query_start: 0,
            query_end: 50,
            mapq: 60,
            edits: 0,
        };
        ReadRecord {
            fragment: FragmentId::of(name.as_bytes()),
            number: 0,
            kind: RecordKind::Primary,
            duplicate: false,
            pieces: vec![piece],
            elsewhere: Vec::new(),
            length: 50,
            bases: None,
            qualities: Bytes::default(),
            mate: Some(MatePlace { contig: ContigId(0), start: mate, strand: Strand::Reverse }),
            umi: Some(umi.as_bytes().into()),
            unreadable_sa: 0,
        }
    }

    fn count(records: &[ReadRecord], rule: DuplicateRule) -> usize {
        let molecules = Molecules::group(records, rule);
        let distinct: std::collections::BTreeSet<_> = records.iter().map(|record| molecules.of(record.fragment)).collect();
        distinct.len()
    }

    #[test]
    fn copies_with_the_same_ends_are_one_molecule_unless_their_umis_differ() {
        let records = [record("a", 10, 90, "ACGT"), record("b", 10, 90, "ACGT"), record("c", 10, 90, "TTTT"), record("d", 11, 90, "ACGT")];
        assert_eq!(count(&records, DuplicateRule::Position), 2);
        assert_eq!(count(&records, DuplicateRule::Umi), 3);
        assert_eq!(count(&records, DuplicateRule::Flag), 4);
    }

    #[test]
    fn a_further_piece_without_the_tag_does_not_take_the_umi_away() {
        let piece = |name: &str| ReadRecord { umi: None, kind: RecordKind::Piece, ..record(name, 10, 90, "") };
        let records = [record("a", 10, 90, "ACGT"), piece("a"), record("b", 10, 90, "ACGT"), piece("b")];
        assert_eq!(count(&records, DuplicateRule::Umi), 1);
    }

    #[test]
    fn numbered_molecules_are_never_joined() {
        let records = [record("a", 10, 90, "100"), record("b", 10, 90, "100"), record("c", 10, 90, "101")];
        assert_eq!(count(&records, DuplicateRule::Umi), 2);
    }

    #[test]
    fn a_umi_with_one_error_joins_its_larger_family() {
        let records = [record("a", 10, 90, "ACGT"), record("b", 10, 90, "ACGT"), record("c", 10, 90, "ACGA")];
        assert_eq!(count(&records, DuplicateRule::Umi), 1);
        let alone = [record("a", 10, 90, "ACGT"), record("c", 10, 90, "ACGA")];
        assert_eq!(count(&alone, DuplicateRule::Umi), 2);
    }
}
