//! Adapters and primers that library preparation leaves at the ends of reads. They come from no genome and support nothing.
//!
//! Each is written in the order in which it is met when one walks out of the fragment: behind the last base the adapter of the read, and
//! before the first base, on the other strand, the primer with which its copy was begun.
//!
//! ```text
//!   primer of the copy >|fragment ................|> adapter, index, flow cell
//! ```

/// A sequence of a kit.
#[derive(Debug, Clone, Copy)]
pub struct Adapter {
    /// The kit and what the sequence is in it.
    pub name: &'static str,
    /// Its bases, walking out of the fragment.
    pub bases: &'static [u8],
    /// What follows on the same strand: indexes of the usual lengths as `N`, and the flow cell's primer.
    pub behind: &'static [&'static [u8]],
}

const fn adapter(name: &'static str, bases: &'static [u8]) -> Adapter {
    indexed(name, bases, &[])
}

const fn indexed(name: &'static str, bases: &'static [u8], behind: &'static [&'static [u8]]) -> Adapter {
    Adapter { name, bases, behind }
}

/// Indexes of 6, 8 or 10 bases and P7.
const P7: &[&[u8]] = &[b"NNNNNNATCTCGTATGCCGTCTTCTGCTTG", b"NNNNNNNNATCTCGTATGCCGTCTTCTGCTTG", b"NNNNNNNNNNATCTCGTATGCCGTCTTCTGCTTG"];
/// No index, one of 8 or 10 bases, and P5.
const P5: &[&[u8]] = &[b"AGATCTCGGTGGTCGCCGTATCATT", b"NNNNNNNNGTGTAGATCTCGGTGGTCGCCGTATCATT", b"NNNNNNNNNNGTGTAGATCTCGGTGGTCGCCGTATCATT"];

/// The adapters of the kits in use. Sources: Illumina, "Illumina Adapter Sequences" (document 1000000002694); MGI, document A0-PB-01; Ion
/// Torrent, "Ion Xpress" adapters (P1 and A); Takara, `SMARTer` II A oligonucleotide.
pub const ADAPTERS: [Adapter; 13] = [
    indexed("TruSeq read 1", b"AGATCGGAAGAGCACACGTCTGAACTCCAGTCAC", P7),
    indexed("TruSeq read 2", b"AGATCGGAAGAGCGTCGTGTAGGGAAAGAGTGT", P5),
    adapter("Illumina paired end, of old", b"AGATCGGAAGAGCGGTTCAGCAGGAATGCCGAG"),
    indexed("Nextera read 1", b"CTGTCTCTTATACACATCTCCGAGCCCACGAGAC", P7),
    indexed("Nextera read 2", b"CTGTCTCTTATACACATCTGACGCTGCCGACGA", P5),
    indexed("Illumina small RNA", b"TGGAATTCTCGGGTGCCAAGGAACTCCAGTCAC", P7),
    adapter("Illumina P7, behind the index", b"ATCTCGTATGCCGTCTTCTGCTTG"),
    adapter("Illumina P5, behind the index", b"GTGTAGATCTCGGTGGTCGCCGTATCATT"),
    adapter("MGI read 1", b"AAGTCGGAGGCCAAGCGGTCTTAGGAAGACAA"),
    adapter("MGI read 2", b"AAGTCGGATCGTAGCCATGTCGTTCTGTGAGCCAAGGAGTTG"),
    adapter("Ion Torrent P1", b"ATCACCGACTGCCCATAGAGAGG"),
    adapter("Ion Torrent A", b"CTGAGTCGGAGACACGCAGGGATGAGATGG"),
    adapter("SMARTer primer", b"GTACTCTGCGTTGATACCACTGCTT"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_are_the_same_and_all_are_bases() {
        for (index, one) in ADAPTERS.iter().enumerate() {
            assert!(one.bases.len() > 20 && one.bases.iter().all(|base| b"ACGT".contains(base)), "{}", one.name);
            assert!(ADAPTERS[..index].iter().all(|other| other.bases != one.bases && other.name != one.name), "{}", one.name);
        }
    }
}
