use std::collections::BTreeSet;

use super::*;
use crate::genome::Junction;
use crate::knowledge::{JunctionQuery, KnownFusion};
use crate::model::builtin::tests::chromosomes;
use crate::model::GeneModels;
use crate::report::fixture;

const GRCH38: Assembly = Assembly::Grch38;

struct Laboratory {
    models: GeneModels,
    knowledge: Knowledge,
    contigs: Contigs,
}

impl Laboratory {
    fn new() -> Self {
        Self { models: GeneModels::builtin(GRCH38, &chromosomes()), knowledge: Knowledge::builtin(), contigs: chromosomes() }
    }

    /// The junction of a row, built from its exons alone; the error says why it cannot be.
    fn junction(&self, row: &KnownFusion) -> Result<Fusion, &'static str> {
        let (Some(end5), Some(end3)) = (row.five, row.three.as_ref()) else {
            return Err(row.doubt.as_ref().map_or("no exons", |_| "doubt"));
        };
        let model = |symbol: &str| self.models.find(symbol).filter(|gene| gene.transcript.is_some()).ok_or("no model");
        let (five, three) = (model(&row.gene5)?, model(&row.gene3)?);
        let breakend = |gene: &Gene, number: u32, missing_bp: u32, role: Role| {
            let (transcript, strand) = gene.transcript.as_ref().zip(gene.strand)?;
            let end = Breakend::new(gene.contig(), transcript.splice_edge(number, strand, role)?, role.side(strand));
            Some(end.extended(-i64::from(missing_bp)))
        };
        let at5 = match end5 {
            KnownEnd5::Exon { number, deleted_bp } => breakend(five, number, deleted_bp, Role::Five).ok_or("no exon")?,
            KnownEnd5::Cryptic { end_grch38, .. } => Breakend::new(five.contig(), end_grch38, crate::genome::Side::Lower),
        };
        let at3 = breakend(three, end3.number, end3.deleted_bp, Role::Three).ok_or("no exon")?;
        let mut fusion = fixture::joined(at5, at3, Junction::new(at3, at5, b""));
        let fill = |partner: &mut super::super::Partner, gene: &Gene, role: Role| {
            let (transcript, strand) = gene.transcript.as_ref().zip(gene.strand).expect("the model was just used");
            partner.gene = Some(gene.symbol.clone());
            partner.transcript = Some(transcript.literature_id().to_owned());
            partner.site = Some(transcript.site(partner.breakend.boundary, strand, role));
        };
        fill(&mut fusion.five, five, Role::Five);
        fill(&mut fusion.three, three, Role::Three);
        fusion.target.clone_from(&row.gene3);
        fusion.exon_junction.clone_from(&row.shorthand);
        fusion.variant.clone_from(&row.label);
        fusion.evidence = BTreeSet::from([Material::Rna]);
        fusion.insertion = vec![b'C'; row.inserted_bp as usize];
        fusion.consensus = None;
        fusion.vicc = name::vicc((five, &fusion.five), (three, &fusion.three), &fusion.insertion, Material::Rna);
        Ok(fusion)
    }

    fn describe(&self, fusion: Fusion, bases: &dyn Fn(Interval) -> Vec<u8>) -> Fusion {
        let context =
            RunContext { models: &self.models, knowledge: &self.knowledge, assembly: Some(GRCH38), contigs: &self.contigs, bases };
        let mut fusions = [fusion];
        describe(&mut fusions, &context);
        let [fusion] = fusions;
        fusion
    }

    fn known(&self, name: &str, gene5: &str, gene3: &str) -> Fusion {
        let row = self.knowledge.fusions().iter().find(|row| row.gene5 == gene5 && row.gene3 == gene3 && row.name == name);
        self.describe(self.junction(row.expect("the table has the row")).expect("its exons are known"), &all_a)
    }
}

/// A genome of As.
fn all_a(interval: Interval) -> Vec<u8> {
    vec![b'A'; interval.length_bp() as usize]
}

