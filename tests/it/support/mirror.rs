//! A sample seen in a mirror: genome, genes and alignments turned to the other strand.
#![allow(clippy::format_collect, clippy::format_push_string, clippy::semicolon_if_nothing_returned, reason = "short text, made once")]

use std::collections::BTreeMap;

fn complement(bases: &str) -> String {
    let turned = |base: char| match base {
        'A' => 'T',
        'C' => 'G',
        'G' => 'C',
        'T' => 'A',
        other => other,
    };
    bases.chars().rev().map(turned).collect()
}

/// A CIGAR as (length, letter).
fn cigar(text: &str) -> Vec<(i64, char)> {
    let mut list = Vec::new();
    let mut length = 0;
    for letter in text.chars() {
        if let Some(digit) = letter.to_digit(10) {
            length = length * 10 + i64::from(digit)
        } else {
            list.push((length, letter));
            length = 0;
        }
    }
    list
}

fn reference_bp(text: &str) -> i64 {
    cigar(text).iter().filter(|(_, letter)| "MDN=X".contains(*letter)).map(|(length, _)| length).sum()
}

fn turned_cigar(text: &str) -> String {
    if text == "*" {
        return text.to_owned();
    }
    cigar(text).iter().rev().map(|(length, letter)| format!("{length}{letter}")).collect()
}

/// The 1-based start of a stretch, seen in the mirror.
fn turned_start(position: i64, bases: i64, length: i64) -> i64 {
    length - (position + bases - 1) + 1
}

/// The contigs of a SAM header.
pub fn lengths(sam: &str) -> BTreeMap<String, i64> {
    let field = |line: &str, tag: &str| line.split('\t').find_map(|field| field.strip_prefix(tag).map(str::to_owned));
    sam.lines()
        .filter(|line| line.starts_with("@SQ"))
        .filter_map(|line| Some((field(line, "SN:")?, field(line, "LN:")?.parse().ok()?)))
        .collect()
}

/// The SAM text of the mirrored alignments, sorted. Tags other than SA go.
pub fn sam(text: &str) -> String {
    let lengths = lengths(text);
    let rows: Vec<Vec<&str>> = text.lines().filter(|line| !line.starts_with('@')).map(|line| line.split('\t').collect()).collect();
    // A mate's new start depends on its length, which only its own primary record tells.
    let mut mates: BTreeMap<(&str, bool), i64> = BTreeMap::new();
    for row in &rows {
        let flag: u16 = row[1].parse().expect("a flag");
        if flag & 0x904 == 0 {
            mates.insert((row[0], flag & 0x80 != 0), reference_bp(row[5]));
        }
    }
    let mut turned: Vec<(String, i64, String)> = rows
        .iter()
        .filter(|row| row[2] != "*")
        .map(|row| {
            let flag: u16 = row[1].parse().expect("a flag");
            let contig = row[2];
            let start = turned_start(row[3].parse().expect("a position"), reference_bp(row[5]), lengths[contig]);
            let mate_contig = if row[6] == "=" { contig } else { row[6] };
            let mate_bp = mates.get(&(row[0], flag & 0x80 == 0)).copied().unwrap_or(1);
            let mate =
                if mate_contig == "*" { 0 } else { turned_start(row[7].parse().expect("a position"), mate_bp, lengths[mate_contig]) };
            let mut new_flag = flag ^ 0x10;
            if flag & 1 != 0 && flag & 8 == 0 {
                new_flag ^= 0x20;
            }
            let insert = row[8].parse::<i64>().expect("an insert size").wrapping_neg();
            let quality: String = row[10].chars().rev().collect();
            let quality = if row[10] == "*" { "*".to_owned() } else { quality };
            let bases = if row[9] == "*" { "*".to_owned() } else { complement(row[9]) };
            let mut line = format!(
                "{}\t{new_flag}\t{contig}\t{start}\t{}\t{}\t{}\t{mate}\t{insert}\t{bases}\t{quality}",
                row[0],
                row[4],
                turned_cigar(row[5]),
                row[6]
            );
            if let Some(value) = row.iter().skip(11).find_map(|tag| tag.strip_prefix("SA:Z:")) {
                let entries = value.split(';').filter(|entry| !entry.is_empty()).map(|entry| {
                    let fields: Vec<&str> = entry.split(',').collect();
                    let start = turned_start(fields[1].parse().expect("a position"), reference_bp(fields[3]), lengths[fields[0]]);
                    let strand = if fields[2] == "+" { "-" } else { "+" };
                    format!("{},{start},{strand},{},{},{};", fields[0], turned_cigar(fields[3]), fields[4], fields[5])
                });
                line.push_str(&format!("\tSA:Z:{}", entries.collect::<String>()));
            }
            (contig.to_owned(), start, line)
        })
        .collect();
    let order: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("@SQ"))
        .filter_map(|line| line.split('\t').find_map(|field| field.strip_prefix("SN:")))
        .collect();
    let rank = |contig: &str| order.iter().position(|name| *name == contig);
    turned.sort_by(|x, y| (rank(&x.0), x.1, &x.2).cmp(&(rank(&y.0), y.1, &y.2)));
    let header: String = text.lines().filter(|line| line.starts_with('@')).map(|line| format!("{line}\n")).collect();
    turned.into_iter().fold(header, |sam, (_, _, line)| sam + &line + "\n")
}

/// The mirrored GTF.
pub fn gtf(text: &str, lengths: &BTreeMap<String, i64>) -> String {
    let turned = |line: &str| {
        let mut fields: Vec<String> = line.split('\t').map(str::to_owned).collect();
        if line.starts_with('#') || fields.len() < 9 {
            return line.to_owned();
        }
        let (start, end): (i64, i64) = (fields[3].parse().expect("a start"), fields[4].parse().expect("an end"));
        let length = lengths[&fields[0]];
        fields[3] = (length - end + 1).to_string();
        fields[4] = (length - start + 1).to_string();
        fields[6] = if fields[6] == "+" { "-".to_owned() } else { "+".to_owned() };
        fields.join("\t")
    };
    text.lines().map(|line| turned(line) + "\n").collect()
}

/// The mirrored FASTA, one line a contig, and its index.
pub fn fasta(text: &str) -> (String, String) {
    let (mut out, mut index) = (String::new(), String::new());
    for entry in text.split('>').filter(|entry| !entry.is_empty()) {
        let (name, rest) = entry.split_once('\n').expect("a name line");
        let name = name.split_whitespace().next().expect("a name");
        let bases = complement(&rest.replace('\n', "").to_uppercase());
        out.push_str(&format!(">{name}\n"));
        index.push_str(&format!("{name}\t{}\t{}\t{}\t{}\n", bases.len(), out.len(), bases.len(), bases.len() + 1));
        out.push_str(&bases);
        out.push('\n');
    }
    (out, index)
}
