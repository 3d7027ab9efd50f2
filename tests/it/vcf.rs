//! The VCF as its readers take it: `kinfuse check-vcf`, bcftools, and Arriba's `-d`.

use std::ffi::OsStr;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::command::{call, kinfuse, passed, repository, table_gz, unpacked_text};

/// Calls the DNA sample that the project made, as `x`.
fn dna(folder: &Path) {
    let [fasta, gtf, bam] = ["test-data/mini.fa", "test-data/mini.gtf", "test-data/dna.bam"].map(repository);
    let options: [&OsStr; 7] = ["-s".as_ref(), "x".as_ref(), "-r".as_ref(), fasta.as_ref(), "-g".as_ref(), gtf.as_ref(), bam.as_ref()];
    call(folder, &options);
}

#[test]
fn check_vcf_finds_no_fault_in_our_files_and_names_those_of_others_by_line() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    dna(folder.path());
    let packed = folder.path().join("x.vcf.gz");
    let sound = kinfuse(["check-vcf".as_ref(), packed.as_os_str()]);
    assert_eq!((sound.code, sound.stdout.as_str(), sound.stderr.as_str()), (Some(0), "", ""));
    let text = unpacked_text(&packed);
    let broken = folder.path().join("broken.vcf");
    std::fs::write(&broken, text.replacen("SVTYPE=BND", "SVTYPE=TRA", 1)).expect("the folder takes it");
    let faulty = kinfuse(["check-vcf".as_ref(), broken.as_os_str()]);
    assert_eq!(faulty.code, Some(1));
    let lines: Vec<&str> = faulty.stdout.lines().collect();
    assert!(!lines.is_empty() && lines.iter().all(|line| line.starts_with(&format!("{}: line ", broken.display()))), "{lines:?}");
    assert!(faulty.stdout.contains("SVTYPE TRA is none of"), "{}", faulty.stdout);
    assert!(faulty.stderr.contains("against VCF 4.4") && faulty.stderr.lines().count() == 1, "{}", faulty.stderr);
    // The same from standard input.
    let mut piped = Command::new(assert_cmd::cargo::cargo_bin!("kinfuse"))
        .args(["check-vcf", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    piped.stdin.take().expect("a pipe").write_all(text.as_bytes()).expect("it reads all");
    assert_eq!(piped.wait_with_output().expect("it ends").status.code(), Some(0));
    let missing = kinfuse(["check-vcf", "no-such.vcf"]);
    assert!(missing.code == Some(1) && missing.stderr.contains("no-such.vcf"), "{}", missing.stderr);
}

#[test]
fn bcftools_reads_our_files_without_a_word() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    dna(folder.path());
    let Ok(output) = Command::new("bcftools").arg("view").arg(folder.path().join("x.vcf.gz")).output() else {
        eprintln!("skipped: no bcftools");
        return;
    };
    assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Breakpoints and directions as Arriba documents that it reads them (documentation/input-files.md, "Structural variant calls"): SVTYPE must
/// be there, one of BND, DEL, DUP, INV; all but BND need END; single breakends are ignored. `downstream` (+): the partner is joined at a
/// coordinate higher than the breakpoint.
fn as_arriba(line: &str) -> Option<[(String, u32, char); 2]> {
    let cells: Vec<&str> = line.split('\t').collect();
    let info = |key: &str| cells[7].split(';').find_map(|item| item.strip_prefix(key)?.strip_prefix('='));
    let position: u32 = cells[1].parse().expect("POS is a number");
    match info("SVTYPE") {
        Some("BND") => {
            let bracket = cells[4].find(['[', ']'])?;
            let inner = cells[4][bracket + 1..].split(['[', ']']).next()?;
            let (contig, other) = inner.rsplit_once(':')?;
            let own = if cells[4].starts_with(['[', ']']) { '-' } else { '+' };
            let mate = if cells[4].contains('[') { '-' } else { '+' };
            Some([(cells[0].to_owned(), position, own), (contig.to_owned(), other.parse().ok()?, mate)])
        }
        Some("DEL") => {
            let end = info("END").expect("all but BND need END").parse().ok()?;
            Some([(cells[0].to_owned(), position, '+'), (cells[0].to_owned(), end, '-')])
        }
        None => None,
        Some(other) => panic!("SVTYPE {other} is not among those that Arriba takes"),
    }
}

#[test]
fn arriba_finds_the_rearrangement_of_the_dna_in_our_vcf() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    dna(folder.path());
    let row = &passed(folder.path(), "x")[0];
    let found: Vec<_> = table_gz(&folder.path().join("x.vcf.gz")).iter().filter_map(|line| as_arriba(line)).collect();
    assert_eq!(found.len(), 2, "both ends of one rearrangement: {found:?}");
    // The 5' partner on the forward strand goes on downstream, on the reverse strand upstream; the 3' partner the other way round.
    let strand = |column: &str| row.get(column).rsplit(':').next().expect("a strand").to_owned();
    let five = if strand("breakpoint5") == "+" { '+' } else { '-' };
    let three = if strand("breakpoint3") == "+" { '-' } else { '+' };
    for [own, mate] in found {
        for (column, direction) in [("breakpoint5", five), ("breakpoint3", three)] {
            let end = [&own, &mate].into_iter().find(|end| end.0 == row.contig(column)).expect("the partner's contig");
            let off = i64::from(end.1) - row.position(column);
            assert!(off.abs() <= row.number("homology_bp") as i64 && end.2 == direction, "{column} {end:?} {row:?}");
        }
    }
}
