//! A sound VCF passes; each of its ways to be broken is named.

use super::*;

/// Two mates of different flanks on `c1` and `c2` with one base of homology and two inserted bases in another pair.
const SOUND: &str = "\
##fileformat=VCFv4.4
##contig=<ID=c1,length=20>
##contig=<ID=HLA-A*01:01,length=20>
##FILTER=<ID=PASS,Description=\"ok, all\">
##INFO=<ID=SVTYPE,Number=1,Type=String,Description=\"t\">
##INFO=<ID=MATEID,Number=A,Type=String,Description=\"t\">
##INFO=<ID=CIPOS,Number=.,Type=Integer,Description=\"t\">
##INFO=<ID=HOMLEN,Number=A,Type=Integer,Description=\"t\">
##INFO=<ID=HOMSEQ,Number=A,Type=String,Description=\"t\">
##INFO=<ID=AFX,Number=1,Type=Float,Description=\"t\">
##INFO=<ID=AF,Number=A,Type=Float,Description=\"t\">
##INFO=<ID=DB,Number=0,Type=Flag,Description=\"t\">
##INFO=<ID=INT,Number=1,Type=Integer,Description=\"t\">
##INFO=<ID=TXT,Number=1,Type=String,Description=\"t\">
##INFO=<ID=END,Number=1,Type=Integer,Description=\"t\">
##INFO=<ID=SVLEN,Number=A,Type=Integer,Description=\"t\">
##INFO=<ID=SVCLAIM,Number=A,Type=String,Description=\"t\">
##ALT=<ID=INV,Description=\"t\">
##ALT=<ID=DUP,Description=\"t\">
##FORMAT=<ID=GT,Number=1,Type=String,Description=\"t\">
##FORMAT=<ID=PS,Number=1,Type=Integer,Description=\"t\">
##FORMAT=<ID=PL,Number=G,Type=Integer,Description=\"t\">
##FORMAT=<ID=AD,Number=R,Type=Integer,Description=\"t\">
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS
c1\t4\ta\tT\tT[HLA-A*01:01:9[\t9.5\tPASS\tSVTYPE=BND;MATEID=b;CIPOS=0,1;HOMLEN=1;HOMSEQ=A\tAD\t1,2
c1\t8\tc\tT\tTGA]HLA-A*01:01:12]\t9\tPASS\tSVTYPE=BND;MATEID=d\tAD\t1,2
c1\t9\ts\tA\tAC.\t9\tPASS\tSVTYPE=BND\tAD\t1,2
c1\t12\t.\tT\tG\t9\tPASS\tAFX=0.5\tAD\t1,2
HLA-A*01:01\t9\tb\tA\t]c1:4]A\t9.5\tPASS\tSVTYPE=BND;MATEID=a;CIPOS=0,1;HOMLEN=1;HOMSEQ=A\tAD\t1,2
HLA-A*01:01\t12\td\tT\tTTC]c1:8]\t9\tPASS\tSVTYPE=BND;MATEID=c\tAD\t1,2
";

fn base_at(_: &str, position: u32) -> Option<u8> {
    b"ACGTACGTACGTACGTACGT".get(position as usize).copied()
}

fn problems(text: &str) -> Vec<String> {
    check_text(text, Some(&base_at)).iter().map(ToString::to_string).collect()
}

#[test]
fn a_sound_file_has_no_problem() {
    assert_eq!(problems(SOUND), Vec::<String>::new());
}

