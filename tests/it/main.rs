//! The tests that run the program or several parts of the library together, as one binary: one build, one link.

mod aligners;
mod background;
mod bad_input;
mod bypass;
mod copies;
mod demo;
mod detectability;
mod dirt;
mod evaluate;
mod exon_edges;
mod files;
mod laws;
mod meaning;
mod mutations;
mod normals;
mod partners;
mod real_data;
mod recall;
mod regressions;
mod report;
mod rna_and_dna;
mod rna_fraction;
mod scale;
mod simulate;
mod support;
mod verdict;
