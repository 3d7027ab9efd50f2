//! The callers beside which kinfuse is measured: how each is run, and what it says.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use kinfuse::evaluate::call::{CallTier, CalledJunction};
use kinfuse::evaluate::CallerFiles;
use kinfuse::genome::Strand;
use kinfuse::simulate::SimulatedMolecule;

use crate::laboratory::{run, Laboratory};

/// A caller. Its lines of bash see `BAM`, `OUT` (its folder for a sample), `FASTA`, `GTF`, `WORK` and `MATERIAL`.
pub struct Tool {
    pub name: &'static str,
    /// Programs that it needs.
    programs: &'static [&'static str],
    /// Prints the version.
    version: &'static str,
    /// What it reads: `rna`, `dna` or `long` (DNA).
    pub reads: &'static [&'static str],
    /// Makes its input of the BAM; this is not timed.
    before: &'static str,
    pub line: &'static str,
    /// The file of calls that the line leaves in `OUT`.
    calls: &'static str,
}

const LUMPY: Tool = Tool {
    name: "lumpy",
    programs: &["lumpyexpress", "samblaster", "gawk"],
    // The program itself states an older one.
    version: "dpkg-query -W -f '${Version}' lumpy-sv",
    reads: &["dna"],
    before: "",
    line: r#"lumpyexpress -B "$BAM" -T "$OUT/t" -o "$OUT/calls.vcf""#,
    calls: "calls.vcf",
};