#[test]
fn each_break_is_found() {
    let breaks = [
        ("##fileformat=VCFv4.4\n", "", "does not begin"),
        ("##FILTER=<ID=PASS,Description=\"ok, all\">\n", "##ALT=<ID=BND,Description=\"x\">\n", "no symbolic allele"),
        ("##contig=<ID=c1,length=20>\n", "", "contig c1 is not declared"),
        ("##INFO=<ID=HOMLEN,Number=A,Type=Integer,Description=\"t\">\n", "", "INFO HOMLEN is not declared"),
        ("##FORMAT=<ID=AD,Number=R,Type=Integer,Description=\"t\">\n", "", "FORMAT AD is not declared"),
        ("c1\t4\ta", "c1\t40\ta", "POS 40 is not on c1"),
        ("c1\t4\ta", "c1\t4\tc", "ID c is used twice"),
        ("9.5\tPASS", "nan\tPASS", "QUAL nan is no number"),
        ("9.5\tPASS", "9.5\tweird", "FILTER weird is not declared"),
        ("9.5\tPASS", "9.5\t0", "FILTER 0 is reserved"),
        ("MATEID=b", "MATEID=", "MATEID has an empty value"),
        ("MATEID=b;", "", "without MATEID"),
        ("MATEID=b", "MATEID=x", "mate x does not exist"),
        ("MATEID=a", "MATEID=d", "does not point back"),
        ("T[HLA-A*01:01:9[", "T[HLA-A*01:01:10[", "its mate lies at"),
        ("T[HLA-A*01:01:9[", "T]HLA-A*01:01:9]", "the bracket does not agree"),
        ("]c1:4]A", "A]c1:4]", "the bracket does not agree"),
        ("TTC]c1:8]", "TGA]c1:8]", "disagree about the inserted bases"),
        ("TGA]HLA", "AGA]HLA", "REF T at its own position"),
        ("\ta\tT\tT[", "\ta\tC\tC[", "REF C is not the reference"),
        ("HOMSEQ=A", "HOMSEQ=C", "HOMSEQ C is not the reference"),
        ("HOMSEQ=A", "HOMSEQ=AC", "not as long as HOMLEN"),
        ("CIPOS=0,1", "CIPOS=-1,0", "do not move together"),
        ("CIPOS=0,1", "CIPOS=0,2", "does not span the homology"),
        ("SVTYPE=BND;MATEID=b", "MATEID=b", "without SVTYPE=BND"),
        ("AFX=0.5", "AFX=nan", "no sound Float"),
        ("AFX=0.5", "AFX=1,2", "has 2 values"),
        ("AFX=0.5", "AFX=1;AFX=1", "given twice"),
        ("1,2\nc1\t12", "1\nc1\t12", "has 1 values"),
        ("c1\t9\ts", "c1\t5\ts", "not sorted"),
        ("\tT\tG\t", "\tT\t<DEL>\t", "<DEL> is not declared"),
        ("AD\t1,2\n", "AD\n", "columns"),
        ("VCFv4.4", "VCFv4.1", "is VCFv4.1"),
        ("ID=c1,length=20", "ID=c1,length=x", "no sound length"),
        ("ID=c1,", "ID=c<1,", "a name that VCF forbids"),
        ("ID=PASS,", "ID=0,", "no name of a filter"),
        ("ID=SVTYPE,Number=1", "ID=SVTYPE,Number=.", "SVTYPE is reserved: Number=1"),
        ("ID=AFX,Number=1", "ID=AFX,Number=x", "no sound Number"),
        ("ID=AD,Number=R,Type=Integer", "ID=AD,Number=R,Type=Float", "AD is reserved"),
        ("FORMAT\tS\n", "FORMAT\t\n", "a sample has no name"),
        ("\ta\tT", "\ta;a\tT", "names one thing twice"),
        ("\ta\tT", "\ta b\tT", "has a space"),
        ("9.5\tPASS", "-1\tPASS", "below zero"),
        ("9.5\tPASS", "9.5\tPASS;PASS", "given twice"),
        ("9.5\tPASS", "9.5\tPASS;.", "stands beside others"),
        ("AFX=0.5", "AFX=0.5;1x=2", "no name of a key"),
        ("AFX=0.5", "TXT=100%", "begins no code"),
        ("AFX=0.5", "INT=3000000000", "no sound Integer"),
        ("AFX=0.5", "AF=1.5", "does not lie between 0 and 1"),
        ("AFX=0.5", "DB=1", "is a flag and has a value"),
        ("AFX=0.5", "TXT=a\u{7}b", "control character"),
        ("AFX=0.5", "SVTYPE=TRA", "SVTYPE TRA is none of"),
        ("\tT\tG\t9\tPASS\tAFX=0.5", "\tT\tG\t9\tPASS\tEND=3", "lies before POS"),
        ("\tT\tG\t", "\tT\tt\t", "is REF"),
        ("\tT\tG\t", "\tT\tG,G\t", "given twice"),
        ("\tT\tG\t", "\tT\tG,.\t", "stands beside others"),
        ("\tT\tG\t", "\tT\tG]\t", "neither bases"),
        ("\tT\tG\t", "\tT\t<FOO>\t", "begins with none of"),
        ("\tT\tG\t9\tPASS\tAFX=0.5", "\tT\t<INV>\t9\tPASS\tAFX=0.5", "without SVLEN"),
        ("\tT\tG\t9\tPASS\tAFX=0.5", "\tT\t<INV>\t9\tPASS\tSVLEN=3;SVCLAIM=D", "SVCLAIM D is none"),
        ("\tT\tG\t9\tPASS\tAFX=0.5", "\tT\t<DUP>\t9\tPASS\tSVLEN=3", "without SVCLAIM"),
        ("\tT\tG\t9\tPASS\tAFX=0.5", "\tT\t<INV>\t9\tPASS\tSVLEN=3;END=16", "END 16 is not POS + SVLEN"),
        ("AFX=0.5\tAD\t1,2", "AFX=0.5\tGT:AD\t0/2:1,2", "no genotype of 2 alleles"),
        ("AFX=0.5\tAD\t1,2", "AFX=0.5\tAD:AD\t1,2:1,2", "FORMAT AD is given twice"),
        ("AFX=0.5\tAD\t1,2", "AFX=0.5\tAD:GT\t1,2:0/1", "GT is not the first key"),
        ("AFX=0.5\tAD\t1,2", "AFX=0.5\tGT:AD:PS\t0/1:1,2:12", "PS without a phased GT"),
        ("AFX=0.5\tAD\t1,2", "AFX=0.5\tGT:AD:PL\t0/1:1,2:1,2", "PL has 2 values"),
        ("c1\t12\t.", "##late\nc1\t12\t.", "a line of the header among the records"),
    ];
    for (from, to, expected) in breaks {
        assert!(SOUND.contains(from), "{from} is in the file");
        let found = problems(&SOUND.replacen(from, to, 1));
        assert!(found.iter().any(|problem| problem.contains(expected)), "{from} -> {to}: expected {expected:?}, found {found:?}");
    }
}

