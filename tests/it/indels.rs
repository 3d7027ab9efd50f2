//! Changes side by side on reads of the made-up genome: what they are.

use std::collections::BTreeMap;
use std::path::Path;

use kinfuse::sequence::{reverse_complement, translate_codon};

use crate::support::command::{call, repository, table, table_gz, Row};
use crate::support::sam;

/// The made-up genome with its gene models.
struct Genome {
    contigs: Vec<(String, String)>,
    gtf: String,
}

/// An exon: contig, first base (0-based), end, and whether the gene lies on the forward strand.
type Exon = (String, usize, usize, bool);

/// A record of the VCF: contig, 0-based place, REF and ALT.
type Record = (String, usize, String, String);

/// A read: its contig, 0-based place and line of SAM.
type Read = (String, usize, String);

impl Genome {
    fn new() -> Self {
        let text = std::fs::read_to_string(repository("test-data/mini.fa")).expect("the FASTA can be read");
        let contigs = text.split('>').skip(1).map(|part| {
            let (name, bases) = part.split_once('\n').expect("a name");
            (name.split_whitespace().next().expect("a name").to_owned(), bases.replace('\n', "").to_uppercase())
        });
        let gtf = std::fs::read_to_string(repository("test-data/mini.gtf")).expect("the GTF can be read");
        Self { contigs: contigs.collect(), gtf }
    }

    fn lines(&self, gene: &str, kind: &str) -> Vec<(Exon, usize)> {
        let own = format!("gene_name \"{gene}\"");
        let fields = self.gtf.lines().filter(|line| line.contains(&own)).map(|line| line.split('\t').collect::<Vec<_>>());
        fields
            .filter(|fields| fields[2] == kind)
            .map(|fields| {
                let number = fields[8].split("exon_number ").nth(1).and_then(|rest| rest.split(';').next()).expect("a number");
                let place = |field: usize| fields[field].parse::<usize>().expect("a position");
                let exon = (fields[0].to_owned(), place(3) - 1, place(4), fields[6] == "+");
                (exon, number.trim_matches('"').parse().expect("a number"))
            })
            .collect()
    }

    fn exon(&self, gene: &str, number: usize) -> Exon {
        self.lines(gene, "exon").into_iter().find(|(_, own)| *own == number).expect("the exon is there").0
    }

    /// Places of the coding bases in the order of transcription, with the contig and whether the gene lies on the forward strand.
    fn coding(&self, gene: &str) -> (String, bool, Vec<usize>) {
        let mut parts: Vec<Exon> = self.lines(gene, "CDS").into_iter().map(|(exon, _)| exon).collect();
        parts.sort_by_key(|part| part.1);
        let mut places: Vec<usize> = parts.iter().flat_map(|part| part.1..part.2).collect();
        if !parts[0].3 {
            places.reverse();
        }
        (parts[0].0.clone(), parts[0].3, places)
    }

    fn bases(&self, contig: &str, from: usize, to: usize) -> &str {
        &self.contigs.iter().find(|(name, _)| name == contig).expect("the contig is there").1[from..to]
    }

    fn plain(&self, name: &str, contig: &str, at: usize, length: usize, change: &[(usize, u8)]) -> Read {
        let mut bases = self.bases(contig, at, at + length).as_bytes().to_vec();
        for &(place, base) in change.iter().filter(|(place, _)| (at..at + length).contains(place)) {
            bases[place - at] = base;
        }
        read(name, contig, at, &format!("{length}M"), &String::from_utf8(bases).expect("bases are ASCII"))
    }

