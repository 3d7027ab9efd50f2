//! Partners are named without a GTF and a FASTA: symbol, exon and frame of any protein-coding gene, and the bases between two exons.

use std::path::{Path, PathBuf};

use kinfuse::genome::{Assembly, Contigs, Strand};
use kinfuse::model::{AllGenes, Gene, GeneModels, Role};
use kinfuse::sequence::reverse_complement;
use kinfuse::simulate::Random;

use crate::support::{command, sam};

/// Chromosome lengths of GRCh38 and GRCh37: chr1-chr22, X, Y.
const LENGTHS: [(Assembly, [u32; 24]); 2] = [
    (
        Assembly::Grch38,
        [
            248_956_422,
            242_193_529,
            198_295_559,
            190_214_555,
            181_538_259,
            170_805_979,
            159_345_973,
            145_138_636,
            138_394_717,
            133_797_422,
            135_086_622,
            133_275_309,
            114_364_328,
            107_043_718,
            101_991_189,
            90_338_345,
            83_257_441,
            80_373_285,
            58_617_616,
            64_444_167,
            46_709_983,
            50_818_468,
            156_040_895,
            57_227_415,
        ],
    ),
    (
        Assembly::Grch37,
        [
            249_250_621,
            243_199_373,
            198_022_430,
            191_154_276,
            180_915_260,
            171_115_067,
            159_138_663,
            146_364_022,
            141_213_431,
            135_534_747,
            135_006_516,
            133_851_895,
            115_169_878,
            107_349_540,
            102_531_392,
            90_354_753,
            81_195_210,
            78_077_248,
            59_128_983,
            63_025_520,
            48_129_895,
            51_304_566,
            155_270_560,
            59_373_566,
        ],
    ),
];

fn contigs(assembly: Assembly) -> Contigs {
    let lengths = LENGTHS.iter().find(|(own, _)| *own == assembly).expect("both assemblies are listed").1;
    let names = (1..=22).map(|number| format!("chr{number}")).chain(["chrX".to_owned(), "chrY".to_owned()]);
    Contigs::new(names.zip(lengths))
}

/// An end of a made-up transcript: chromosome, the base that is read next to the junction (0-based), strand of the transcript.
#[derive(Debug, Clone)]
struct End {
    chromosome: String,
    base: u32,
    strand: Strand,
}

/// The end of a gene's exon (5') or its start (3'), so many bases farther out: intron that is kept.
fn end(gene: &Gene, number: u32, role: Role, kept_intron_bp: u32, contigs: &Contigs) -> End {
    let (transcript, strand) = gene.transcript.as_ref().zip(gene.strand).expect("the gene has exons");
    let edge = transcript.splice_edge(number, strand, role).expect("an exon of its own");
    let lower = (role == Role::Five) == (strand == Strand::Forward);
    let base = if lower { edge - 1 + kept_intron_bp } else { edge - kept_intron_bp };
    End { chromosome: contigs.name(gene.contig()).to_owned(), base, strand }
}

