//! `kinfuse normals`: the background of normal samples.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use crate::config::CallConfig;
use crate::error::{Error, Result};
use crate::normals::{flag, Background};
use crate::progress::Progress;
use crate::report::json::Document;
use crate::report::output::Outputs;
use crate::terminal::one_line;
use crate::{pipeline, publish, terminal};

/// Arguments of `kinfuse normals`.
#[derive(Debug, Args)]
pub struct NormalsArguments {
    #[command(subcommand)]
    action: NormalsAction,
}

#[derive(Debug, Subcommand)]
enum NormalsAction {
    /// Make a background from negative samples: kinfuse.json files, or BAM and CRAM files, which are called first.
    Build {
        /// kinfuse.json (plain or gzip), BAM or CRAM, one a sample, all of one assay.
        #[arg(required = true, value_name = "FILE")]
        inputs: Vec<PathBuf>,
        /// The background to write.
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
        /// Indexed FASTA for BAM and CRAM files.
        #[arg(short, long, value_name = "FASTA")]
        reference: Option<PathBuf>,
        /// Gene models for BAM and CRAM files.
        #[arg(short, long, value_name = "GTF")]
        gtf: Option<PathBuf>,
    },
    /// Add up backgrounds of different samples.
    Merge {
        /// Backgrounds.
        #[arg(required = true, value_name = "FILE")]
        inputs: Vec<PathBuf>,
        /// The background to write.
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
    },
    /// Print a background as a table, most frequent first; without a file the places that are known to recur, which are built in.
    Show {
        /// The background.
        input: Option<PathBuf>,
    },
}

impl NormalsArguments {
    /// Builds, merges or shows.
    ///
    /// # Errors
    /// A file that cannot be read, is of another genome, or cannot be written.
    pub fn run(&self) -> Result<()> {
        match &self.action {
            NormalsAction::Build { inputs, output, reference, gtf } => {
                let (outputs, name) = place(output)?;
                let mut background = Background::new(None);
                for input in inputs {
                    let document =
                        if is_json(input) { Document::read_whole(input)? } else { called(input, reference.as_ref(), gtf.as_ref())? };
                    for told in background.add(&document, input)? {
                        log::warn!("{}: {told}", input.display());
                    }
                }
                write(&background, outputs, (output, name))
            }
            NormalsAction::Merge { inputs, output } => {
                let (outputs, name) = place(output)?;
                let mut background = Background::new(None);
                for input in inputs {
                    background.merge(Background::read(input)?, input)?;
                }
                write(&background, outputs, (output, name))
            }
            NormalsAction::Show { input: Some(input) } => show(&Background::read(input)?),
            NormalsAction::Show { input: None } => super::print(|out| out.write_all(flag::LISTED.as_bytes())),
        }
    }
}

fn is_json(path: &Path) -> bool {
    let name = path.to_string_lossy();
    name.ends_with(".json") || name.ends_with(".json.gz")
}

/// Calls a sample with the default settings.
fn called(input: &Path, reference: Option<&PathBuf>, gtf: Option<&PathBuf>) -> Result<Document> {
    let config = CallConfig { inputs: vec![input.to_owned()], reference: reference.cloned(), gtf: gtf.cloned(), ..CallConfig::default() };
    let result = pipeline::call(&config, &Progress::new(false))?;
    publish::document(&result, &config)
}

/// Where a background will be written, and its name there: checked before samples are called.
fn place(output: &Path) -> Result<(Outputs, &str)> {
    let folder = output.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = output.file_name().and_then(|name| name.to_str());
    let name = name.ok_or_else(|| Error::input(output, "is no file name in UTF-8", "name the file to write with --output"))?;
    if output.is_dir() {
        return Err(Error::input(output, "is a folder", "name the file to write with --output"));
    }
    let outputs = Outputs::of_files(folder, "--output")?;
    outputs.check_place(name)?;
    Ok((outputs, name))
}

/// Writes a background under a temporary name and renames it.
fn write(background: &Background, mut outputs: Outputs, (output, name): (&Path, &str)) -> Result<()> {
    outputs.write(name, |out| background.write(out))?;
    outputs.commit()?;
    terminal::show(&format!("{}: {}\n", output.display(), background.summary()));
    Ok(())
}

fn show(background: &Background) -> Result<()> {
    super::print(|out| {
        writeln!(out, "material\tkind\tgene\tplace\tpartner\tsamples\tof_samples\tmax_fragments\tmax_allele_fraction")?;
        for (name, material) in &background.materials {
            let mut rows: Vec<_> = material.junctions.iter().collect();
            rows.sort_by(|x, y| (y.1.samples, y.1.max_fragments, x.0).cmp(&(x.1.samples, x.1.max_fragments, y.0)));
            for (key, seen) in rows {
                let kind = if key.at_partner.is_some() { "junction" } else { "clip" };
                let partner = key.at_partner.as_ref().map_or_else(|| ".".to_owned(), ToString::to_string);
                let [name, gene, place, partner] = [name, &key.gene, &key.at_kinase.to_string(), &partner].map(|text| one_line(text));
                writeln!(
                    out,
                    "{name}\t{kind}\t{gene}\t{place}\t{partner}\t{}\t{}\t{}\t{}",
                    seen.samples, material.samples, seen.max_fragments, seen.max_allele_fraction
                )?;
            }
            for (change, noise) in &material.bases {
                let (gene, change) = change.split_once(' ').unwrap_or((change, ""));
                let [name, gene, change] = [name.as_str(), gene, change].map(one_line);
                let share = noise.alt_fragments as f64 / noise.depth.max(1) as f64;
                writeln!(
                    out,
                    "{name}\tbase\t{gene}\t{change}\t.\t{}\t{}\t{}\t{share:.6}",
                    noise.samples_with, noise.samples, noise.alt_fragments
                )?;
            }
        }
        Ok(())
    })
}