#[test]
fn every_row_with_known_exons_is_named_as_the_row_says() {
    let laboratory = Laboratory::new();
    let (mut named, mut written, mut why) = (0, 0, std::collections::BTreeMap::new());
    for row in laboratory.knowledge.fusions() {
        let fusion = match laboratory.junction(row) {
            Ok(fusion) => fusion,
            Err(reason) => {
                *why.entry(reason).or_insert(0) += 1;
                continue;
            }
        };
        let find = |symbol: &str| laboratory.models.find(symbol).expect("the junction was built on it");
        let query = JunctionQuery::new(
            find(&row.gene5),
            fusion.five.breakend.boundary,
            find(&row.gene3),
            fusion.three.breakend.boundary,
            row.inserted_bp,
            Some(GRCH38),
        );
        let found = laboratory.knowledge.junction(&query.expect("both genes have exons"));
        assert_eq!(found.map(|found| &found.name), Some(&row.name), "{}::{}", row.gene5, row.gene3);
        let fusion = laboratory.describe(fusion, &all_a);
        assert!(fusion.description.iscn.is_some(), "{} {}", fusion.name(), row.name);
        assert!(fusion.description.vicc.is_some(), "{} {}", fusion.name(), row.name);
        let kinase = fusion.description.domains.iter().find(|fate| fate.gene == row.gene3 && fate.domain == "kinase");
        assert!(kinase.is_some(), "{} {}", fusion.name(), row.name);
        let (hgvs, vicc) = (fusion.hgvs.as_deref().unwrap_or("."), fusion.vicc.as_deref().unwrap_or("."));
        println!("{}\t{}\t{hgvs}\t{vicc}\t{}", fusion.name(), row.name, fusion.description.vicc.clone().unwrap_or_default());
        named += 1;
        written += u32::from(fusion.hgvs.is_some());
    }
    println!("{named} named, {written} with HGVS, not built: {why:?}");
    assert!(named >= 80 && written >= 50, "{named} named, {written} with HGVS, not built: {why:?}");
}

#[test]
fn hgvs_counts_from_the_start_codon_and_spells_what_lies_between() {
    let laboratory = Laboratory::new();
    let hgvs = |name: &str, gene5: &str, gene3: &str| laboratory.known(name, gene5, gene3).hgvs.unwrap_or_default();
    assert_eq!(hgvs("V1", "EML4", "ALK"), "NM_019063.5:r.?_1489::NM_004304.5:r.3173_?");
    assert_eq!(hgvs("V4", "EML4", "ALK"), format!("NM_019063.5:r.?_1641::{}::NM_004304.5:r.3222_?", "c".repeat(11)));
    // Exon 6b: 33 bases of intron 6 behind exon 6, not the whole stretch up to them.
    assert_eq!(hgvs("V3b", "EML4", "ALK"), format!("NM_019063.5:r.?_667::{}::NM_004304.5:r.3173_?", "a".repeat(33)));
    let cryptic = laboratory.known("V3b", "EML4", "ALK");
    assert_eq!(cryptic.description.domains.first().map(|fate| fate.fate.as_str()), Some("kept"), "EML4's coiled coil lies before it");
    assert_eq!(cryptic.vicc, Some(format!("NM_019063.5(EML4):e.6::{}::NM_004304.5(ALK):e.20", "A".repeat(33))));
}

#[test]
fn exons_are_named_on_the_other_transcripts_in_use() {
    let laboratory = Laboratory::new();
    let etv6 = laboratory.known("E5;N15", "ETV6", "NTRK3");
    let mane: Vec<_> = etv6.description.other_counts.iter().filter(|count| count.mane).collect();
    assert_eq!(mane.len(), 1);
    assert_eq!(
        (mane[0].junction.as_str(), mane[0].transcript5.as_str(), mane[0].transcript3.as_str()),
        ("E5;N14", "NM_001987.5", "NM_001012338.3")
    );
    let cd74 = laboratory.known("C6;R34", "CD74", "ROS1");
    assert!(cd74.description.other_counts.iter().any(|count| count.junction == "C6;R35" && count.transcript3 == "NM_001378902.1"));
    // Where the names are MANE Select themselves nothing else is said.
    assert!(laboratory.known("V1", "EML4", "ALK").description.other_counts.iter().all(|count| count.junction == "E13;A20"));
}

#[test]
fn rearrangements_are_written_as_karyotypes_write_them() {
    let laboratory = Laboratory::new();
    let iscn = |name: &str, gene5: &str, gene3: &str| laboratory.known(name, gene5, gene3).description.iscn.unwrap_or_default();
    assert_eq!(iscn("N4;A20", "NPM1", "ALK"), "t(2;5)(p23;q35)");
    assert_eq!(iscn("V1", "EML4", "ALK"), "inv(2)(p21p23)");
    assert_eq!(iscn("E5;N15", "ETV6", "NTRK3"), "t(12;15)(p13;q25)");
    assert_eq!(iscn("G8;R35", "GOPC", "ROS1"), "del(6)(q22q22)");
    assert_eq!(iscn("M9;R34", "MSN", "ROS1"), "t(X;6)(q12;q22)");
}

