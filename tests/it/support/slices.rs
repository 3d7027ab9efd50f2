//! Kinases and partners of the built-in models on made-up bases, at their true places: simulated on small slices, written with the
//! coordinates of the whole genome. Known codons are those of the table.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use kinfuse::genome::{Assembly, ContigId, Contigs, Interval};
use kinfuse::knowledge::{Knowledge, ResistanceSite};
use kinfuse::model::{builtin, Gene};
use kinfuse::sequence::{complement, translate_codon};
use kinfuse::simulate::{Aligner, AlignerStyle, MemoryGenome, Random, SimulatedFragment};

/// Bases beside a gene.
const MARGIN: u32 = 6_000;

/// Slices of a genome.
pub struct Slices {
    pub reference: MemoryGenome,
    pub genes: BTreeMap<String, Gene>,
    pub knowledge: Knowledge,
    /// Name, length on the whole genome, and where the slice begins.
    contigs: Vec<(String, u32, u32)>,
}

impl Slices {
    /// The slices of these genes, each on a chromosome of its own.
    pub fn new(assembly: Assembly, symbols: &[&str], seed: u64) -> Self {
        let known = match assembly {
            Assembly::Grch37 => {
                [("chr1", 249_250_621), ("chr2", 243_199_373), ("chr6", 171_115_067), ("chr9", 141_213_431), ("chr15", 102_531_392)]
            }
            Assembly::Grch38 => {
                [("chr1", 248_956_422), ("chr2", 242_193_529), ("chr6", 170_805_979), ("chr9", 138_394_717), ("chr15", 101_991_189)]
            }
        };
        let length = |name: &str| known.iter().find(|(own, _)| *own == name).map_or(200_000_000, |(_, length)| *length);
        let whole = Contigs::new((1..=22).map(|n| format!("chr{n}")).map(|name| (name.clone(), length(&name))));
        let knowledge = Knowledge::builtin();
        let mut random = Random::new(seed);
        let (mut contigs, mut slices, mut genes) = (Vec::new(), Vec::new(), BTreeMap::new());
        for mut gene in builtin::genes(assembly, &whole).genes.into_iter().filter(|gene| symbols.contains(&gene.symbol.as_str())) {
            let name = whole.name(gene.contig()).to_owned();
            assert!(contigs.iter().all(|(other, _, _)| *other != name), "{name} has two of the genes");
            let start = gene.span.start - MARGIN;
            let contig = ContigId(contigs.len() as u32);
            moved(&mut gene, contig, start);
            let mut bases: Vec<u8> = (0..gene.span.end + MARGIN).map(|_| random.base()).collect();
            for site in knowledge.resistance_sites().iter().chain(knowledge.hotspots()).filter(|site| site.gene == gene.symbol) {
                put_codon(&mut bases, &gene, site.codon, codon_of(site));
            }
            if gene.symbol == "MET" {
                put_splice_sites(&mut bases, &gene);
            }
            contigs.push((name.clone(), length(&name), start));
            slices.push((name, bases));
            genes.insert(gene.symbol.clone(), gene);
        }
        Self { reference: MemoryGenome::new(slices), genes, knowledge, contigs }
    }

    /// A gene in the slices' coordinates.
    pub fn gene(&self, symbol: &str) -> &Gene {
        &self.genes[symbol]
    }

    /// The codon at a known site, in transcription.
    pub fn codon(&self, gene: &str, codon: u32) -> [u8; 3] {
        let site = self.knowledge.resistance_sites().iter().find(|site| site.gene == gene && site.codon == codon);
        codon_of(site.expect("a known site"))
    }