/// Reads over a junction as an aligner writes them: a primary alignment and a supplementary one, `inserted` bases between clipped in both.
fn split_reads(name: &str, five: &End, three: &End, inserted: &[u8], seed: u64) -> Vec<String> {
    const READ_BP: usize = 150;
    let mut random = Random::new(seed);
    let mut bases = || -> Vec<u8> { (0..READ_BP).map(|_| random.base()).collect() };
    let (up, down) = (bases(), bases());
    let mut lines = Vec::new();
    for read in 0..10 {
        let left = 70 + 5 * read - inserted.len() / 2;
        let right = READ_BP - left - inserted.len();
        let said = [&up[READ_BP - left..], inserted, &down[..right]].concat();
        let pieces = [(five, left, true), (three, right, false)].map(|(end, kept, is_first)| {
            let forward = end.strand == Strand::Forward;
            let start = if is_first == forward { end.base + 1 - kept as u32 } else { end.base };
            let clip = READ_BP - kept;
            let cigar = if is_first == forward { format!("{kept}M{clip}S") } else { format!("{clip}S{kept}M") };
            let bases = if forward { said.clone() } else { reverse_complement(&said) };
            (end, start + 1, cigar, String::from_utf8(bases).expect("bases are ASCII"))
        });
        for (index, (end, start, cigar, bases)) in pieces.iter().enumerate() {
            let flag = if end.strand == Strand::Forward { 0 } else { 16 } + if index == 0 { 0 } else { 2048 };
            let (other, other_start, other_cigar, _) = &pieces[1 - index];
            lines.push(format!(
                "{name}_{read}\t{flag}\t{}\t{start}\t60\t{cigar}\t*\t0\t0\t{bases}\t{}\tRG:Z:s\tNM:i:0\tSA:Z:{},{other_start},{},{other_cigar},60,0;",
                end.chromosome,
                "F".repeat(READ_BP),
                other.chromosome,
                other.strand.symbol()
            ));
        }
    }
    lines
}

/// The reads as a sorted, indexed BAM.
fn bam(folder: &Path, contigs: &Contigs, mut reads: Vec<String>) -> PathBuf {
    let place = |line: &String| {
        let fields: Vec<&str> = line.split('\t').collect();
        (contigs.find(fields[2]), fields[3].parse::<u32>().expect("a position"))
    };
    reads.sort_by_cached_key(place);
    let sequences: Vec<String> = contigs.iter().map(|(_, contig)| format!("@SQ\tSN:{}\tLN:{}", contig.name, contig.length_bp)).collect();
    let text = format!("@HD\tVN:1.6\tSO:coordinate\n{}\n@RG\tID:s\tSM:s\n{}\n", sequences.join("\n"), reads.join("\n"));
    let path = folder.join("s.bam");
    sam::write(&text, &path, None, true);
    path
}

fn call(folder: &Path, bam: &Path, assay: &str) -> Vec<command::Row> {
    command::call(folder, &["-q".as_ref(), "-s".as_ref(), "s".as_ref(), "--assay".as_ref(), assay.as_ref(), bam.as_ref()]);
    command::table(&folder.join("s.fusions.tsv"))
}

/// Exon of each kinase behind which its domain is whole.
const KINASES: [(&str, u32); 5] = [("ALK", 20), ("ROS1", 34), ("NTRK1", 12), ("NTRK2", 16), ("NTRK3", 14)];

#[test]
fn any_protein_coding_gene_is_named_with_its_exon_and_its_frame_on_either_assembly() {
    for assembly in [Assembly::Grch38, Assembly::Grch37] {
        let contigs = contigs(assembly);
        let models = GeneModels::builtin(assembly, &contigs);
        let all = AllGenes::new(assembly, &contigs);
        // Genes that no table lists, from all over the genome, alone at their place.
        let alone = |gene: &&Gene| {
            let exons = gene.transcript.as_ref().map_or(0, |transcript| transcript.exons.iter().filter(|exon| exon.cds.is_some()).count());
            let others = all.overlapping(gene.contig(), gene.span.start, gene.span.end).count();
            exons > 4
                && others == 1
                && models.at(gene.contig(), gene.span.start).is_empty()
                && models.at(gene.contig(), gene.span.end).is_empty()
        };
        let genes: Vec<&Gene> = all.iter().filter(alone).step_by(397).collect();
        assert!(genes.len() > 15, "{}", genes.len());
        let mut reads = Vec::new();
        let mut expected = Vec::new();
        for (at, gene) in genes.iter().enumerate() {
            let (symbol, first) = KINASES[at % KINASES.len()];
            let kinase = models.find(symbol).expect("a kinase has a model");
            let (transcript, model) = gene.transcript.as_ref().zip(kinase.transcript.as_ref()).expect("both have exons");
            let coding: Vec<_> = transcript.exons.iter().filter(|exon| exon.cds.is_some()).collect();
            let exon = coding[1 + at % (coding.len() - 2)];
            let before = exon.cds.expect("it is coding").1;
            let after = model.exon(first).and_then(|exon| exon.cds).expect("the kinase's exons are coding").0;
            let frame = if before % 3 == after % 3 { "in-frame" } else { "out-of-frame" };
            expected.push((format!("{}::{symbol}", gene.symbol), format!("exon {} end", exon.number), frame, transcript.id.clone()));
            let ends = (end(gene, exon.number, Role::Five, 0, &contigs), end(kinase, first, Role::Three, 0, &contigs));
            reads.extend(split_reads(&gene.symbol, &ends.0, &ends.1, b"", at as u64));
        }
        let folder = tempfile::tempdir().expect("a temporary folder");
        let rows = call(folder.path(), &bam(folder.path(), &contigs, reads), "rna");
        for (fusion, site, frame, transcript) in expected {
            let own: Vec<_> = rows.iter().filter(|row| row.get("fusion") == fusion).collect();
            assert_eq!(own.len(), 1, "{fusion} on {assembly}");
            let seen = (own[0].get("site5"), own[0].get("frame"), own[0].get("transcript5"));
            assert_eq!(seen, (site.as_str(), frame, transcript.as_str()), "{fusion} on {assembly}");
        }
    }
}

