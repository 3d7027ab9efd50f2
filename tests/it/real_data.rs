//! Real samples, and what a test makes of them. They stay outside of the project: `KINFUSE_SHARED` names their folder.

use crate::support::command;
use crate::support::sam;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::support::command::{call, files, has_program, kinfuse, passed, same_files, table, Row};
use crate::support::shared::shared;

/// EML4 on `GRCh38`, with a margin.
const EML4: std::ops::Range<i64> = 42_160_000..42_340_000;

/// Versions of the `RefSeq` accessions of `GRCh38` (`GCF_000001405.40`), chromosomes 1 to 22, X and Y.
const REFSEQ_VERSIONS: [u32; 24] = [11, 12, 12, 12, 10, 12, 14, 11, 12, 11, 10, 12, 11, 9, 10, 10, 10, 10, 10, 11, 9, 11, 11, 10];

/// H3122 as a sorted BAM of this text, called in a new folder; the name of the sample is `h3122`.
struct Called {
    folder: tempfile::TempDir,
}

impl Called {
    fn on_text(text: &str, more: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let bam = folder.path().join("in.bam");
        sam::write(text, &bam, None, true);
        Self::on_bam(folder, &bam, more)
    }

    fn on_bam(folder: tempfile::TempDir, bam: &Path, more: &[&str]) -> Self {
        let mut arguments: Vec<&OsStr> = vec!["-s".as_ref(), "sample".as_ref()];
        arguments.extend(more.iter().map(OsStr::new));
        arguments.push(bam.as_ref());
        call(&folder.path().join("out"), &arguments);
        Self { folder }
    }

    fn out(&self) -> PathBuf {
        self.folder.path().join("out")
    }

    fn passed(&self) -> Vec<Row> {
        passed(&self.out(), "sample")
    }

    fn first(&self) -> Row {
        table(&self.out().join("sample.fusions.tsv")).into_iter().next().expect("fusions.tsv has a line")
    }

    /// The calls without what depends on numbers of duplicates or on names of reads.
    fn calls(&self) -> Vec<Vec<String>> {
        let columns = [
            "fusion",
            "breakpoint5",
            "breakpoint3",
            "exon_junction",
            "variant",
            "split_fragments",
            "pair_fragments",
            "clip_fragments",
            "fragments",
            "depth5",
            "depth3",
            "allele_fraction",
            "filter",
            "homology_bp",
            "insertion",
        ];
        let rows = table(&self.out().join("sample.fusions.tsv"));
        rows.iter().map(|row| columns.iter().map(|column| row.get(column).to_owned()).collect()).collect()
    }
}

fn is_h3122_fusion(called: &Called, what: &str) {
    let first = called.first();
    assert_eq!(first.get("filter"), "PASS", "{what}: {first:?}");
    for (column, expected) in
        [("fusion", "EML4::ALK"), ("exon_junction", "E13;A20"), ("variant", "V1"), ("gene5", "EML4"), ("gene3", "ALK")]
    {
        assert_eq!(first.get(column), expected, "{what}: {column}");
    }
    assert!((first.position("breakpoint5") - 42_299_750).abs() <= 2, "{what}: {first:?}");
    assert!((first.position("breakpoint3") - 29_223_741).abs() <= 2, "{what}: {first:?}");
    assert_eq!(called.passed().len(), 1, "{what}: another fusion passed: {:?}", called.passed());
    println!("{what}: EML4::ALK E13;A20 V1, {} fragments, quality {}", first.get("fragments"), first.get("qual"));
}

fn h3122(check: &str) -> Option<(PathBuf, String)> {
    let bam = shared(check)?.join("real/H3122_EML4.bam");
    let text = sam::text(&bam);
    Some((bam, text))
}

#[test]
fn h3122_shows_eml4_alk_variant_1_without_fasta_and_gtf() {
    let Some((bam, _)) = h3122("H3122") else { return };
    let called = Called::on_bam(tempfile::tempdir().expect("a temporary folder"), &bam, &[]);
    is_h3122_fusion(&called, "H3122");
    command::other_tools_read(&called.out().join("sample.vcf.gz"), None);
}