/// All callers; the first is what the others are measured by.
pub const TOOLS: [Tool; 6] = [
    Tool {
        name: "kinfuse",
        programs: &[],
        version: r#""$KINFUSE" --version"#,
        reads: &["rna", "dna", "long"],
        before: "",
        line: r#""$KINFUSE" call -q -t 1 -s s --assay $MATERIAL -g "$GTF" -r "$FASTA" -o "$OUT" "$BAM""#,
        calls: "s.fusions.tsv",
    },
    Tool {
        name: "kallisto, pizzly",
        programs: &["kallisto", "pizzly", "samtools"],
        version: "kallisto version; pizzly --version | sed -n 1p",
        reads: &["rna"],
        before: r#"samtools collate -Ou "$BAM" "$OUT/c" | samtools fastq -N -1 "$OUT/1.fq" -2 "$OUT/2.fq" -0 /dev/null -s /dev/null"#,
        line: r#"kallisto quant -t 1 -i "$WORK/peers.idx" --fusion -o "$OUT" "$OUT/1.fq" "$OUT/2.fq"; pizzly -k 31 --gtf "$WORK/peers.gtf" --align-score 2 --insert-size 400 --fasta "$WORK/peers.fa" --output "$OUT/pizzly" "$OUT/fusion.txt""#,
        calls: "pizzly.json",
    },
    Tool {
        name: "delly",
        programs: &["delly"],
        version: "delly --version 2>&1 | sed -n 1p",
        reads: &["dna"],
        before: "",
        line: r#"delly call -g "$FASTA" "$BAM" > "$OUT/calls.vcf""#,
        calls: "calls.vcf",
    },
    LUMPY,
    Tool { name: "lumpy -m 2", line: r#"lumpyexpress -m 2 -B "$BAM" -T "$OUT/t" -o "$OUT/calls.vcf""#, ..LUMPY },
    Tool {
        name: "sniffles",
        programs: &["sniffles"],
        version: "sniffles --version",
        reads: &["long"],
        before: "",
        // A panel has no reads in the middle of a large event, without which it is filtered by default.
        line: r#"sniffles -t 1 --non-germline --minsupport 2 --qc-coverage 0 --no-qc --input "$BAM" --vcf "$OUT/calls.vcf""#,
        calls: "calls.vcf",
    },
];

/// What lines of bash are told.
type Variables<'v> = [(&'static str, &'v Path)];

/// What a line of bash prints on standard output and on standard error; `None` where it fails.
fn bash(line: &str, variables: &Variables) -> Option<[String; 2]> {
    let mut command = Command::new("bash");
    command.args(["-c", &format!("set -euo pipefail; {line}")]).envs(variables.iter().copied());
    command.envs([("LC_ALL", "C"), ("OMP_NUM_THREADS", "1"), ("KINFUSE", env!("CARGO_BIN_EXE_kinfuse"))]);
    let output = command.output().expect("bash is there");
    output.status.success().then(|| [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()))
}

impl Tool {
    /// The versions of its programs; `None` where one is missing.
    pub fn version(&self) -> Option<String> {
        let is_there = |program: &&str| bash(&format!("command -v {program}"), &[]).is_some();
        self.programs.iter().all(is_there).then(|| {
            let text = bash(self.version, &[]).unwrap_or_default().concat();
            let words = text.split([' ', '-', '+', '\n']).map(|word| word.trim_start_matches('v'));
            let numbers = words.filter(|word| word.starts_with(|first: char| first.is_ascii_digit()) && word.contains('.'));
            numbers.collect::<Vec<_>>().join(", ")
        })
    }

    /// The calls of a sample and the seconds of processor time that they took; `None` where the tool failed.
    pub fn call(&self, material: &str, [bam, out, fasta]: [&Path; 3], laboratory: &Laboratory) -> Option<(Vec<CalledJunction>, f64)> {
        let gtf = laboratory.shared.join("genome/grch38.gtf");
        std::fs::create_dir_all(out).expect("the folder of a tool can be made");
        let variables: &Variables =
            &[("BAM", bam), ("OUT", out), ("FASTA", fasta), ("GTF", &gtf), ("WORK", &laboratory.work), ("MATERIAL", Path::new(material))];
        bash(self.before, variables)?;
        let timed = format!("TIMEFORMAT='%U %S'; time {{ {}; }} > \"$OUT/log\" 2>&1", self.line);
        let [_, times] = bash(&timed, variables)?;
        let seconds = times.split_whitespace().filter_map(|number| number.parse::<f64>().ok()).sum();
        let path = out.join(self.calls);
        if path.extension().is_some_and(|extension| extension == "json") {
            return Some((pizzly(&path), seconds));
        }
        let calls = CallerFiles { name: self.name.to_owned(), paths: vec![path] }.read(Some("s")).expect("the calls can be read");
        Some((calls.into_values().flat_map(|calls| calls.fusions).collect(), seconds))
    }
}

/// Pairs of genes. All are in a second file, beside those that passed.
fn pizzly(passed: &Path) -> Vec<CalledJunction> {
    let pairs = |path: PathBuf| -> Vec<[Option<String>; 2]> {
        let text = std::fs::read_to_string(path).expect("pizzly has written its calls");
        let document: serde_json::Value = serde_json::from_str(&text).expect("they are JSON");
        let genes = |pair: &serde_json::Value| ["geneA", "geneB"].map(|gene| pair[gene]["name"].as_str().map(str::to_owned));
        document["genes"].as_array().into_iter().flatten().map(genes).collect()
    };
    let all = pairs(passed.with_extension("unfiltered.json"));
    let passed = pairs(passed.to_owned());
    let tier = |genes: &[Option<String>; 2]| if passed.contains(genes) { CallTier::Pass } else { CallTier::Flagged };
    all.into_iter().map(|genes| CalledJunction { genes: genes.clone(), ..CalledJunction::new(tier(&genes), [None, None]) }).collect()
}

/// Every transcript of the laboratory for pizzly: FASTA, GTF, and kallisto's index.
pub fn write_transcripts(laboratory: &Laboratory) {
    let (mut fasta, mut gtf) = (String::new(), String::new());
    for gene in laboratory.genes() {
        let models = laboratory.models(gene);
        for (index, model) in models.iter().enumerate() {
            let is_repeated = models[..index].iter().any(|other| other.exons == model.exons);
            let Some(molecule) = SimulatedMolecule::new(gene, &model.pieces(), &laboratory.reference).ok().filter(|_| !is_repeated) else {
                continue;
            };
            let _ = writeln!(fasta, ">{gene}.{index}\n{}", String::from_utf8_lossy(molecule.bases()));
            let (start, end) = model.exons.iter().fold((u32::MAX, 0), |(start, end), exon| (start.min(exon.1), end.max(exon.2)));
            let whole = [("gene", start, end), ("transcript", start, end)];
            let exons = model.exons.iter().map(|&(_, start, end)| ("exon", start, end));
            for (feature, start, end) in whole.into_iter().skip(usize::from(index > 0)).chain(exons) {
                let contig = laboratory.reference.contigs().name(model.contig);
                let (start, strand) = (start + 1, if model.strand == Strand::Forward { '+' } else { '-' });
                let _ = write!(gtf, "{contig}\tlab\t{feature}\t{start}\t{end}\t.\t{strand}\t.\tgene_id \"{gene}\"; gene_name \"{gene}\"; ");
                let _ = write!(gtf, "gene_biotype \"protein_coding\"; transcript_id \"{gene}.{index}\"; ");
                let _ = writeln!(gtf, "transcript_biotype \"protein_coding\";");
            }
        }
    }
    for (name, text) in [("peers.fa", fasta), ("peers.gtf", gtf)] {
        std::fs::write(laboratory.work.join(name), text).expect("the transcripts can be written");
    }
    run(Command::new("kallisto").args(["index", "-k", "31", "-i", "peers.idx", "peers.fa"]).current_dir(&laboratory.work));
}
