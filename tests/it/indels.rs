//! Insertions, deletions and changes side by side on reads of the made-up genome, as aligners write them: where they lie, their share, and
//! what they are.

use std::collections::BTreeMap;
use std::path::Path;

use kinfuse::sequence::{reverse_complement, translate_codon};
use kinfuse::simulate::Random;

use crate::support::command::{call, kinfuse, other_tools_read, repository, table, table_gz, Row};
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

    /// Molecules over a place: four fifths as the genome is, one fifth with bases inserted there or deleted from there on.
    fn around(&self, contig: &str, at: usize, inserted: &str, deleted: usize) -> Vec<Read> {
        let mut random = Random::new(at as u64);
        let mut reads: Vec<Read> = (0..240).map(|n| self.plain(&format!("w{n}"), contig, at - 15 - random.below(90), 120, &[])).collect();
        for n in 0..60 {
            let left = 20 + random.below(80 - inserted.len());
            let right = 120 - left - inserted.len();
            let bases = [self.bases(contig, at - left, at), inserted, self.bases(contig, at + deleted, at + deleted + right)].concat();
            let gap = if deleted > 0 { format!("{deleted}D") } else { format!("{}I", inserted.len()) };
            reads.push(read(&format!("m{n}"), contig, at - left, &format!("{left}M{gap}{right}M"), &bases));
        }
        reads
    }

    /// A spliced read over an intron, so many of its bases before it; `gap` is what the aligner writes between the bases before the intron
    /// and the intron, for the bases that stand there.
    fn spliced(&self, name: &str, contig: &str, (low, high): (usize, usize), left: usize, gap: &str, inserted: &str) -> Read {
        let deleted: usize = gap.strip_suffix('D').map_or(0, |count| count.parse().expect("a number"));
        let (from, right) = (low - deleted - left, 80 - left - inserted.len());
        let bases = [self.bases(contig, from, low - deleted), inserted, self.bases(contig, high, high + right)].concat();
        read(name, contig, from, &format!("{left}M{gap}{}N{right}M", high - low), &bases)
    }

    /// The introns between exons of a gene, lowest first: end of the exon below and start of the one above.
    fn introns(&self, gene: &str, exons: std::ops::Range<usize>) -> Vec<(usize, usize)> {
        let mut exons: Vec<Exon> = exons.map(|number| self.exon(gene, number)).collect();
        exons.sort_by_key(|exon| exon.1);
        exons.windows(2).map(|pair| (pair[0].2, pair[1].1)).collect()
    }

    /// What is called of these reads, and the records of the VCF.
    fn called(&self, reads: Vec<Read>) -> (Vec<Row>, Vec<Record>) {
        self.called_as("dna", reads)
    }

    fn called_as(&self, assay: &str, mut reads: Vec<Read>) -> (Vec<Row>, Vec<Record>) {
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
            ["-s", "x", "--assay", assay, "-g"].map(Into::into).into_iter().chain([path(&gtf), "-r".into(), path(&fasta), path(&bam)]);
        let arguments: Vec<std::ffi::OsString> = arguments.collect();
        call(folder.path(), &arguments.iter().map(AsRef::as_ref).collect::<Vec<_>>());
        let vcf = folder.path().join("x.vcf.gz");
        let checked = kinfuse(["check-vcf".as_ref(), vcf.as_os_str()]);
        assert_eq!((checked.code, checked.stdout.as_str()), (Some(0), ""));
        // bcftools norm knows no breakends without a mate.
        let has_breakend = table_gz(&vcf).iter().any(|record| record.contains("SVTYPE=BND"));
        other_tools_read(&vcf, (!has_breakend).then_some(&*fasta));
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

/// Whether alleles are written as bcftools norm leaves them, but for their place.
fn is_shortest(reference: &str, alternative: &str) -> bool {
    let (x, y) = (reference.as_bytes(), alternative.as_bytes());
    x.last() != y.last() && (x.len().min(y.len()) == 1 || x.first() != y.first())
}

#[test]
fn what_is_inserted_or_lost_at_an_exons_edge_is_called_there_with_its_share_and_a_normal_record() {
    let genome = Genome::new();
    for (gene, number) in [("ALK", 24), ("NTRK1", 15), ("ROS1", 39), ("NTRK3", 17)] {
        let (contig, start, end, _) = genome.exon(gene, number);
        for (at, inserted, deleted) in
            [(start, "GTA", 0), (end, "GTA", 0), (start, "", 3), (end - 3, "", 3), (start, "", 6), (end - 1, "", 1)]
        {
            let what = format!("{gene} exon {number} at {at}: {inserted} {deleted}");
            let (rows, records) = genome.called(genome.around(&contig, at, inserted, deleted));
            assert_eq!((rows.len(), records.len()), (1, 1), "{what}: {rows:?}");
            assert!((rows[0].number("allele_fraction") - 0.2).abs() < 0.05, "{what}: {:?}", rows[0]);
            let true_bases = [genome.bases(&contig, at - 200, at), inserted, genome.bases(&contig, at + deleted, at + 200)].concat();
            assert_eq!(genome.with_record(&records[0], at), true_bases, "{what}: {:?}", records[0]);
            assert!(is_shortest(&records[0].2, &records[0].3), "{what}: {:?}", records[0]);
            // The lowest place: the base before the one that is shared would not do as well.
            assert_ne!(records[0].2.as_bytes().last(), records[0].3.as_bytes().last(), "{what}");
        }
    }
}

#[test]
fn a_long_insertion_has_the_share_of_its_molecules_though_reads_that_end_within_it_are_clipped() {
    let genome = Genome::new();
    for (gene, number, size) in [("ALK", 23, 12), ("ALK", 23, 40), ("NTRK1", 15, 50), ("ROS1", 38, 24)] {
        let (contig, start, _, _) = genome.exon(gene, number);
        let at = start + 60;
        let mut random = Random::new(31 + size as u64);
        let inserted: String = (0..size).map(|_| char::from(b"ACGT"[random.below(4)])).collect();
        let whole = [genome.bases(&contig, at - 300, at), &inserted, genome.bases(&contig, at, at + 300)].concat();
        let mut reads = Vec::new();
        // As many molecules begin at each place of either chromosome.
        for (n, from) in (0..whole.len() - 100).flat_map(|from| [(0, from), (1, from)]) {
            let (name, bases) = (format!("m{n}_{from}"), &whole[from..from + 100]);
            let (left, right) = (300usize.saturating_sub(from), (from + 100).saturating_sub(300 + size));
            let place = |on_whole: usize| if on_whole <= 300 { at + on_whole - 300 } else { at + on_whole - 300 - size };
            let long_enough = |bases: usize| bases >= 15;
            reads.extend(if left == 0 && from >= 300 + size || right == 0 && left >= 100 {
                Some(read(&name, &contig, place(from), "100M", bases))
            } else if long_enough(left) && long_enough(right) {
                Some(read(&name, &contig, at - left, &format!("{left}M{size}I{right}M"), bases))
            } else if left >= right && left >= 25 {
                Some(read(&name, &contig, at - left, &format!("{left}M{}S", 100 - left), bases))
            } else if right >= 25 {
                Some(read(&name, &contig, at, &format!("{}S{right}M", 100 - right), bases))
            } else {
                None
            });
        }
        for (n, from) in (0..500).flat_map(|from| (0..6).map(move |n| (n, from))) {
            reads.push(genome.plain(&format!("w{n}_{from}"), &contig, at - 300 + from, 100, &[]));
        }
        let (rows, _) = genome.called(reads);
        assert_eq!(rows.len(), 1, "{gene} {size}: {rows:?}");
        let share = rows[0].number("allele_fraction");
        assert!((share - 0.25).abs() < 0.03, "{gene} {size}: {share}");
    }
}

#[test]
fn gaps_that_an_aligner_wrote_for_one_wrong_base_are_a_substitution() {
    let genome = Genome::new();
    let mut seen = 0;
    for gene in ["ALK", "ROS1", "NTRK1"] {
        let (contig, forward, places) = genome.coding(gene);
        let number = if gene == "NTRK1" {
            15
        } else if gene == "ALK" {
            24
        } else {
            38
        };
        let (_, start, end, _) = genome.exon(gene, number);
        for at in start + 30..end - 30 {
            let run = genome.bases(&contig, at, at + 3).as_bytes();
            let is_run = run[0] == run[1] && run[1] == run[2] && genome.bases(&contig, at - 1, at).as_bytes()[0] != run[0];
            let last = at + 2;
            let index = places.iter().position(|place| *place == last).expect("it codes");
            let codon = |new: u8| {
                let three = &places[index / 3 * 3..index / 3 * 3 + 3];
                let bases: Vec<u8> = three
                    .iter()
                    .map(|&place| if place == last { new } else { genome.bases(&contig, place, place + 1).as_bytes()[0] })
                    .collect();
                let bases = if forward { bases } else { bases.iter().map(|base| reverse_complement(&[*base])[0]).collect() };
                translate_codon(&bases)
            };
            let Some(&new) = b"ACGT".iter().find(|&&new| is_run && codon(new) != codon(run[2]) && codon(new) != Some(b'*')) else {
                continue;
            };
            let mut reads: Vec<Read> = (0..240).map(|n| genome.plain(&format!("w{n}"), &contig, at - 20 - n % 80, 120, &[])).collect();
            for n in 0..60 {
                let left = 30 + n % 50;
                let mut bases = genome.bases(&contig, at - left, at - left + 120).as_bytes().to_vec();
                bases[left + 2] = new;
                let bases = String::from_utf8(bases).expect("bases are ASCII");
                reads.push(read(&format!("m{n}"), &contig, at - left, &format!("{left}M1D2M1I{}M", 117 - left), &bases));
            }
            let (rows, records) = genome.called(reads);
            assert_eq!(rows.len(), 1, "{gene} {at}: {rows:?}");
            assert!(rows[0].get("hgvs_c").contains('>'), "{gene} {at}: {:?}", rows[0]);
            assert_eq!(records[0], (contig.clone(), last, char::from(run[2]).to_string(), char::from(new).to_string()));
            assert!((rows[0].number("allele_fraction") - 0.2).abs() < 0.03, "{:?}", rows[0]);
            seen += 1;
            break;
        }
    }
    assert!(seen >= 2, "{seen}");
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

#[test]
fn what_an_aligner_writes_between_an_exon_and_its_intron_is_called_in_rna() {
    let genome = Genome::new();
    for (gene, exons) in [("ALK", 23..25), ("NTRK1", 14..16)] {
        let (contig, ..) = genome.exon(gene, exons.start);
        let (low, high) = genome.introns(gene, exons)[0];
        for (gap, inserted, deleted) in [("3I", "GTA", 0), ("3D", "", 3)] {
            let what = format!("{gene} {gap}");
            let mut reads: Vec<Read> =
                (0..240).map(|n| genome.spliced(&format!("w{n}"), &contig, (low, high), 25 + n % 30, "", "")).collect();
            reads.extend((0..60).map(|n| genome.spliced(&format!("m{n}"), &contig, (low, high), 25 + n % 27, gap, inserted)));
            let (rows, records) = genome.called_as("rna", reads);
            assert_eq!((rows.len(), records.len()), (1, 1), "{what}: {rows:?}");
            assert!((rows[0].number("allele_fraction") - 0.2).abs() < 0.05, "{what}: {:?}", rows[0]);
            let true_bases = [genome.bases(&contig, low - 200, low - deleted), inserted, genome.bases(&contig, low, low + 200)].concat();
            assert_eq!(genome.with_record(&records[0], low), true_bases, "{what}: {:?}", records[0]);
            assert!(is_shortest(&records[0].2, &records[0].3), "{what}: {:?}", records[0]);
        }
    }
}

#[test]
fn a_change_on_both_sides_of_an_intron_has_a_row_with_its_parts_and_a_record_a_part() {
    let genome = Genome::new();
    let mut seen = 0;
    for (gene, exons) in [("ALK", 22..28), ("NTRK1", 14..17)] {
        let (contig, forward, places) = genome.coding(gene);
        let turned = |base: u8| if forward { base } else { reverse_complement(&[base])[0] };
        let letter = |place: usize| turned(genome.bases(&contig, place, place + 1).as_bytes()[0]);
        for (low, high) in genome.introns(gene, exons) {
            let is_cut = |three: &&[usize]| three.contains(&(low - 1)) && three.contains(&high);
            let Some(three) = places.chunks_exact(3).find(is_cut) else { continue };
            let old: Vec<u8> = three.iter().map(|&place| letter(place)).collect();
            let edges = [low - 1, high].map(|place| three.iter().position(|own| *own == place).expect("it is cut there"));
            let new = b"ACGT".iter().flat_map(|&x| b"ACGT".map(|y| (x, y))).find_map(|(x, y)| {
                let mut new = old.clone();
                (new[edges[0]], new[edges[1]]) = (x, y);
                let wanted = x != old[edges[0]] && y != old[edges[1]] && translate_codon(&new) != Some(b'*');
                (wanted && translate_codon(&new) != translate_codon(&old)).then_some([x, y])
            });
            let new = new.expect("some change of two bases changes the residue").map(|base| char::from(turned(base)).to_string());
            let reads = (0..300).map(|n| {
                let left = 25 + n % 30;
                let (contig, place, line) = genome.spliced(&format!("r{n}"), &contig, (low, high), left, "", "");
                let mut fields: Vec<String> = line.split('\t').map(str::to_owned).collect();
                if n % 5 == 0 {
                    fields[9].replace_range(left - 1..=left, &new.concat());
                }
                (contig, place, fields.join("\t"))
            });
            let (rows, records) = genome.called_as("rna", reads.collect());
            assert_eq!(rows.len(), 1, "{gene}: {rows:?}");
            let was = |place: usize| genome.bases(&contig, place, place + 1).to_owned();
            let parts = [(low - 1, was(low - 1), &new[0]), (high, was(high), &new[1])];
            let expected = parts.clone().map(|(place, old, new)| format!("{}:{old}>{new}", place + 1));
            assert_eq!(rows[0].get("genomic_parts"), expected.join(","), "{:?}", rows[0]);
            assert_eq!((rows[0].get("ref"), rows[0].get("alt")), (".", "."), "{:?}", rows[0]);
            assert_eq!(records, parts.map(|(place, old, new)| (contig.clone(), place, old, new.clone())));
            seen += 1;
        }
    }
    assert!(seen >= 3, "{seen}");
}