#[test]
fn h3122_is_found_with_half_and_a_tenth_of_the_fragments() {
    let Some((_, text)) = h3122("H3122 thinned") else { return };
    for one_in in [2, 10] {
        for salt in 1..=8 {
            let thin = sam::records(&text, |fields| sam::name_hash(&fields[0], salt).is_multiple_of(one_in).then_some(fields));
            let records = |text: &str| text.lines().filter(|line| !line.starts_with('@')).count() as f64;
            let share = records(&thin) / records(&text) * one_in as f64;
            assert!((0.9..1.1).contains(&share), "one in {one_in} keeps {share} of what it should");
            is_h3122_fusion(&Called::on_text(&thin, &[]), &format!("H3122, one fragment in {one_in}, salt {salt}"));
        }
    }
}

#[test]
fn h3122_is_found_under_other_contig_names() {
    let Some((_, text)) = h3122("H3122 renamed") else { return };
    let plain = |name: &str| name.strip_prefix("chr").filter(|stem| stem.len() <= 2).unwrap_or(name).to_owned();
    let refseq = |name: &str| {
        let number = match name.strip_prefix("chr") {
            Some("X") => 23,
            Some("Y") => 24,
            Some("M") => return "NC_012920.1".to_owned(),
            Some(digits) => digits.parse::<usize>().unwrap_or(0),
            None => 0,
        };
        match number {
            1..=24 => format!("NC_{number:06}.{}", REFSEQ_VERSIONS[number - 1]),
            _ => name.to_owned(),
        }
    };
    is_h3122_fusion(&Called::on_text(&renamed(&text, &plain), &[]), "H3122 with contigs named 2");
    let text = renamed(&text, &refseq);
    assert!(!text.contains("\tchr2\t") && !text.contains("chr2,") && text.contains("\tSN:NC_000002.12\t"));
    let called = Called::on_text(&text, &[]);
    is_h3122_fusion(&called, "H3122 with contigs named NC_000002.12");
    assert_eq!(called.first().contig("breakpoint5"), "NC_000002.12");
}

fn renamed(text: &str, name: &dyn Fn(&str) -> String) -> String {
    let in_entry = |entry: &str| {
        let (contig, rest) = entry.split_once(',').expect("an entry has commas");
        format!("{},{rest}", name(contig))
    };
    sam::rewrite(
        text,
        |line| {
            let fields =
                line.split('\t').map(|field| field.strip_prefix("SN:").map_or(field.to_owned(), |contig| format!("SN:{}", name(contig))));
            fields.collect::<Vec<_>>().join("\t")
        },
        |mut fields| {
            for index in [2, 6] {
                fields[index] = name(&fields[index]);
            }
            for tag in ["SA", "XA"] {
                let entries: Vec<String> = sam::entries(&fields, tag).iter().map(|entry| in_entry(entry)).collect();
                if !entries.is_empty() {
                    sam::set_entries(&mut fields, tag, &entries);
                }
            }
            Some(fields)
        },
    )
}

#[test]
fn h3122_is_found_without_sa_tags() {
    let Some((_, text)) = h3122("H3122 without SA") else { return };
    let bare = sam::records(&text, |mut fields| {
        sam::set_entries(&mut fields, "SA", &[]);
        Some(fields)
    });
    assert!(text.contains("\tSA:Z:") && !bare.contains("\tSA:Z:"));
    is_h3122_fusion(&Called::on_text(&bare, &[]), "H3122 without SA tags");
}

#[test]
fn h3122_is_found_without_supplementary_pieces() {
    let Some((_, text)) = h3122("H3122 without pieces") else { return };
    let primary = sam::records(&text, |fields| (sam::flag(&fields) & 0x900 == 0).then_some(fields));
    is_h3122_fusion(&Called::on_text(&primary, &[]), "H3122 without supplementary pieces");
}

#[test]
fn h3122_without_eml4_shows_no_fusion() {
    let Some((_, text)) = h3122("H3122 without EML4") else { return };
    let in_eml4 = |contig: &str, position: &str| contig == "chr2" && position.parse::<i64>().is_ok_and(|position| EML4.contains(&position));
    let without = sam::records(&text, |mut fields| {
        let next_contig = if fields[6] == "=" { fields[2].clone() } else { fields[6].clone() };
        if in_eml4(&fields[2], &fields[3]) || in_eml4(&next_contig, &fields[7]) {
            return None;
        }
        for tag in ["SA", "XA"] {
            let all = sam::entries(&fields, tag);
            let elsewhere: Vec<String> = all
                .iter()
                .filter(|entry| {
                    let mut parts = entry.split(',');
                    let (contig, position) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
                    !in_eml4(contig, position.trim_start_matches(['+', '-']))
                })
                .cloned()
                .collect();
            if elsewhere.len() < all.len() {
                sam::set_entries(&mut fields, tag, &elsewhere);
            }
        }
        Some(fields)
    });
    println!("{} of {} records are left", without.lines().count(), text.lines().count());
    let called = Called::on_text(&without, &[]);
    assert!(called.passed().is_empty(), "{:?}", called.passed());
}