    /// Writes fragments as a BAM of the whole genome.
    pub fn write(&self, path: &Path, sample: &str, style: AlignerStyle, fragments: &[SimulatedFragment], with_md: bool) {
        let aligner = Aligner::new(&self.reference, style);
        let mut lines: Vec<(Option<(ContigId, u32)>, String)> = fragments
            .iter()
            .flat_map(|fragment| aligner.align(fragment))
            .map(|record| (record.place, self.shifted(&record.sam, with_md)))
            .collect();
        lines.sort_by_key(|(place, _)| place.map_or((1, None), |place| (0, Some(place))));
        let mut text = String::from("@HD\tVN:1.6\tSO:coordinate\n");
        for (name, length, _) in &self.contigs {
            let _ = writeln!(text, "@SQ\tSN:{name}\tLN:{length}");
        }
        let _ = writeln!(text, "@RG\tID:1\tSM:{sample}");
        for (_, line) in lines {
            text.push_str(&line);
            text.push('\n');
        }
        super::sam::write(&text, path, None, true);
    }

    fn shifted(&self, line: &str, with_md: bool) -> String {
        let start = |name: &str| self.contigs.iter().find(|(own, _, _)| own == name).map_or(0, |(_, _, start)| *start);
        let add = |position: &str, name: &str| {
            let position: u32 = position.parse().expect("a position");
            if position == 0 { position } else { position + start(name) }.to_string()
        };
        let mut fields: Vec<String> = line.split('\t').map(str::to_owned).collect();
        let own = fields[2].clone();
        let next = if fields[6] == "=" { own.clone() } else { fields[6].clone() };
        fields[3] = add(&fields[3], &own);
        fields[7] = add(&fields[7], &next);
        for field in fields.iter_mut().skip(11) {
            if let Some(entries) = field.strip_prefix("SA:Z:") {
                let turned: Vec<String> = entries
                    .split(';')
                    .filter(|entry| !entry.is_empty())
                    .map(|entry| {
                        let mut cells: Vec<String> = entry.split(',').map(str::to_owned).collect();
                        cells[1] = add(&cells[1], &cells[0].clone());
                        cells.join(",")
                    })
                    .collect();
                *field = format!("SA:Z:{};", turned.join(";"));
            }
        }
        fields.retain(|field| with_md || !field.starts_with("MD:Z:"));
        fields.join("\t")
    }
}

/// The codon of a site: the table's, or some codon of the residue where the table has none.
fn codon_of(site: &ResistanceSite) -> [u8; 3] {
    site.ref_codon.unwrap_or_else(|| {
        let all = (0..64).map(|n| [n / 16, n / 4 % 4, n % 4].map(|code: usize| b"ACGT"[code]));
        all.into_iter().find(|codon| translate_codon(codon) == Some(site.ref_aa)).expect("each residue has a codon")
    })
}

fn put_codon(bases: &mut [u8], gene: &Gene, codon: u32, letters: [u8; 3]) {
    let (strand, transcript) = (gene.strand.expect("a strand"), gene.transcript.as_ref().expect("a transcript"));
    let places = transcript.codon_bases(codon, strand).expect("the codon is there");
    for (place, letter) in places.into_iter().zip(letters) {
        bases[place as usize] = if strand == kinfuse::genome::Strand::Forward { letter } else { complement(letter) };
    }
}

/// AG before and GT behind each exon of a gene on the forward strand.
fn put_splice_sites(bases: &mut [u8], gene: &Gene) {
    for exon in &gene.transcript.as_ref().expect("a transcript").exons {
        let (start, end) = (exon.start as usize, exon.end as usize);
        bases[start - 2..start].copy_from_slice(b"AG");
        bases[end - 1..end + 2].copy_from_slice(b"GGT");
    }
}

fn moved(gene: &mut Gene, contig: ContigId, start: u32) {
    gene.span = Interval { contig, start: gene.span.start - start, end: gene.span.end - start };
    for transcript in gene.transcript.iter_mut().chain(&mut gene.alternatives) {
        for exon in &mut transcript.exons {
            exon.start = exon.start.saturating_sub(start);
            exon.end = exon.end.saturating_sub(start);
        }
    }
}
