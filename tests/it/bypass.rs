//! Changes of other genes through BAMs: hot spots, and exon 14 of MET, left out of transcripts or changed at its splice sites.

use std::path::Path;

use kinfuse::genome::{Assembly, Interval, Strand};
use kinfuse::simulate::{AlignerStyle, MoleculePiece, Sampler, SimulatedFragment, SimulatedLibrary, SimulatedMolecule, Substitution};
use serde_json::Value;

use crate::support::command::{call, kinfuse, other_tools_read, same_files, table, table_gz};
use crate::support::slices::Slices;

fn sampler(name: &str, seed: u64) -> Sampler {
    let library = SimulatedLibrary::short_reads(100, 200.0, 25.0);
    Sampler::new(library, name, seed)
}

/// The line of exon 14 in JSON and in the metrics.
fn exon_14(bam: &Path) -> (Value, String, String) {
    let out = bam.with_extension("out");
    call(&out, &["-s".as_ref(), "s".as_ref(), bam.as_ref()]);
    let json = std::fs::read_to_string(out.join("s.kinfuse.json")).expect("the JSON can be read");
    let json: Value = serde_json::from_str(&json).expect("the JSON is valid");
    let spots = json["off_target"].as_array().expect("a list");
    let spot = spots.iter().find(|spot| spot["site"] == "MET exon 14").expect("exon 14 has a line").clone();
    // What is called stands in the table of variants and in the VCF.
    let called = spot["variants"].as_array().into_iter().flatten().filter(|line| line["status"] == "called").count();
    let rows = table(&out.join("s.variants.tsv"));
    assert_eq!(rows.iter().filter(|row| row.get("gene") == "MET" && row.get("status") == "called").count(), called, "{spot}");
    // What is not called has its line there, too.
    let all = spot["variants"].as_array().map_or(0, Vec::len);
    assert_eq!(rows.iter().filter(|row| row.get("gene") == "MET").count(), all, "{spot}");
    let records = table_gz(&out.join("s.vcf.gz"));
    assert_eq!(records.iter().filter(|record| record.contains("GENE=MET;")).count(), called, "{spot} {records:?}");
    let checked = kinfuse(["check-vcf".as_ref(), out.join("s.vcf.gz").as_os_str()]);
    assert_eq!((checked.code, checked.stdout.as_str()), (Some(0), ""), "{records:?}");
    other_tools_read(&out.join("s.vcf.gz"), None);
    let metrics = table(&out.join("s.metrics.tsv"));
    let metric = metrics.iter().find(|row| row.get("metric") == "hotspot_MET_exon_14").expect("a metric");
    (spot, metric.get("value").to_owned(), metric.get("note").to_owned())
}

#[test]
fn transcripts_without_exon_14_are_counted_against_those_with_it_and_splicing_errors_are_no_call() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (assembly, seed) in [(Assembly::Grch37, 3), (Assembly::Grch38, 4)] {
        let slices = Slices::new(assembly, &["ALK", "MET"], seed);
        let (met, alk) = (slices.gene("MET"), slices.gene("ALK"));
        let whole = SimulatedMolecule::transcript(met, &slices.reference).expect("the exons are there");
        let exons = &met.transcript.as_ref().expect("a transcript").exons;
        let pieces: Vec<MoleculePiece> = exons
            .iter()
            .filter(|exon| (10..=18).contains(&exon.number) && exon.number != 14)
            .map(|exon| MoleculePiece::Genomic(Interval { contig: met.contig(), start: exon.start, end: exon.end }, Strand::Forward))
            .collect();
        let without = SimulatedMolecule::new("without", &pieces, &slices.reference).expect("within the slice");
        let other = SimulatedMolecule::transcript(alk, &slices.reference).expect("the exons are there");
        let start_of = |molecule: &SimulatedMolecule, exon: u32| {
            let first = met.transcript.as_ref().and_then(|transcript| transcript.exon(exon)).expect("the exon is there").start;
            molecule.offset_of(met.contig(), first).expect("it is on the molecule")
        };
        let (skipped, into) = (start_of(&without, 15), start_of(&whole, 14));
        for (lost, status) in [(40, "called"), (3, "not-seen"), (0, "not-seen")] {
            let mut sampler = sampler("r", seed + lost as u64);
            let mut fragments = sampler.crossing(&without, skipped, skipped, 12, lost);
            fragments.extend(sampler.crossing(&whole, into, into, 12, 100));
            fragments.extend(sampler.fragments(&other, 100));
            let path = folder.path().join(format!("{assembly}{lost}.bam"));
            slices.write(&path, "s", AlignerStyle::rna(), &fragments, true);
            let (spot, value, note) = exon_14(&path);
            assert_eq!(spot["status"], status, "{spot}");
            let line = &spot["variants"][0];
            // Pairs at the same place are one molecule.
            let number = |key: &str| line[key].as_u64().expect("a number") as usize;
            assert!(line["hgvs_p"] == "exon 14 skipping" && (lost * 9 / 10..=lost).contains(&number("alt_fragments")), "{line}");
            assert!((80 + lost..=100 + lost).contains(&number("depth")), "{line}");
            if status == "called" {
                assert_eq!((line["hgvs_c"].as_str(), line["filter"].as_str()), (Some("r.2942_3082del"), Some("PASS")), "{line}");
                assert!(value.starts_with("exon 14 skipping:0.2") && note.contains(" molecules without exon 14, "), "{value} {note}");
            } else {
                assert_eq!(value, "not-seen");
            }
        }
    }
}