#[test]
fn doubling_every_record_as_duplicate_changes_no_call() {
    let Some((_, text)) = h3122("H3122 doubled") else { return };
    let mut doubled = String::with_capacity(2 * text.len());
    for line in text.lines() {
        doubled.push_str(line);
        doubled.push('\n');
        if !line.starts_with('@') {
            let mut fields: Vec<String> = line.split('\t').map(str::to_owned).collect();
            fields[1] = (sam::flag(&fields) | 0x400).to_string();
            fields[0].insert_str(0, "copy:");
            doubled.push_str(&fields.join("\t"));
            doubled.push('\n');
        }
    }
    assert_eq!(Called::on_text(&doubled, &[]).calls(), Called::on_text(&text, &[]).calls());
}

#[test]
fn renaming_reads_changes_no_call() {
    let Some((_, text)) = h3122("H3122 with other read names") else { return };
    let other = sam::records(&text, |mut fields| {
        let suffix = fields[0].rsplit(':').next().unwrap_or("").to_owned();
        fields[0] = format!("r{}:{suffix}", sam::name_hash(&fields[0], 99));
        Some(fields)
    });
    assert_eq!(Called::on_text(&other, &[]).calls(), Called::on_text(&text, &[]).calls());
}

#[test]
fn h3122_cut_to_alk_is_still_found() {
    let Some((_, text)) = h3122("H3122 cut to ALK") else { return };
    let cut = sam::records(&text, |fields| {
        let position: u32 = fields[3].parse().expect("a position");
        (fields[2] == "chr2" && (29_190_000..29_930_000).contains(&position)).then_some(fields)
    });
    is_h3122_fusion(&Called::on_text(&cut, &[]), "H3122 cut to ALK");
}

#[test]
fn lib001_thinned_shows_no_third_variant() {
    let Some(folder) = shared("Lib001 thinned") else { return };
    let text = sam::text(&folder.join("real/Lib001.consolidated.bam"));
    for salt in 1..=6 {
        let thin = sam::records(&text, |fields| sam::name_hash(&fields[0], salt).is_multiple_of(4).then_some(fields));
        let rows = Called::on_text(&thin, &[]).passed();
        assert!(rows.iter().any(|row| row.get("variant") == "V3b"), "{rows:?}");
        assert!(rows.iter().all(|row| ["V3a", "V3b"].contains(&row.get("variant"))), "{rows:?}");
    }
}

#[test]
fn lib001_shows_variants_3a_and_3b_and_nothing_else() {
    let Some(folder) = shared("Lib001") else { return };
    let bam = folder.join("real/Lib001.consolidated.bam");
    let called = Called::on_bam(tempfile::tempdir().expect("a temporary folder"), &bam, &[]);
    let rows = called.passed();
    let find = |variant: &str| rows.iter().find(|row| row.get("variant") == variant).unwrap_or_else(|| panic!("no {variant}: {rows:?}"));
    for (variant, eml4) in [("V3a", 42_491_871), ("V3b", 42_492_091)] {
        let row = find(variant);
        assert_eq!((row.get("fusion"), row.get("units")), ("EML4::ALK", "molecules"), "{row:?}");
        assert!((row.position("breakpoint5") - eml4).abs() <= 2, "{row:?}");
        assert!((row.position("breakpoint3") - 29_446_394).abs() <= 2, "{row:?}");
        println!("Lib001: {variant}, {} molecules, quality {}", row.get("fragments"), row.get("qual"));
    }
    assert_eq!(rows.len(), 2, "another fusion passed: {rows:?}");
    let listed = command::table(&called.out().join("sample.fusions.tsv"));
    assert_eq!(listed.len(), 2, "mates of G's only, all put to one place, are no fusion: {listed:?}");
    command::other_tools_read(&called.out().join("sample.vcf.gz"), None);
    // The reads of four molecules of V3a lie in three pieces, their primary alignments far from both breaks.
    let json = std::fs::read(called.out().join("sample.kinfuse.json")).expect("the document is there");
    let json: serde_json::Value = serde_json::from_slice(&json).expect("it is JSON");
    for (row, drawn) in listed.iter().zip(json["drawings"]["fusions"].as_array().into_iter().flatten()) {
        let lines = drawn["reads"]["rows"].as_array().map_or(0, Vec::len);
        assert_eq!(lines.to_string(), row.get("fragments"), "every molecule of {} is drawn", row.get("variant"));
    }
}

