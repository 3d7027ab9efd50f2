//! The records tell the junction from which they were made, and the project's own checker agrees.

use super::*;
use crate::error::Error;
use crate::fusion::Flag;
use crate::genome::{Breakend, Junction, Side};
use crate::report::fixture;
use crate::report::vcf_check;
use crate::sequence::reverse_complement;
use proptest::prelude::*;

/// Fusions on small contigs `c0` and `c1` with these sequences, as VCF lines without the header.
fn records(genome: &[Vec<u8>], fusions: &[Fusion]) -> (String, Vec<Vec<String>>) {
    let contigs = Contigs::new(genome.iter().enumerate().map(|(i, bases)| (format!("c{i}"), bases.len() as u32)));
    let base = |contig: ContigId, at: u32| genome.get(contig.0 as usize).and_then(|bases| bases.get(at as usize)).copied();
    let calls = VcfCalls { sample: "S", contigs: &contigs, assembly: None, fusions, variants: &[], reference_base: &base };
    let text = calls.with_source(|source, _| text(source));
    let lines = text.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').map(str::to_owned).collect()).collect();
    (text, lines)
}

fn problems(genome: &[Vec<u8>], text: &str) -> Vec<String> {
    let base = |name: &str, at: u32| {
        let index: usize = name.trim_start_matches('c').parse().ok()?;
        genome.get(index)?.get(at as usize).copied()
    };
    vcf_check::check_text(text, Some(&base)).iter().map(ToString::to_string).collect()
}

/// The flank that a breakend keeps, read towards the junction.
fn flank(genome: &[Vec<u8>], end: Breakend) -> Vec<u8> {
    let (below, above) = genome[end.contig.0 as usize].split_at(end.boundary as usize);
    match end.side {
        Side::Lower => below.to_vec(),
        Side::Higher => reverse_complement(above),
    }
}

/// The molecule that a junction makes.
fn molecule(genome: &[Vec<u8>], junction: &Junction, placement: u32) -> Vec<u8> {
    let (a, b) = junction.slid(placement);
    [flank(genome, a), junction.insertion().to_vec(), reverse_complement(&flank(genome, b))].concat()
}

/// The molecule that a record describes, by the words of the specification and nothing else.
fn described(genome: &[Vec<u8>], record: &[String]) -> Vec<u8> {
    let contig = |name: &str| &genome[name[1..].parse::<usize>().expect("contigs are c0 and c1")];
    let (own, position) = (contig(&record[0]), record[1].parse::<usize>().expect("POS is a number"));
    let alt = &record[4];
    let bracket = if alt.contains('[') { '[' } else { ']' };
    let parts: Vec<&str> = alt.split(bracket).collect();
    let (name, p) = parts[1].split_once(':').expect("p is contig:position");
    let p: usize = p.parse().expect("p is a number");
    let piece = if bracket == '[' { contig(name)[p - 1..].to_vec() } else { contig(name)[..p].to_vec() };
    match (parts[2].is_empty(), bracket) {
        // The piece is joined after t: to the right of p as it is, to the left of p reversed.
        (true, '[') => [&own[..position - 1], parts[0].as_bytes(), &piece].concat(),
        (true, _) => [&own[..position - 1], parts[0].as_bytes(), &reverse_complement(&piece)].concat(),
        // The piece is joined before t: to the left of p as it is, to the right of p reversed.
        (false, ']') => [&piece[..], parts[2].as_bytes(), &own[position..]].concat(),
        (false, _) => [&reverse_complement(&piece), parts[2].as_bytes(), &own[position..]].concat(),
    }
}

/// Two breakends joined with all the homology that the genome has there.
fn with_all_homology(genome: &[Vec<u8>], x: Breakend, y: Breakend) -> Junction {
    let lost = flank(genome, Breakend { side: x.side.flipped(), ..x });
    let beyond_x: Vec<u8> = reverse_complement(&lost);
    let kept_by_y = reverse_complement(&flank(genome, y));
    let bases = crate::sequence::common_prefix(&beyond_x, &kept_by_y).min(kept_by_y.len().saturating_sub(1)) as i64;
    Junction::with_homology(x.extended(bases), y.extended(-bases), bases as u32)
}

fn side() -> impl Strategy<Value = Side> {
    prop_oneof![Just(Side::Lower), Just(Side::Higher)]
}

fn breakend() -> impl Strategy<Value = Breakend> {
    (0u32..2, 30u32..50, side()).prop_map(|(contig, boundary, side)| Breakend::new(ContigId(contig), boundary, side))
}

/// Two contigs of two letters, so that homology is frequent.
fn genome() -> impl Strategy<Value = Vec<Vec<u8>>> {
    prop::collection::vec("[AC]{80}".prop_map(String::into_bytes), 2)
}