#[test]
fn changes_at_the_splice_sites_of_exon_14_are_called_in_dna() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let slices = Slices::new(Assembly::Grch38, &["ALK", "MET"], 5);
    let met = slices.gene("MET");
    let exon = met.transcript.as_ref().and_then(|transcript| transcript.exon(14)).expect("the exon is there");
    let (start, end) = (exon.start, exon.end);
    let stretch = |from: u32, to: u32| MoleculePiece::Genomic(Interval { contig: met.contig(), start: from, end: to }, Strand::Forward);
    let plain = SimulatedMolecule::new("plain", &[stretch(start - 500, end + 500)], &slices.reference).expect("within the slice");
    let changed = |position: u32, base: u8| {
        let contig = met.contig();
        (plain.clone().with_substitutions(&[Substitution { contig, position, base }]), position)
    };
    let without = |from: u32, to: u32| {
        let pieces = [stretch(start - 500, from), stretch(to, end + 500)];
        (SimulatedMolecule::new("deleted", &pieces, &slices.reference).expect("within the slice"), from)
    };
    let cases = [
        (changed(end, b'T'), Some("c.3082+1G>T")),
        (changed(start - 2, b'G'), Some("c.2942-2A>G")),
        (changed(end - 1, b'A'), Some("c.3082G>A")),
        (without(start - 9, start + 3), Some("c.2942-9_2944del")),
        // The acceptor's two bases are there, the branch point and pyrimidines before them are not.
        (without(start - 30, start - 12), Some("c.2942-")),
        // Neither within the exon nor far before it.
        (changed(start + 70, if slices.reference.base(met.contig(), start + 70) == b'A' { b'C' } else { b'A' }), None),
        (without(start - 70, start - 52), None),
    ];
    for (number, ((molecule, position), name)) in cases.into_iter().enumerate() {
        let at = (position - (start - 500)) as usize;
        let mut sampler = sampler("d", 60 + number as u64);
        let fragments: Vec<SimulatedFragment> =
            [sampler.crossing(&molecule, at - 1, at + 1, 12, 40), sampler.to_depth(&plain, 300.0)].concat();
        let path = folder.path().join(format!("{number}.bam"));
        slices.write(&path, "s", AlignerStyle::dna(), &fragments, true);
        let (spot, value, note) = exon_14(&path);
        let lines = spot["variants"].as_array().expect("a list");
        let in_tract = name == Some("c.2942-");
        assert_eq!(lines.len(), if in_tract { 2 } else { 1 }, "{spot}");
        match name {
            Some(name) => {
                let call = &lines[lines.len() - 1];
                let text = |key: &str| call[key].as_str().unwrap_or("").to_owned();
                let class = if in_tract { ("uncertain", "polypyrimidine tract or branch point of exon 14") } else { ("PASS", "") };
                assert!(text("hgvs_c").starts_with(name) && (in_tract || text("hgvs_c") == name), "{spot}");
                assert_eq!((text("filter").as_str(), text("codon_class").as_str()), class);
                // A deletion of uncertain effect does not take the place of what is known of the splice sites themselves.
                assert_eq!(spot["status"], if in_tract { "not-seen" } else { "called" }, "{spot}");
                assert!(value.starts_with(if in_tract { "not-seen" } else { name }), "{value}");
                assert!(!in_tract || lines[0]["lod95"].is_number() && note.contains(&text("hgvs_c")), "{note} {spot}");
            }
            None => assert!(value == "not-seen" && note.contains("further off is not judged"), "{value} {note}"),
        }
    }
    let path = folder.path().join("empty.bam");
    let alk = SimulatedMolecule::transcript(slices.gene("ALK"), &slices.reference).expect("the exons are there");
    slices.write(&path, "s", AlignerStyle::dna(), &sampler("e", 70).fragments(&alk, 50), true);
    let (spot, value, note) = exon_14(&path);
    assert!(spot["status"] == "not-covered" && value == "not-covered" && note.contains("fewer than three molecules"), "{spot} {note}");
}

