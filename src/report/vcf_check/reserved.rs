//! Keys whose Number and Type VCF 4.4 fixes, and the kinds of structural variant.

/// Key, Number, Type. Source: VCF 4.4 specification, table 1 (section 1.6.1) and section 3.
pub(super) const INFO: [(&str, &str, &str); 34] = [
    ("AA", "1", "String"),
    ("AC", "A", "Integer"),
    ("AD", "R", "Integer"),
    ("ADF", "R", "Integer"),
    ("ADR", "R", "Integer"),
    ("AF", "A", "Float"),
    ("AN", "1", "Integer"),
    ("BQ", "1", "Float"),
    ("CIGAR", "A", "String"),
    ("DB", "0", "Flag"),
    ("DP", "1", "Integer"),
    ("END", "1", "Integer"),
    ("H2", "0", "Flag"),
    ("H3", "0", "Flag"),
    ("MQ", "1", "Float"),
    ("MQ0", "1", "Integer"),
    ("NS", "1", "Integer"),
    ("SB", "4", "Integer"),
    ("SOMATIC", "0", "Flag"),
    ("VALIDATED", "0", "Flag"),
    ("1000G", "0", "Flag"),
    ("IMPRECISE", "0", "Flag"),
    ("NOVEL", "0", "Flag"),
    ("SVTYPE", "1", "String"),
    ("SVLEN", "A", "Integer"),
    ("CIPOS", ".", "Integer"),
    ("CIEND", ".", "Integer"),
    ("HOMLEN", "A", "Integer"),
    ("HOMSEQ", "A", "String"),
    ("BKPTID", "A", "String"),
    ("MATEID", "A", "String"),
    ("PARID", "A", "String"),
    ("EVENT", "A", "String"),
    ("SVCLAIM", "A", "String"),
];

/// The same of FORMAT. Source: section 1.6.2, table 2.
pub(super) const FORMAT: [(&str, &str, &str); 15] = [
    ("AD", "R", "Integer"),
    ("ADF", "R", "Integer"),
    ("ADR", "R", "Integer"),
    ("DP", "1", "Integer"),
    ("EC", "A", "Integer"),
    ("FT", "1", "String"),
    ("GL", "G", "Float"),
    ("GP", "G", "Float"),
    ("GQ", "1", "Integer"),
    ("GT", "1", "String"),
    ("HQ", "2", "Integer"),
    ("MQ", "1", "Integer"),
    ("PL", "G", "Integer"),
    ("PQ", "1", "Integer"),
    ("PS", "1", "Integer"),
];

/// First parts of symbolic alleles, with the claims (`SVCLAIM`) that they may make: copies (D), an adjacency (J), or both.
pub(super) const KINDS: [(&str, &[&str]); 5] =
    [("DEL", &["D", "J", "DJ"]), ("INS", &["J"]), ("DUP", &["D", "J", "DJ"]), ("INV", &["J"]), ("CNV", &["D"])];

/// The Number and Type of a reserved key.
pub(super) fn reserved(kind: &str, id: &str) -> Option<(&'static str, &'static str)> {
    let list: &[(&str, &str, &str)] = if kind == "INFO" { &INFO } else { &FORMAT };
    list.iter().find(|(name, _, _)| *name == id).map(|(_, number, value_type)| (*number, *value_type))
}
