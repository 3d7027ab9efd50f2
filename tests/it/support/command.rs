//! Runs the binary and reads what it wrote.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// How a run ended.
#[derive(Debug)]
pub struct Outcome {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// What a gzip file of any kind (a table, an index, a VCF) holds.
pub fn unpacked(path: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    flate2::read::MultiGzDecoder::new(file).read_to_end(&mut bytes).expect("it unpacks");
    bytes
}

/// The same of a text.
pub fn unpacked_text(path: &Path) -> String {
    String::from_utf8(unpacked(path)).expect("it is text")
}

/// Runs `kinfuse` with these arguments, without a HOME.
pub fn kinfuse<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Outcome {
    let arguments: Vec<_> = arguments.into_iter().map(|argument| argument.as_ref().to_owned()).collect();
    let output = assert_cmd::cargo::cargo_bin_cmd!("kinfuse")
        .args(arguments)
        .env_remove("HOME")
        .timeout(std::time::Duration::from_mins(5))
        .output()
        .expect("the binary starts");
    Outcome {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// `kinfuse call -o FOLDER ...` on one sample, which must end well.
pub fn call(folder: &Path, arguments: &[&OsStr]) -> Outcome {
    let mut all: Vec<&OsStr> = vec!["call".as_ref(), "-o".as_ref(), folder.as_ref()];
    all.extend(arguments);
    let outcome = kinfuse(all);
    assert_eq!(outcome.code, Some(0), "kinfuse call {arguments:?}: {}", outcome.stderr);
    outcome
}

/// A file of the repository.
pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// One line of a table, by column name.
#[derive(Debug, Clone)]
pub struct Row(BTreeMap<String, String>);

impl Row {
    /// The cell of a column that must be there.
    pub fn get(&self, column: &str) -> &str {
        self.0.get(column).unwrap_or_else(|| panic!("no column {column} in {:?}", self.0.keys()))
    }

    /// The cell as a number.
    pub fn number(&self, column: &str) -> f64 {
        self.get(column).parse().unwrap_or_else(|_| panic!("{column} = {} is no number", self.get(column)))
    }

    /// 1-based position of a cell such as `chr2:29223528:-`.
    pub fn position(&self, column: &str) -> i64 {
        self.get(column).split(':').nth(1).and_then(|text| text.parse().ok()).expect("chrom:pos:strand")
    }

    /// Contig of such a cell.
    pub fn contig(&self, column: &str) -> &str {
        self.get(column).split(':').next().expect("a text has a first part")
    }
}

/// Reads a tab-separated table; lines that start with `##` are skipped.
pub fn table(path: &Path) -> Vec<Row> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut lines = text.lines().filter(|line| !line.starts_with("##"));
    let header: Vec<String> = lines.next().expect("a header line").trim_start_matches('#').split('\t').map(str::to_owned).collect();
    lines
        .map(|line| {
            let cells: Vec<String> = line.split('\t').map(str::to_owned).collect();
            assert_eq!(cells.len(), header.len(), "{}: {line}", path.display());
            Row(header.iter().cloned().zip(cells).collect())
        })
        .collect()
}

/// The lines of a gzip file that do not begin with `#`.
pub fn table_gz(path: &Path) -> Vec<String> {
    unpacked_text(path).lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
}

/// The rows of `<sample>.fusions.tsv` that passed.
pub fn passed(folder: &Path, sample: &str) -> Vec<Row> {
    let rows = table(&folder.join(format!("{sample}.fusions.tsv")));
    rows.into_iter().filter(|row| row.get("filter") == "PASS").collect()
}

/// The rows of `<sample>.variants.tsv` that were called.
pub fn called_variants(folder: &Path, sample: &str) -> Vec<Row> {
    let rows = table(&folder.join(format!("{sample}.variants.tsv")));
    rows.into_iter().filter(|row| row.get("status") == "called" && row.get("filter") == "PASS").collect()
}

/// The one value of `status` in `<sample>.metrics.tsv`, whether it has a line or a column a metric.
pub fn status(folder: &Path, sample: &str) -> String {
    let path = folder.join(format!("{sample}.metrics.tsv"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut lines = text.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let header = lines.next().expect("a header line");
    let rows: Vec<Vec<&str>> = lines.collect();
    if let Some(column) = header.iter().position(|name| *name == "status") {
        return rows.first().expect("a line below the header")[column].to_owned();
    }
    let row = rows.iter().find(|row| row.contains(&"status")).unwrap_or_else(|| panic!("no status in {}", path.display()));
    let at = row.iter().position(|cell| *cell == "status").expect("just found");
    row[at + 1].to_owned()
}

/// The names of the files in a folder, sorted; none when there is no folder.
pub fn files(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<String> = entries.map(|entry| entry.expect("a readable entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// All files of one folder are in the other, to the byte, and no more.
pub fn same_files(called: &Path, renewed: &Path) {
    // What only the reads can tell is of the call alone.
    let of_document = |dir: &Path| -> Vec<String> {
        files(dir).into_iter().filter(|name| !name.contains("evidence.bam") && !name.ends_with(".igv.xml")).collect()
    };
    assert_eq!(of_document(called), of_document(renewed));
    for name in of_document(called) {
        let read = |dir: &Path| std::fs::read(dir.join(&name)).expect("the file is there");
        assert!(read(called) == read(renewed), "{name} differs");
    }
}

/// Whether a program can be started.
pub fn has_program(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(name).is_file())
}

/// That `bcftools view -Ob` (and, given a FASTA, `bcftools norm --check-ref e`) reads a VCF, and pysam a VCF and a BAM; each
/// only where it is installed.
pub fn other_tools_read(vcf: &Path, fasta: Option<&Path>) {
    let run = |program: &str, arguments: &[&OsStr]| {
        let output = std::process::Command::new(program).args(arguments).output().expect("the program starts");
        assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    };
    if has_program("bcftools") {
        run("bcftools", &["view".as_ref(), "-Ob".as_ref(), "-o".as_ref(), "/dev/null".as_ref(), vcf.as_ref()]);
        if let Some(fasta) = fasta {
            let check = ["norm", "--check-ref", "e", "-o", "/dev/null", "-f"].map(OsStr::new);
            run("bcftools", &[&check[..], &[fasta.as_ref(), vcf.as_ref()]].concat());
        }
    } else {
        println!("skipped: no bcftools");
    }
    let has_pysam = std::process::Command::new("python3").args(["-c", "import pysam"]).output();
    if has_pysam.is_ok_and(|output| output.status.success()) {
        let script = "import pysam,sys\nfor r in pysam.VariantFile(sys.argv[1]): str(r)";
        run("python3", &["-c".as_ref(), script.as_ref(), vcf.as_ref()]);
    } else {
        println!("skipped: no pysam");
    }
}