proptest! {
    #[test]
    fn both_records_describe_the_molecule(genome in genome(), x in breakend(), y in breakend(), s in "[ACGT]{1,5}", five_is_x: bool) {
        prop_assume!(x.contig != y.contig || x.boundary.abs_diff(y.boundary) > 5);
        for junction in [Junction::new(x, y, s.as_bytes()), with_all_homology(&genome, x, y)] {
            let (a, b) = junction.with_homology_on(five_is_x);
            let (five, three) = if five_is_x { (a, b) } else { (b, a) };
            let (text, lines) = records(&genome, &[fixture::joined(five, three, junction.clone())]);
            prop_assert_eq!(problems(&genome, &text), Vec::<String>::new());
            prop_assert_eq!(lines.len(), 2);
            let truth = molecule(&genome, &junction, 0);
            for line in &lines {
                let made = described(&genome, line);
                prop_assert!(made == truth || reverse_complement(&made) == truth, "{:?}", line);
            }
        }
    }

    #[test]
    fn every_placement_within_the_homology_is_the_same_molecule(genome in genome(), x in breakend(), y in breakend(), k in 0u32..20) {
        prop_assume!(x.contig != y.contig);
        let junction = with_all_homology(&genome, x, y);
        prop_assert_eq!(molecule(&genome, &junction, k.min(junction.homology_bp())), molecule(&genome, &junction, 0));
    }

    #[test]
    fn an_imprecise_junction_is_sound_as_well(genome in genome(), x in breakend(), y in breakend(), slack in 1u32..20) {
        prop_assume!(x.contig != y.contig);
        let mut fusion = fixture::joined(x, y, Junction::new(x, y, b""));
        fusion.slack_bp = slack;
        let (text, lines) = records(&genome, &[fusion]);
        prop_assert_eq!(problems(&genome, &text), Vec::<String>::new());
        let interval = format!("IMPRECISE;CIPOS=-{slack},{slack}");
        prop_assert!(lines[0][7].contains(&interval));
    }
}

#[test]
fn ends_that_keep_the_same_flank_move_against_each_other() {
    let calls_contigs = fixture::contigs();
    let none = |_, _| None;
    let fusions = [fixture::eml4_alk()];
    let calls = VcfCalls { sample: "S1", contigs: &calls_contigs, assembly: None, fusions: &fusions, variants: &[], reference_base: &none };
    let text = calls.with_source(|source, _| text(source));
    let records: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    insta::assert_snapshot!(records.join("\n"), @r"
    chr2	29223740	F1_3	N	N]chr2:42299751]	93.3	PASS	SVTYPE=BND;MATEID=F1_5;EVENT=E1;CIPOS=0,1;HOMLEN=1;ROLE=3;FUSION=EML4::ALK;GENE5=EML4;GENE3=ALK;EXONJ=E13%3BA20;VARIANT=V1;FRAME=in-frame;KNOWN=variant;KDOM=retained;EVIDENCE=dna;UNITS=fragments	SR:PR:CR:AD:DP:AF	12:20:3:65,35:100:0.35
    chr2	42299751	F1_5	N	N]chr2:29223740]	93.3	PASS	SVTYPE=BND;MATEID=F1_3;EVENT=E1;CIPOS=-1,0;HOMLEN=1;ROLE=5;FUSION=EML4::ALK;GENE5=EML4;GENE3=ALK;EXONJ=E13%3BA20;VARIANT=V1;FRAME=in-frame;KNOWN=variant;KDOM=retained;EVIDENCE=dna;UNITS=fragments	SR:PR:CR:AD:DP:AF	12:20:3:80,35:115:0.35
    ");
}

#[test]
fn an_unplaced_partner_gives_one_single_breakend() {
    let genome = vec![b"ACGTACGTAC".to_vec()];
    let three = Breakend::new(ContigId(0), 4, Side::Lower);
    let mut fusion = fixture::joined(three, three, Junction::new(three, three, b""));
    fusion.five.gene = None;
    fusion.flags.insert(Flag::UnplacedPartner);
    fusion.insertion = b"AAC".to_vec();
    let (text, lines) = records(&genome, &[fusion.clone()]);
    assert_eq!(lines.iter().map(|line| line[4].as_str()).collect::<Vec<_>>(), ["TGTT."]);
    assert_eq!(problems(&genome, &text), Vec::<String>::new());
    fusion.three.breakend.side = Side::Higher;
    let (_, lines) = records(&genome, &[fusion]);
    assert_eq!(lines[0][4], ".AACA");
}

#[test]
fn the_reciprocal_shares_the_event() {
    let genome = vec![vec![b'A'; 90], vec![b'C'; 90]];
    let (x, y) = (Breakend::new(ContigId(0), 40, Side::Lower), Breakend::new(ContigId(1), 40, Side::Higher));
    let mut fusion = fixture::joined(x, y, Junction::new(x, y, b""));
    fusion.event = "E7r".to_owned();
    let (text, lines) = records(&genome, &[fusion]);
    assert!(lines[0][7].contains("EVENT=E7;RECIPROCAL;"));
    assert_eq!(problems(&genome, &text), Vec::<String>::new());
}

