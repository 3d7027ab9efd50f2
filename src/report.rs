//! Writers: what was found becomes files that people and programs read.
//!
//! ```text
//! Fusion, Variant, ... --rows--> flat rows --tsv--> fusions.tsv, variants.tsv, metrics.tsv, detectability.tsv
//!                                          --candidates-> candidates.tsv.gz (read again by `kinfuse report`)
//!                                          --json-> kinfuse.json (the one file the other commands read)
//!                                          --table> the short table on the terminal
//!        Knowledge + rows --interpretation--> drugs, levels, notes, in kinfuse.json
//!          (carried: mutations on a fusion --group--> where a drug stands; bypass: alterations of other genes)
//!        Document --html--> the page for the person who signs, with drawings (drawing_data: what they need; identity: what it is called)
//!                      --fasta-> fusions.fa (transcripts and proteins)
//!                      --vcf---> vcf.gz + .tbi (and vcf_check, which reads it with a critical eye)
//!        rows --finding--> a line a fusion or mutation --multiqc--> sections for MultiQC
//!        rows --also-----> the calls in the layouts of other programs, where asked for
//! ```
//!
//! `kinfuse call` alone writes [`evidence`]: the records behind each call, and the session in which IGV shows them.
//!
//! All files of a run are written under temporary names by [`output::Outputs`] and renamed together at the end. Only this
//! module turns interbase boundaries into 1-based positions. Nothing here depends on the time, the host or the number of
//! threads, so that the same calls give the same bytes. A missing value is `.` in tables and `null` in JSON.

pub mod absence;
pub mod also;
pub mod bypass;
pub mod candidates;
pub mod carried;
pub mod compound;
pub mod drawing_data;
pub mod evidence;
pub mod fasta;
pub mod files;
pub mod finding;
pub mod group;
pub mod html;
pub mod identity;
pub mod interpretation;
pub mod isoforms;
pub mod json;
pub mod known_codons;
pub mod multiqc;
pub mod output;
pub mod renew;
pub mod rows;
pub mod table;
pub mod tsv;
pub mod vcf;
pub mod vcf_check;

#[cfg(test)]
pub(crate) mod fixture;