    /// What is called of these reads, and the records of the VCF.
    fn called(&self, mut reads: Vec<Read>) -> (Vec<Row>, Vec<Record>) {
        let order: BTreeMap<&str, usize> = self.contigs.iter().enumerate().map(|(at, (name, _))| (name.as_str(), at)).collect();
        reads.sort_by_key(|(contig, at, _)| (order[contig.as_str()], *at));
        let header = self.contigs.iter().map(|(name, bases)| format!("@SQ\tSN:{name}\tLN:{}\n", bases.len()));
        let text: String = std::iter::once("@HD\tVN:1.6\tSO:coordinate\n".to_owned())
            .chain(header)
            .chain(reads.into_iter().map(|(_, _, line)| line))
            .collect();
        let folder = tempfile::tempdir().expect("a temporary folder");
        let bam = folder.path().join("x.bam");
        sam::write(&text, &bam, None, true);
        let (gtf, fasta) = (repository("test-data/mini.gtf"), repository("test-data/mini.fa"));
        let path = |path: &'_ Path| path.as_os_str().to_owned();
        let arguments =
            ["-s", "x", "--assay", "dna", "-g"].map(Into::into).into_iter().chain([path(&gtf), "-r".into(), path(&fasta), path(&bam)]);
        let arguments: Vec<std::ffi::OsString> = arguments.collect();
        call(folder.path(), &arguments.iter().map(AsRef::as_ref).collect::<Vec<_>>());
        let rows = table(&folder.path().join("x.variants.tsv")).into_iter().filter(|row| row.get("status") == "called").collect();
        let records = table_gz(&folder.path().join("x.vcf.gz"));
        let records = records.into_iter().map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            (fields[0].to_owned(), fields[1].parse::<usize>().expect("a position") - 1, fields[3].to_owned(), fields[4].to_owned())
        });
        (rows, records.collect())
    }

    /// What a record makes of the genome around a place.
    fn with_record(&self, (contig, at, reference, alternative): &Record, around: usize) -> String {
        assert_eq!(self.bases(contig, *at, at + reference.len()), reference, "REF is what the genome has");
        [self.bases(contig, around - 200, *at), alternative, self.bases(contig, at + reference.len(), around + 200)].concat()
    }
}

fn read(name: &str, contig: &str, at: usize, cigar: &str, bases: &str) -> Read {
    let flag = if name.ends_with(['0', '2', '4', '6', '8']) { 0 } else { 16 };
    let quality = "F".repeat(bases.len());
    (contig.to_owned(), at, format!("{name}\t{flag}\t{contig}\t{}\t60\t{cigar}\t*\t0\t0\t{bases}\t{quality}\n", at + 1))
}

#[test]
fn bases_side_by_side_in_two_codons_of_one_molecule_are_one_change_though_one_codon_is_silent() {
    let genome = Genome::new();
    let mut seen = 0;
    for (gene, exons) in [("ALK", 22..28), ("NTRK1", 14..17)] {
        let (contig, forward, places) = genome.coding(gene);
        let exons: Vec<Exon> = exons.map(|number| genome.exon(gene, number)).collect();
        let letter = |place: usize| {
            let base = genome.bases(&contig, place, place + 1).as_bytes()[0];
            if forward {
                base
            } else {
                reverse_complement(&[base])[0]
            }
        };
        for silent_first in [true, false] {
            let found = (3..places.len() - 3).step_by(3).find_map(|k| {
                let six = &places[k - 3..k + 3];
                if !exons.iter().any(|exon| six.iter().all(|place| (exon.1..exon.2).contains(place))) {
                    return None;
                }
                let old: Vec<u8> = six.iter().map(|&place| letter(place)).collect();
                b"ACGT".iter().flat_map(|&x| b"ACGT".map(|y| (x, y))).find_map(|(x, y)| {
                    let mut new = old.clone();
                    (new[2], new[3]) = (x, y);
                    let same = [0, 3].map(|at| translate_codon(&old[at..at + 3]) == translate_codon(&new[at..at + 3]));
                    let stops = [0, 3].iter().any(|&at| translate_codon(&new[at..at + 3]) == Some(b'*'));
                    let wanted = x != old[2] && y != old[3] && !stops && same == [silent_first, !silent_first];
                    wanted.then_some((k, [(six[2], x), (six[3], y)]))
                })
            });
            // Only codons of leucine and arginine have a silent change of their first base.
            let Some((k, change)) = found else { continue };
            seen += 1;
            let change = change.map(|(place, base)| (place, if forward { base } else { reverse_complement(&[base])[0] }));
            let low = change.iter().map(|change| change.0).min().expect("two");
            let reads =
                (0..300).map(|n| genome.plain(&format!("r{n}"), &contig, low - 15 - n % 70, 100, if n % 5 == 0 { &change } else { &[] }));
            let (rows, records) = genome.called(reads.collect());
            assert_eq!((rows.len(), records.len()), (1, 1), "{gene}: {rows:?}");
            assert!(rows[0].get("hgvs_c").starts_with(&format!("c.{k}_{}delins", k + 1)), "{:?}", rows[0]);
            let mut true_bases = genome.bases(&contig, low - 200, low + 200).as_bytes().to_vec();
            for (place, base) in change {
                true_bases[200 + place - low] = base;
            }
            assert_eq!(genome.with_record(&records[0], low).as_bytes(), true_bases);
        }
    }
    assert!(seen >= 3, "{seen}");
}