#[test]
fn a_break_in_an_intron_names_the_gene_and_one_between_genes_its_neighbours() {
    let contigs = contigs(Assembly::Grch38);
    let models = GeneModels::builtin(Assembly::Grch38, &contigs);
    let all = AllGenes::new(Assembly::Grch38, &contigs);
    let alk = models.find("ALK").expect("a kinase has a model");
    let three = end(alk, 20, Role::Three, 400, &contigs);
    let gene = all.iter().find(|gene| gene.symbol == "DHX9").expect("it is protein-coding");
    let five = end(gene, 7, Role::Five, 250, &contigs);
    // The other strand at the same place: nothing begins there, and the gene is only spoken of.
    let reversed = End { strand: five.strand.flipped(), base: five.base + 60, ..five.clone() };
    let mut reads = split_reads("sense", &five, &three, b"", 1);
    reads.extend(split_reads("wrong_way", &reversed, &End { base: three.base + 200, ..three.clone() }, b"", 2));
    // A stretch of chromosome 5 half a million bases from any gene.
    let desert = End { chromosome: "chr5".to_owned(), base: 24_000_000, strand: Strand::Forward };
    reads.extend(split_reads("desert", &desert, &End { base: three.base + 400, ..three.clone() }, b"", 3));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let rows = call(folder.path(), &bam(folder.path(), &contigs, reads), "dna");
    let at = |chromosome: &str| -> Vec<(String, String, String)> {
        let own = rows.iter().filter(|row| row.get("breakpoint5").starts_with(chromosome));
        own.map(|row| (row.get("fusion").to_owned(), row.get("site5").to_owned(), row.get("structure").to_owned())).collect()
    };
    let on_chr1 = at("chr1:");
    assert!(on_chr1.iter().any(|(fusion, site, _)| fusion == "DHX9::ALK" && site == "intron 7"), "{on_chr1:?}");
    assert!(
        on_chr1.iter().any(|(fusion, _, notes)| fusion == "?::ALK" && notes.contains("lies in DHX9, which is read the other way")),
        "{on_chr1:?}"
    );
    let on_chr5 = at("chr5:");
    assert!(on_chr5.iter().all(|(fusion, ..)| fusion == "?::ALK") && on_chr5.len() == 1, "{on_chr5:?}");
    assert!(on_chr5[0].2.contains("between genes (") && on_chr5[0].2.contains("kb"), "{on_chr5:?}");
}