#[test]
fn a_hot_spot_of_another_gene_has_a_row_called_or_not_and_one_record_if_it_is() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let slices = Slices::new(Assembly::Grch38, &["ALK", "KRAS"], 8);
    let (kras, alk) = (slices.gene("KRAS"), slices.gene("ALK"));
    let (strand, model) = (kras.strand.expect("a strand"), kras.transcript.as_ref().expect("a transcript"));
    let place = model.codon_bases(12, strand).expect("the codon is there")[1];
    let stretch = Interval { contig: kras.contig(), start: place - 300, end: place + 300 };
    let transcript = SimulatedMolecule::transcript(kras, &slices.reference).expect("the exons are there");
    let stretch = SimulatedMolecule::new("stretch", &[MoleculePiece::Genomic(stretch, Strand::Forward)], &slices.reference)
        .expect("within the slice");
    let other = SimulatedMolecule::transcript(alk, &slices.reference).expect("the exons are there");
    for (assay, style, plain) in [("rna", AlignerStyle::rna(), transcript), ("dna", AlignerStyle::dna(), stretch)] {
        // c.35G>T of a gene on the reverse strand.
        let changed = plain.clone().with_substitutions(&[Substitution { contig: kras.contig(), position: place, base: b'A' }]);
        let at = changed.offset_of(kras.contig(), place).expect("it is on the molecule");
        let mut sampler = sampler("r", 80);
        let fragments: Vec<SimulatedFragment> =
            [sampler.crossing(&changed, at - 1, at + 1, 12, 60), sampler.to_depth(&plain, 300.0), sampler.fragments(&other, 100)].concat();
        let (bam, out) = (folder.path().join(format!("{assay}.bam")), folder.path().join(assay));
        slices.write(&bam, "s", style, &fragments, true);
        let told = call(&out, &["-s", "s", "--assay", assay].map(AsRef::as_ref).into_iter().chain([bam.as_ref()]).collect::<Vec<_>>());
        let rows = table(&out.join("s.variants.tsv"));
        let cells = ["hgvs_p", "status", "pos", "ref", "alt"];
        let own = rows.iter().filter(|row| row.get("gene") == "KRAS");
        // G12, G13 and Q61: one line each, whatever is listed.
        let found: Vec<[String; 5]> = own.map(|row| cells.map(|cell| row.get(cell).to_owned())).collect();
        assert_eq!(found.len(), 3, "{assay}: {found:?}");
        assert_eq!(found[0], ["p.G12V", "called", "25245350", "C", "A"], "{assay}: {found:?}");
        assert!(found[1][0].starts_with("p.G13") && found[1][1] == "not-seen", "{assay}: {found:?}");
        let far = if assay == "rna" { "not-seen" } else { "not-covered" };
        assert!(found[2][0].starts_with("p.Q61") && found[2][1] == far, "{assay}: {found:?}");
        let g13 = rows.iter().find(|row| row.get("hgvs_p") == found[1][0]).expect("it has a row");
        assert!(g13.number("lod95") < 0.1 && g13.get("note").contains("listed changes of KRAS G13"), "{g13:?}");
        let records = table_gz(&out.join("s.vcf.gz"));
        let own: Vec<&String> = records.iter().filter(|record| record.contains("GENE=KRAS;")).collect();
        assert!(own.len() == 1 && own[0].starts_with("chr12\t25245350\t.\tC\tA\t"), "{records:?}");
        other_tools_read(&out.join("s.vcf.gz"), None);
        // People are told once.
        assert_eq!(told.stderr.matches("KRAS p.G12V").count(), 1, "{}", told.stderr);
        assert_eq!(told.stderr.matches("G13").count(), 0, "{}", told.stderr);
        // The same from the document, and from one of an older version.
        let again = folder.path().join(format!("{assay}-again"));
        let report = |from: &Path| kinfuse(["report".as_ref(), "-o".as_ref(), again.as_os_str(), from.as_os_str()]);
        let json = out.join("s.kinfuse.json");
        let renewed = report(&json);
        assert_eq!(renewed.code, Some(0), "{}", renewed.stderr);
        same_files(&out, &again);
        let text = std::fs::read_to_string(&json).expect("the JSON can be read");
        let mut older: Value = serde_json::from_str(&text).expect("the JSON is valid");
        older["schema_version"] = "2.0.0".into();
        let spots = older["off_target"]
            .as_array_mut()
            .expect("a list")
            .iter_mut()
            .flat_map(|spot| spot["variants"].as_array_mut().expect("a list").iter_mut().filter_map(Value::as_object_mut));
        spots.for_each(|row| assert!(row.remove("genomic_parts").is_some()));
        std::fs::write(&json, older.to_string()).expect("the folder takes it");
        let renewed = report(&json);
        assert_eq!(renewed.code, Some(0), "{}", renewed.stderr);
        let bytes = |folder: &Path| std::fs::read(folder.join("s.variants.tsv")).expect("the table can be read");
        assert!(bytes(&out) == bytes(&again), "{assay}");
    }
}