#[test]
fn domains_are_kept_or_lost_by_the_residues() {
    let laboratory = Laboratory::new();
    let fates = |name: &str, gene5: &str, gene3: &str| -> Vec<String> {
        let domains = laboratory.known(name, gene5, gene3).description.domains;
        domains.iter().map(|fate| format!("{} {} {}", fate.gene, fate.domain, fate.fate)).collect()
    };
    assert_eq!(
        fates("V1", "EML4", "ALK"),
        ["EML4 coiled coil (trimer) kept", "EML4 HELP kept", "ALK transmembrane cut", "ALK kinase kept"]
    );
    assert_eq!(fates("V5a", "EML4", "ALK")[1], "EML4 HELP lost");
    // Intron that is kept before an exon is none of the kinase's domain.
    assert!(fates("V6", "EML4", "ALK").contains(&"ALK transmembrane cut".to_owned()));
    // Listed on NM_001017408 and NM_001145160, counted on NM_020399 and NM_003290.
    assert_eq!(fates("G8;R35", "GOPC", "ROS1")[0], "GOPC leucine zipper (within the coiled coil) kept");
    assert_eq!(fates("T7;A20", "TPM4", "ALK")[0], "TPM4 coiled coil cut");
    assert_eq!(fates("C8;R36", "CEP85L", "ROS1")[0], "CEP85L domains not in the table");
    assert_eq!(fates("E6;A19", "EML4", "ALK")[2], "ALK transmembrane kept");
    assert_eq!(fates("C6;R34", "CD74", "ROS1"), ["CD74 trimerisation domain kept", "ROS1 transmembrane kept", "ROS1 kinase kept"]);
    assert_eq!(fates("C5;R35", "CCDC6", "ROS1")[1], "ROS1 transmembrane cut");
    assert_eq!(fates("C8;N12", "CD74", "NTRK1")[1], "NTRK1 transmembrane lost");
}

#[test]
fn a_break_before_the_start_codon_swaps_the_promoter() {
    let laboratory = Laboratory::new();
    let mut fusion = laboratory.known("V1", "EML4", "ALK");
    let eml4 = laboratory.models.find("EML4").and_then(|gene| gene.transcript.as_ref()).expect("a built-in gene");
    let before_start = eml4.cds_base(0, crate::genome::Strand::Forward).expect("its coding sequence is known") - 20;
    fusion.five.breakend = Breakend::new(fusion.five.breakend.contig, before_start, crate::genome::Side::Lower);
    fusion.five.site = Some(eml4.site(before_start, crate::genome::Strand::Forward, Role::Five));
    fusion.exon_junction = Some("E1;A20".to_owned());
    fusion.variant = None;
    let fusion = laboratory.describe(fusion, &|_| Vec::new());
    assert_eq!(fusion.description.notes, ["promoter swap: EML4 breaks before its start codon, the start codon of ALK is lost"]);
    assert_eq!(fusion.hgvs.as_deref(), Some("NM_019063.5:r.?_-21::NM_004304.5:r.3173_?"));
}

#[test]
fn an_implied_transcript_out_of_frame_names_the_exon_whose_skipping_mends_it() {
    let laboratory = Laboratory::new();
    let mut fusion = laboratory.known("V1", "EML4", "ALK");
    fusion.evidence = BTreeSet::from([Material::Dna]);
    fusion.five.site = Some(Site::Intron { after: 14 });
    fusion.three.site = Some(Site::Intron { after: 19 });
    fusion.exon_junction = Some("E14;A20".to_owned());
    fusion.variant = None;
    fusion.frame = Frame::OutOfFrame;
    let fusion = laboratory.describe(fusion, &|_| Vec::new());
    assert_eq!(fusion.description.notes, ["in frame if exon 14 is skipped (E13;A20, a known junction)"]);
}

#[test]
fn a_stop_codon_before_the_kinase_is_noted() {
    // In a genome whose every fourth base is T, TAA comes soon in each frame.
    let stops = |interval: Interval| (interval.start..interval.end).map(|base| if base % 4 == 0 { b'T' } else { b'A' }).collect();
    let laboratory = Laboratory::new();
    let fusion = laboratory.describe(laboratory.known("V1", "EML4", "ALK"), &stops);
    assert_eq!(fusion.description.notes, ["stop before the kinase domain"]);
    let product = fusion.description.product.expect("all bases are known");
    assert!(product.stop.is_some() && product.protein.len() < 20);
    // ALK lies on the reverse strand, so that its As are Ts.
    let open = laboratory.known("V1", "EML4", "ALK");
    assert!(open.description.notes.is_empty());
    assert_eq!(open.description.peptide.as_deref(), Some("KKKKKKKKKK|iFFFFFFFFF"));
}