#[test]
fn an_exon_junction_is_named_with_the_bases_between_and_has_their_frame() {
    let contigs = contigs(Assembly::Grch38);
    let models = GeneModels::builtin(Assembly::Grch38, &contigs);
    let inserted = |bp: usize| -> Vec<u8> { b"GCTGCAGCCTCA".iter().copied().cycle().take(bp).collect() };
    // 5' gene and exon, bases of its intron, inserted bases, bases of the kinase's intron.
    let cases = [
        (("EML4", 13), (60, 0, 0), ("ALK", 20), "E13;ins60A20"),
        (("EML4", 13), (61, 0, 0), ("ALK", 20), "E13;ins61A20"),
        (("CCDC6", 5), (0, 12, 0), ("ROS1", 35), "C5;ins12R35"),
        (("TPM3", 8), (0, 0, 21), ("NTRK1", 10), "T8;ins21N10"),
        (("ETV6", 5), (30, 0, 0), ("NTRK3", 15), "E5;ins30N15"),
    ];
    for (index, ((gene5, last), (kept5, between, kept3), (gene3, first), expected)) in cases.into_iter().enumerate() {
        let (five, three) = (models.find(gene5).expect("a curated gene"), models.find(gene3).expect("a kinase"));
        let ends = (end(five, last, Role::Five, kept5, &contigs), end(three, first, Role::Three, kept3, &contigs));
        let folder = tempfile::tempdir().expect("a temporary folder");
        let reads = split_reads("read", &ends.0, &ends.1, &inserted(between), 20 + index as u64);
        let rows = call(folder.path(), &bam(folder.path(), &contigs, reads), "rna");
        assert_eq!(rows.len(), 1, "{expected}");
        let coding = |gene: &Gene, number: u32| gene.transcript.as_ref().and_then(|model| model.exon(number)?.cds).expect("it is coding");
        let before = coding(five, last).1 + kept5 + between as u32 + kept3;
        let frame = if before % 3 == coding(three, first).0 % 3 { "in-frame" } else { "out-of-frame" };
        assert_eq!((rows[0].get("exon_junction"), rows[0].get("frame")), (expected, frame));
    }
}

#[test]
fn any_gene_can_be_a_target_and_the_end_that_keeps_its_kinase_is_known() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (assembly, _) in LENGTHS {
        let contigs = contigs(assembly);
        let all = AllGenes::new(assembly, &contigs);
        let gene = |symbol: &str| all.iter().find(|gene| gene.symbol == symbol).expect("a protein-coding gene");
        let at = |symbol: &str, exon: u32, role: Role| end(gene(symbol), exon, role, 0, &contigs);
        // A receptor that loses its outer part, one that loses its tail, and a gene of which no domain is listed.
        let joined = [("KIF5B", 15, "RET", 12), ("FGFR3", 17, "TACC3", 11), ("BRD4", 11, "NUTM1", 3)];
        let reads = joined.iter().zip(1..).flat_map(|(&(five, exon5, three, exon3), seed)| {
            split_reads(five, &at(five, exon5, Role::Five), &at(three, exon3, Role::Three), b"", seed)
        });
        let path = bam(folder.path(), &contigs, reads.collect());
        let called = |targets: &str| -> Vec<[String; 4]> {
            let arguments = ["-q", "-s", "s", "--assay", "rna", "--targets", targets].map(AsRef::as_ref);
            command::call(folder.path(), &[arguments.as_slice(), &[path.as_os_str()]].concat());
            let rows = command::table(&folder.path().join("s.fusions.tsv"));
            rows.iter().map(|row| ["fusion", "exon_junction", "kinase_domain", "filter"].map(|column| row.get(column).to_owned())).collect()
        };
        let mut found = called("RET,FGFR3,NUTM1");
        found.sort();
        let expected = [
            ["BRD4::NUTM1", "B11;N3", ".", "PASS"],
            ["FGFR3::TACC3", "F17;T11", "retained", "PASS"],
            ["KIF5B::RET", "K15;R12", "retained", "PASS"],
        ];
        assert_eq!(found, expected.map(|row| row.map(str::to_owned)), "{assembly}");
        assert_eq!(called("ALK,ROS1"), Vec::<[String; 4]>::new(), "what is not asked for is not looked at");
    }
}