#[test]
fn the_number_of_threads_changes_no_byte_on_real_data() {
    let Some(folder) = shared("threads") else { return };
    for bam in ["H3122_EML4.bam", "Lib001.consolidated.bam"] {
        let bam = folder.join("real").join(bam);
        let [one, two] = ["1", "2"].map(|threads| Called::on_bam(tempfile::tempdir().expect("a temporary folder"), &bam, &["-t", threads]));
        assert!(files(&one.out()).contains(&"sample.fusions.tsv".to_owned()));
        assert_eq!(files(&one.out()), files(&two.out()));
        for name in files(&one.out()) {
            let read = |called: &Called| std::fs::read(called.out().join(&name)).expect("the file can be read");
            assert!(read(&one) == read(&two), "{name} differs");
        }
    }
}

#[test]
fn both_samples_take_less_than_a_second_and_100_mb() {
    let Some(folder) = shared("time and memory") else { return };
    if !has_program("time") {
        println!("skipped: time and memory (GNU time is not installed)");
        return;
    }
    for bam in ["H3122_EML4.bam", "Lib001.consolidated.bam"] {
        let out = tempfile::tempdir().expect("a temporary folder");
        let output = std::process::Command::new("time")
            .args(["-f", "TIME %e %M", env!("CARGO_BIN_EXE_kinfuse"), "call", "-o"])
            .arg(out.path())
            .arg(folder.join("real").join(bam))
            .output()
            .expect("time starts");
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{text}");
        let line = text.lines().rev().find_map(|line| line.strip_prefix("TIME ")).expect("time prints its line");
        let (seconds, kilobytes) = line.split_once(' ').expect("two numbers");
        let (seconds, kilobytes): (f64, f64) = (seconds.parse().expect("seconds"), kilobytes.parse().expect("kilobytes"));
        assert!(files(out.path()).iter().any(|name| name.ends_with(".fusions.tsv")), "nothing was written");
        println!("{bam}: {seconds} s, {:.0} MB", kilobytes / 1024.0);
        assert!(kilobytes < 100.0 * 1024.0, "{bam} takes {kilobytes} kB");
        // Without optimisation the time says nothing.
        assert!(cfg!(debug_assertions) || seconds < 1.0, "{bam} takes {seconds} s");
    }
}

#[test]
fn the_kinases_own_splices_are_no_ends_without_a_place_in_an_unspliced_alignment() {
    let Some(shared) = shared("Lib001, own splices") else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let bam = shared.join("real/Lib001.consolidated.bam");
    let outcome = call(folder.path(), &["-s".as_ref(), "x".as_ref(), bam.as_ref()]);
    assert!(!outcome.stderr.contains("without a place"), "{}", outcome.stderr);
    // V3a and V3b begin at one place of ALK: what they and the unbroken transcripts share is counted once.
    let metrics = std::fs::read_to_string(folder.path().join("x.metrics.tsv")).expect("the file is there");
    let shares: Vec<f64> = metrics
        .lines()
        .filter(|line| line.contains("fusion_transcript_share"))
        .map(|line| line.split('\t').nth(2).and_then(|cell| cell.parse().ok()).expect("a share"))
        .collect();
    assert!(shares.len() == 2 && shares.iter().sum::<f64>() < 1.0, "{shares:?}");
}

#[test]
fn a_report_renewed_by_the_tables_of_its_call_is_the_same_to_the_byte() {
    let Some(shared) = shared("reports of real samples renewed") else { return };
    for (bam, sample) in [("H3122_EML4.bam", "H3122_EML4"), ("Lib001.consolidated.bam", "Lib001.consolidated")] {
        let [called, renewed] = [(); 2].map(|()| tempfile::tempdir().expect("a temporary folder"));
        call(called.path(), &["--tumour".as_ref(), "NSCLC".as_ref(), shared.join("real").join(bam).as_ref()]);
        let json = called.path().join(format!("{sample}.kinfuse.json"));
        let outcome = kinfuse(["report".as_ref(), "-o".as_ref(), renewed.path().as_os_str(), json.as_ref()]);
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        same_files(called.path(), renewed.path());
    }
}
