//! The header: every contig, INFO, FORMAT and FILTER that a record may use.

use super::info::encoded;
use super::place::is_contig_name;
use super::VcfContent;
use crate::fusion::Flag;
use crate::terminal::one_line;
use crate::variant::VariantFlag;

/// Identifier, number, type and description.
type Definition = (&'static str, &'static str, &'static str, &'static str);

/// INFO keys. Number and type of the reserved ones are those of VCF 4.4, section 3.
const INFO: [Definition; 35] = [
    ("SVTYPE", "1", "String", "Type of structural variant"),
    ("MATEID", "A", "String", "ID of the record of the other end"),
    ("EVENT", "A", "String", "Rearrangement to which the breakends belong, shared with its reciprocal"),
    ("RECIPROCAL", "0", "Flag", "The reciprocal junction of the event: the kinase gives its 5' part"),
    ("IMPRECISE", "0", "Flag", "The position is not exact to the base"),
    ("CIPOS", ".", "Integer", "How far the position can move, in bases: uncertainty, or homology between the two ends"),
    ("HOMLEN", "A", "Integer", "Number of bases at the junction that could belong to either end"),
    ("HOMSEQ", "A", "String", "These bases on the forward strand at this end"),
    ("END", "1", "Integer", "Last base of the exon that transcripts leave out"),
    ("SVLEN", "A", "Integer", "Its length"),
    ("SVCLAIM", "A", "String", "What is claimed: J for an adjacency, D for a change of copies"),
    ("ROLE", "1", "String", "Which end of the fusion transcript this partner forms: 5 or 3"),
    ("FUSION", "1", "String", "Genes, 5' first"),
    ("GENE5", "1", "String", "HGNC symbol of the 5' partner"),
    ("GENE3", "1", "String", "HGNC symbol of the 3' partner"),
    ("EXONJ", "1", "String", "Exon junction on the named transcripts, implied for DNA"),
    ("VARIANT", "1", "String", "Label of the fusion variant"),
    ("FRAME", "1", "String", "Reading frame: in-frame, out-of-frame, in-frame:reported or unknown:<why>"),
    ("KNOWN", "1", "String", "How well known: variant, pair, kinase or novel"),
    ("KDOM", "1", "String", "Kinase domain: retained, partial or lost"),
    ("EVIDENCE", "1", "String", "Material that shows it: rna, dna or rna+dna"),
    ("UNITS", "1", "String", "What is counted: fragments or molecules"),
    ("GENE", "1", "String", "HGNC symbol"),
    ("TRANSCRIPT", "1", "String", "Transcript by which codons are counted"),
    ("HGVSC", "1", "String", "Change of the coding sequence"),
    ("HGVSP", "1", "String", "Change of the protein"),
    ("RESISTANCE", ".", "String", "Drug and effect, drug:effect"),
    ("CODON_CLASS", "1", "String", "Place in the kinase"),
    ("LOD95", "1", "Float", "Allele fraction that would be seen with 95 % probability"),
    ("PHASE", ".", "String", "Relation to each fusion of the gene: cis:<fusion>:<fragments>, trans, mixed or unphased:<why>"),
    ("COMPOUND", ".", "String", "Other called variants of the gene and how they lie to this one: cis, trans, mixed or unphased"),
    ("HAPLOTYPE", "1", "String", "Variants on the same molecules share it: gene, phase set, haplotype"),
    ("ORIGIN", "1", "String", "germline, somatic or undecided, by the matched normal"),
    ("NORMAL_ALT", "1", "Integer", "Molecules of the matched normal that show the change"),
    ("NORMAL_DP", "1", "Integer", "Molecules of the matched normal over the site"),
];

/// FORMAT keys.
const FORMAT: [Definition; 8] = [
    ("GT", "1", "String", "Genotype, given only where variants are phased with each other; says nothing of zygosity"),
    ("PS", "1", "Integer", "Phase set: position of its first variant"),
    ("SR", "1", "Integer", "Fragments with a read aligned on both sides of the junction"),
    ("PR", "1", "Integer", "Fragments whose mates lie on either side of the junction"),
    ("CR", "1", "Integer", "Fragments with a clipped tail that fits the other end"),
    ("AD", "R", "Integer", "Fragments without and with the change; at a breakend without means unbroken across this end, and in RNA only fragments with a read across are counted"),
    ("DP", "1", "Integer", "Fragments, the sum of AD"),
    ("AF", "A", "Float", "Fraction of the fragments that show the change; for a fusion that of the event, counted at the 3' partner"),
];

/// The header lines with the line of column names, each with its line end.
pub(super) fn lines(source: &VcfContent<'_>) -> String {
    let mut lines = vec!["##fileformat=VCFv4.4".to_owned(), format!("##source=kinfuse {}", one_line(source.version))];
    // The version of the tables: statements on drugs depend on it.
    lines.extend(Some(source.tables).filter(|state| !state.is_empty()).map(|state| format!("##kinfuseTables={}", one_line(state))));
    let assembly =
        source.assembly.map(|assembly| format!(",assembly={}", encoded(assembly).replace(['<', '>', '"'], "_"))).unwrap_or_default();
    for (name, length_bp) in source.contigs.names.iter().zip(&source.contigs.lengths_bp).filter(|(name, _)| is_contig_name(name)) {
        lines.push(format!("##contig=<ID={name},length={length_bp}{assembly}>"));
    }
    lines.push("##FILTER=<ID=PASS,Description=\"No reason for doubt\">".to_owned());
    let flags = Flag::ALL.iter().map(|(_, name, description)| (name, description));
    for (name, description) in flags.chain(VariantFlag::ALL.iter().map(|(_, name, description)| (name, description))) {
        lines.push(format!("##FILTER=<ID={name},Description=\"{description}\">"));
    }
    lines.push("##ALT=<ID=DEL,Description=\"Left out of transcripts, as RNA shows; the genome may have it\">".to_owned());
    for (kind, definitions) in [("INFO", &INFO[..]), ("FORMAT", &FORMAT[..])] {
        for (id, number, value_type, description) in definitions {
            lines.push(format!("##{kind}=<ID={id},Number={number},Type={value_type},Description=\"{description}\">"));
        }
    }
    let sample = if source.sample.is_empty() { "sample".to_owned() } else { one_line(source.sample) };
    lines.push(format!("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t{sample}"));
    lines.join("\n") + "\n"
}