#[test]
fn a_variant_without_reference_is_written_when_one_base_and_counted_when_more() {
    let contigs = fixture::contigs();
    let none = |_, _| None;
    let (called, mut bare, mut long) = (fixture::ros1_g2032r(), fixture::ros1_g2032r(), fixture::ros1_g2032r());
    bare.reference.clear();
    (long.reference, long.alternative) = (b"CN".to_vec(), b"TT".to_vec());
    let variants = [called, bare, long];
    let calls = VcfCalls { sample: "S1", contigs: &contigs, assembly: None, fusions: &[], variants: &variants, reference_base: &none };
    let (made, left_out) = calls.with_source(|source, left_out| (text(source), left_out));
    assert_eq!(left_out, 1);
    let records: Vec<&str> = made.lines().filter(|line| !line.starts_with('#')).collect();
    insta::assert_snapshot!(records.join("\n"), @r"
    chr6	117317184	.	C	T	61.0	PASS	GENE=ROS1;TRANSCRIPT=NM_002944;HGVSC=c.6094G>A;HGVSP=p.G2032R;RESISTANCE=crizotinib:resistant,repotrectinib:sensitive;CODON_CLASS=solvent front;LOD95=0.0149;PHASE=cis:F1:4	AD:DP:AF	190,10:200:0.05
    chr6	117317184	.	N	T	61.0	PASS	GENE=ROS1;TRANSCRIPT=NM_002944;HGVSC=c.6094G>A;HGVSP=p.G2032R;RESISTANCE=crizotinib:resistant,repotrectinib:sensitive;CODON_CLASS=solvent front;LOD95=0.0149;PHASE=cis:F1:4	AD:DP:AF	190,10:200:0.05
    ");
    assert_eq!(vcf_check::check_text(&made, None), Vec::new());
}

#[test]
fn the_files_are_indexed_and_an_empty_one_is_sound() -> Result<()> {
    let dir = tempfile::tempdir().map_err(Error::io("temporary folder", "make"))?;
    let contigs = fixture::contigs();
    let base = |_, _| None;
    for (prefix, fusions) in [("empty", Vec::new()), ("one", vec![fixture::eml4_alk(), fixture::unplaced()])] {
        let variants = if fusions.is_empty() { Vec::new() } else { vec![fixture::ros1_g2032r()] };
        let assembly = Some(Assembly::Grch38);
        let calls = VcfCalls { sample: "S 1", contigs: &contigs, assembly, fusions: &fusions, variants: &variants, reference_base: &base };
        let mut outputs = Outputs::new(dir.path(), prefix)?;
        calls.with_source(|source, left_out| {
            assert_eq!(left_out, 0);
            write(&mut outputs, source)
        })?;
        let written = outputs.commit()?;
        assert_eq!(written.len(), 2);
        let found = vcf_check::check(&written[0], None)?;
        assert_eq!(found, Vec::new());
        assert!(std::fs::metadata(&written[1]).is_ok_and(|index| index.len() > 0));
    }
    Ok(())
}

#[test]
fn what_an_edited_document_says_stays_within_its_column_and_line() {
    let contigs = fixture::contigs();
    let none = |_, _| None;
    let (fusions, variants) = ([fixture::eml4_alk()], [fixture::ros1_g2032r()]);
    let calls = VcfCalls { sample: "S1", contigs: &contigs, assembly: None, fusions: &fusions, variants: &variants, reference_base: &none };
    let (sound, edited, broken) = calls.with_source(|source, _| {
        let mut variant = source.variants[0].clone();
        variant.filter = Some("PASS\tX=1\nchr6\t5\tevil\tA\tC\t99\tPASS".to_owned());
        let mut fusions = source.fusions.to_vec();
        fusions[0].row.filter = "PASS\n##evil".to_owned();
        let edit =
            VcfContent { version: "2\n##evil=<ID=1>", assembly: Some("x>\n##evil"), fusions: &fusions, variants: &[&variant], ..*source };
        let edited = text(&edit);
        fusions[0].breakends[0].alt = "N\tevil".to_owned();
        let broken = text(&VcfContent { fusions: &fusions, ..*source });
        (text(source), edited, broken)
    });
    assert_eq!(edited.lines().count(), sound.lines().count());
    let columns = |text: &str| text.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').count()).collect::<Vec<_>>();
    assert_eq!(columns(&edited), columns(&sound));
    assert!(!edited.contains("\n##evil"), "{edited}");
    assert_eq!(broken.lines().count() + 2, sound.lines().count(), "both ends go where one cannot be written");
}
