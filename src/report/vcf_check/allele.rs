//! REF and ALT of a record.

use super::breakend::Alt;
use super::header::Declarations;
use super::reserved::KINDS;

/// The kind of one ALT allele.
#[derive(Debug)]
pub(super) enum Allele<'a> {
    /// `.`: no other allele.
    None,
    /// Bases.
    Bases(&'a str),
    /// `*`: deleted by another record.
    Overlapped,
    /// `<DEL>` and its like, without the brackets.
    Symbolic(&'a str),
    /// A breakend.
    Breakend(Alt<'a>),
    /// None of these.
    Wrong(&'a str),
}

/// REF and all ALT of a record.
#[derive(Debug)]
pub(super) struct Alleles<'a> {
    reference: &'a str,
    all: Vec<Allele<'a>>,
}

/// Alleles of no known sequence, as `gVCF` writes them.
const UNSPECIFIED: [&str; 2] = ["*", "NON_REF"];

impl<'a> Alleles<'a> {
    pub(super) fn read(reference: &'a str, alt: &'a str) -> Self {
        let allele = |alt: &'a str| match alt {
            "." => Allele::None,
            "*" => Allele::Overlapped,
            alt if is_bases(alt) => Allele::Bases(alt),
            alt => match alt.strip_prefix('<').and_then(|inner| inner.strip_suffix('>')) {
                Some(inner) if !inner.is_empty() && !inner.contains(['<', '>', ' ']) => Allele::Symbolic(inner),
                _ => Alt::read(alt).map_or(Allele::Wrong(alt), Allele::Breakend),
            },
        };
        Self { reference, all: alt.split(',').map(allele).collect() }
    }

    /// The breakend, where it is the only ALT.
    pub(super) fn breakend(&self) -> Option<&Alt<'a>> {
        match self.all.as_slice() {
            [Allele::Breakend(alt)] => Some(alt),
            _ => None,
        }
    }

    fn symbolic(&self) -> impl Iterator<Item = (usize, &'a str)> + '_ {
        let symbolic = |(at, allele): (usize, &Allele<'a>)| match allele {
            Allele::Symbolic(name) if !UNSPECIFIED.contains(name) => Some((at, *name)),
            _ => None,
        };
        self.all.iter().enumerate().filter_map(symbolic)
    }

    /// Checks REF and ALT themselves.
    pub(super) fn check(&self, header: &Declarations, wrong: &mut impl FnMut(String)) {
        if !is_bases(self.reference) {
            wrong(format!("REF {} is not made of bases", self.reference));
        }
        let mut seen: Vec<&str> = Vec::new();
        for allele in &self.all {
            match allele {
                Allele::Wrong(alt) => wrong(format!("ALT {alt} is neither bases, a symbolic allele nor a breakend")),
                Allele::None if self.all.len() > 1 => wrong("ALT . stands beside others".to_owned()),
                Allele::Bases(alt) => {
                    if alt.eq_ignore_ascii_case(self.reference) {
                        wrong(format!("ALT {alt} is REF"));
                    }
                    if seen.contains(alt) {
                        wrong(format!("ALT {alt} is given twice"));
                    }
                    seen.push(alt);
                }
                _ => {}
            }
        }
        for (_, name) in self.symbolic() {
            if !KINDS.iter().any(|(kind, _)| first_part(name) == *kind) {
                wrong(format!("ALT <{name}> begins with none of DEL, INS, DUP, INV, CNV"));
            }
            if !header.alleles.contains(name) {
                wrong(format!("ALT <{name}> is not declared"));
            }
        }
    }

    /// Checks the INFO keys of structural variants (specification, section 3).
    pub(super) fn check_structural<'v>(&self, position: u32, info: impl Fn(&str) -> Option<&'v str>, wrong: &mut impl FnMut(String)) {
        let nth = |key: &str, at: usize| info(key).and_then(|text| text.split(',').nth(at));
        for (at, name) in self.symbolic() {
            let kind = first_part(name);
            let length = nth("SVLEN", at).filter(|length| *length != ".");
            if length.is_none() {
                wrong(format!("ALT <{name}> without SVLEN"));
            }
            let claim = nth("SVCLAIM", at);
            if claim.is_none() && matches!(kind, "DEL" | "DUP") {
                wrong(format!("ALT <{name}> without SVCLAIM"));
            }
            let claims = KINDS.iter().find(|(known, _)| *known == kind).map_or(&[][..], |(_, claims)| claims);
            if claim.is_some_and(|claim| claim != "." && !claims.contains(&claim)) {
                wrong(format!("SVCLAIM {} is none that <{name}> can make", claim.unwrap_or_default()));
            }
            let end = info("END").and_then(|end| end.parse::<i64>().ok());
            let length = length.and_then(|length| length.parse::<i64>().ok()).map(i64::abs);
            if let (false, Some(end), Some(length), 1) = (kind == "INS", end, length, self.all.len()) {
                if end != i64::from(position) + length {
                    wrong(format!("END {end} is not POS + SVLEN"));
                }
            }
        }
        if info("END").is_some_and(|end| end.parse().is_ok_and(|end: i64| end < i64::from(position))) {
            wrong(format!("END {} lies before POS", info("END").unwrap_or_default()));
        }
        let kind = info("SVTYPE");
        if kind.is_some_and(|kind| kind != "BND" && !KINDS.iter().any(|(known, _)| *known == kind)) {
            wrong(format!("SVTYPE {} is none of DEL, INS, DUP, INV, CNV, BND", kind.unwrap_or_default()));
        }
        if self.all.iter().any(|allele| matches!(allele, Allele::Breakend(_))) && info("END").is_some() {
            wrong("a breakend has no END".to_owned());
        }
    }

    /// Checks a genotype: alleles that are there, divided by `/` or `|`.
    pub(super) fn check_genotype(&self, genotype: &str, wrong: &mut impl FnMut(String)) {
        // Since 4.4 a first allele may say whether it is phased.
        let bare = genotype.strip_prefix(['/', '|']).unwrap_or(genotype);
        let others = if matches!(self.all[..], [Allele::None]) { 0 } else { self.all.len() };
        let is_allele = |allele: &str| allele == "." || allele.parse().is_ok_and(|number: usize| number <= others);
        if !bare.split(['/', '|']).all(is_allele) {
            wrong(format!("GT {genotype} is no genotype of {} alleles", others + 1));
        }
    }

    /// How many values a Number asks for; `None` where it leaves that open.
    pub(super) fn values(&self, number: &str, ploidy: Option<usize>) -> Option<usize> {
        let others = if matches!(self.all[..], [Allele::None]) { 0 } else { self.all.len() };
        match number {
            "A" => Some(self.all.len()),
            "R" => Some(others + 1),
            "G" => ploidy.map(|ploidy| genotypes(others + 1, ploidy)),
            "P" => ploidy,
            number => number.parse().ok(),
        }
    }
}

/// How many genotypes there are of so many alleles.
fn genotypes(alleles: usize, ploidy: usize) -> usize {
    // Multisets: (alleles + ploidy - 1) over ploidy.
    (0..ploidy).fold(1, |count, step| count * (alleles + step) / (step + 1))
}

fn first_part(name: &str) -> &str {
    name.split(':').next().unwrap_or(name)
}

/// Bases in either case, at least one.
pub(super) fn is_bases(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|base| b"ACGTNacgtn".contains(&base))
}
