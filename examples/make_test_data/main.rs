//! Makes the project's test data: a small made-up genome with eight genes, and three samples whose truth is known.
//!
//! usage: `cargo run --example make_test_data [FOLDER]` (default `test-data`). The same program gives the same bytes.

mod genome;
mod samples;

use std::error::Error;
use std::path::PathBuf;

use kinfuse::simulate::truth;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| "test-data".to_owned()));
    std::fs::create_dir_all(&folder)?;
    let made = genome::MadeUpGenome::new()?;
    let (fasta, index) = made.reference.to_fasta();
    std::fs::write(folder.join("mini.fa"), fasta)?;
    std::fs::write(folder.join("mini.fa.fai"), index)?;
    std::fs::write(folder.join("mini.gtf"), made.to_gtf())?;
    let mut rows = samples::rna(&made, &folder.join("rna.bam"))?;
    rows.extend(samples::dna(&made, &folder.join("dna.bam"))?);
    samples::negative(&made, &folder.join("negative.bam"))?;
    std::fs::write(folder.join("truth.tsv"), truth::to_tsv(&rows))?;
    Ok(())
}