#[test]
fn a_gzipped_file_is_read_as_well() {
    let file = tempfile::NamedTempFile::new().expect("tests can write to the temporary folder");
    let mut packed = flate2::write::GzEncoder::new(&file, flate2::Compression::default());
    std::io::Write::write_all(&mut packed, SOUND.as_bytes()).expect("the file takes the text");
    packed.finish().expect("the file takes the text");
    assert_eq!(check(file.path(), None).ok(), Some(Vec::new()));
}

#[test]
fn what_the_specification_allows_is_sound() {
    let allowed = [
        ("\tT\tG\t9\tPASS\tAFX=0.5", "\tT\tG,C\t9\tPASS\tAF=0.5,0.1;TXT=two words 100%25\tAD\t1,2,3"),
        ("\tT\tG\t9\tPASS\tAFX=0.5", "\tT\tG,*\t.\t.\tDB\tGT:AD:PL\t1|2:1,2,3:1,2,3,4,5,6"),
        ("\tT\tG\t9\tPASS\tAFX=0.5", "\tT\t.\t9\tPASS\t.\tGT:AD\t0/0:1"),
        ("\tT\tG\t9\tPASS\tAFX=0.5", "\tT\t<INV>\t9\tPASS\tSVTYPE=INV;SVLEN=3;END=15;SVCLAIM=J\tAD\t1,2"),
    ];
    for (from, to) in allowed {
        let text = SOUND.replacen(&format!("{from}\tAD\t1,2"), to, 1);
        assert_ne!(text, SOUND);
        assert_eq!(problems(&text), Vec::<String>::new(), "{to}");
    }
}

#[test]
fn a_file_that_is_wrong_throughout_has_a_bounded_list() {
    let found = problems(&format!("{SOUND}{}", "\n".repeat(100_000)));
    assert_eq!(found.len(), MAX_PROBLEMS + 1);
    assert!(found[MAX_PROBLEMS].contains("the rest is not told"), "{}", found[MAX_PROBLEMS]);
    let header = format!("{}{SOUND}", "##INFO=<ID=>\n".repeat(5_000));
    assert_eq!(problems(&header).len(), MAX_PROBLEMS + 1);
    let long = problems(&SOUND.replace("c1\t4\ta", &format!("{}\t4\ta", "c".repeat(10_000))));
    assert!(long.iter().all(|problem| problem.len() < 600));
}

#[test]
fn a_file_beyond_the_limit_is_refused_and_not_cut() {
    use std::io::Write as _;
    let mut plain = tempfile::NamedTempFile::new().expect("a temporary file");
    plain.write_all(SOUND.as_bytes()).expect("it can be written");
    let size = SOUND.len() as u64;
    assert!(unpacked(plain.path(), size).is_ok());
    assert!(unpacked(plain.path(), size - 1).is_err_and(|error| error.to_string().contains("has more than")));
    let mut packed = tempfile::NamedTempFile::new().expect("a temporary file");
    let mut gzip = flate2::write::GzEncoder::new(&mut packed, flate2::Compression::default());
    gzip.write_all(SOUND.as_bytes()).and_then(|()| gzip.finish().map(|_| ())).expect("it can be written");
    assert!(unpacked(packed.path(), size).is_ok());
    assert!(unpacked(packed.path(), size - 1).is_err_and(|error| error.to_string().contains("has more than")));
}
