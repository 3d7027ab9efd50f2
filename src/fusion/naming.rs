//! The keys by which a junction is looked up in the tables of known fusions, and the names that follow from the look-up. The keys are kept in
//! `kinfuse.json`, so that `kinfuse report` can renew the names without the reads.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::domains::CodingBp;
use super::name::{with_exons, OtherCount};
use super::{Frame, KnownTier};
use crate::genome::Assembly;
use crate::knowledge::{JunctionQuery, Knowledge, KnownFusion};
use crate::model::builtin::cited;
use crate::model::Site;

/// A junction as the tables know it: exons and bases between them, nothing of the reads.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Naming {
    /// The gene that is joined to the kinase; `null` where it could not be placed.
    pub partner: Option<String>,
    /// The kinase.
    pub kinase: String,
    /// What is looked up; `null` for a reciprocal, for genes that point against each other, and outside of exons and introns.
    pub asked: Option<TableKey>,
    /// Exon junction as the transcripts count it (`E13;A20`).
    pub counted: Option<String>,
    /// Reading frame by counting alone.
    pub frame: String,
    /// Exons of the named transcripts, and of the others in use.
    pub counts: Option<ExonNumbers>,
    /// Coding bases before the end of the 5' and of the 3' partner, as far as they say which domains are kept.
    pub coding_bp: (Option<i64>, Option<i64>),
    /// The same on the other transcripts of the two genes, on which the table may list a domain.
    #[serde(default)]
    pub coding_bp_on_others: Vec<CodingBp>,
    /// Exons whose skipping brings an implied transcript into frame.
    pub skip: Option<Skip>,
}

/// The key of a junction in the table of fusions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "Asked")]
pub enum TableKey {
    /// A junction of transcripts.
    Rna(RnaEnds),
    /// A break between two exons, which implies their junction.
    Dna {
        /// Exon before the break.
        exon5: u32,
        /// Exon behind the break.
        exon3: u32,
    },
}

/// The ends of a junction of transcripts; a few bases of intron that it keeps count as inserted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RnaEnds {
    /// Last exon of the 5' partner and how many of its bases are missing; `null` off the exons.
    pub five: Option<(u32, u32)>,
    /// First exon of the kinase and how many of its bases are missing.
    pub three: Option<(u32, u32)>,
    /// Boundary of the 5' partner, interbase.
    pub boundary5: u32,
    /// Assembly of the boundary.
    pub assembly: Option<String>,
    /// Bases between the exons.
    pub inserted_bp: u32,
    /// Those of them that are intron behind the 5' partner's exon.
    pub retained5_bp: u32,
}

/// A junction's exons as the transcripts in use number them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Counts")]
pub struct ExonNumbers {
    /// On the named transcripts, 5' first.
    pub main: (u32, u32),
    /// On the others.
    pub others: Vec<TranscriptExons>,
}

/// A junction's exons on one pair of transcripts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Count")]
pub struct TranscriptExons {
    /// The exons, 5' first.
    pub exons: (u32, u32),
    /// Transcript of the 5' partner.
    pub transcript5: String,
    /// Transcript of the 3' partner.
    pub transcript3: String,
    /// Whether both are MANE Select.
    pub mane_select: bool,
}

/// Exons of the 5' partner whose skipping brings an implied transcript into frame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Skip {
    /// What is skipped (`exon 14`).
    pub skipped: String,
    /// The junction that follows (`E13;A20`).
    pub junction: String,
    /// 5' partner.
    pub gene5: String,
    /// Kinase.
    pub gene3: String,
    /// Exons of the junction, 5' first.
    pub exons: (u32, u32),
}

impl Skip {
    /// In words, with what the tables know of the junction.
    pub fn text(&self, knowledge: &Knowledge) -> String {
        let is_known = knowledge.implied(&self.gene5, self.exons.0, &self.gene3, self.exons.1).is_some();
        self.texts()[usize::from(is_known)].clone()
    }

    /// The words for a junction that the tables do not know, and for one that they do.
    fn texts(&self) -> [String; 2] {
        ["", ", a known junction"].map(|known| format!("in frame if {} is skipped ({}{known})", self.skipped, self.junction))
    }

    /// A text in which what the tables know is renewed.
    pub fn renewed(&self, text: &str, knowledge: &Knowledge) -> String {
        let now = self.text(knowledge);
        let earlier = self.texts().into_iter().find(|earlier| text.contains(earlier.as_str()));
        earlier.map_or_else(|| text.to_owned(), |earlier| text.replacen(&earlier, &now, 1))
    }
}

/// The entry of a junction in the tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownJunction {
    /// How well known it is.
    pub tier: KnownTier,
    /// Variant label.
    pub label: Option<String>,
    /// Exon junction on the named transcripts, with the bases between.
    pub shorthand: Option<String>,
    /// Exon junction as printed, where its transcripts count otherwise.
    pub printed: Option<OtherCount>,
    /// Whether the frame is reported to be kept.
    pub reported_in_frame: bool,
}

impl From<&JunctionQuery<'_>> for RnaEnds {
    fn from(query: &JunctionQuery<'_>) -> Self {
        let exon = |site: Site| match site {
            Site::Exon { number, offset_bp } => Some((number, offset_bp)),
            _ => None,
        };
        Self {
            five: exon(query.site5),
            three: exon(query.site3),
            boundary5: query.boundary5,
            assembly: query.assembly.map(|assembly| assembly.to_string()),
            inserted_bp: query.inserted_bp,
            retained5_bp: query.retained5_bp,
        }
    }
}

impl Naming {
    /// What the tables say.
    pub fn known(&self, knowledge: &Knowledge) -> KnownJunction {
        let nothing = |tier| KnownJunction { tier, label: None, shorthand: None, printed: None, reported_in_frame: false };
        let Some(partner) = &self.partner else { return nothing(KnownTier::Kinase) };
        if !knowledge.pair(partner, &self.kinase) {
            return nothing(KnownTier::Kinase);
        }
        let row = match &self.asked {
            None => None,
            Some(TableKey::Rna(ends)) => knowledge.junction(&ends.query(partner, &self.kinase)).map(|row| KnownJunction {
                tier: KnownTier::Variant,
                label: row.label.clone(),
                shorthand: row.shorthand.clone(),
                printed: printed(row),
                reported_in_frame: row.in_frame_reported == Some(true),
            }),
            Some(TableKey::Dna { exon5, exon3 }) => knowledge.implied(partner, *exon5, &self.kinase, *exon3).map(|implied| KnownJunction {
                tier: KnownTier::Variant,
                label: implied.label,
                shorthand: implied.shorthand,
                printed: printed(implied.fusion),
                reported_in_frame: implied.fusion.in_frame_reported == Some(true),
            }),
        };
        row.unwrap_or_else(|| nothing(KnownTier::Pair))
    }

    /// The exon junction as the literature prints it, else by counting.
    pub fn exon_junction(&self, known: &KnownJunction) -> Option<String> {
        let printed = known.printed.as_ref().map(|printed| &printed.junction);
        self.counted.as_ref().map(|counted| printed.or(known.shorthand.as_ref()).unwrap_or(counted).clone())
    }

    /// The frame as files spell it, with the word of the tables where counting gives none.
    pub fn frame(&self, known: &KnownJunction) -> String {
        if known.reported_in_frame && self.frame.starts_with(Frame::UNKNOWN) {
            Frame::InFrameReported.text()
        } else {
            self.frame.clone()
        }
    }

    /// A junction as the other transcripts in use count it, and as the tables print it.
    pub fn other_counts(&self, exon_junction: Option<&str>, known: &KnownJunction) -> Vec<OtherCount> {
        let counted = known.printed.as_ref().and(known.shorthand.as_deref()).or(exon_junction);
        let (Some(shorthand), Some(ExonNumbers { main, others })) = (counted, &self.counts) else { return Vec::new() };
        let other = |count: &TranscriptExons| OtherCount {
            junction: with_exons(shorthand, (main.0, count.exons.0), (main.1, count.exons.1)),
            transcript5: count.transcript5.clone(),
            transcript3: count.transcript3.clone(),
            mane: count.mane_select,
            counted: None,
        };
        others.iter().map(other).chain(known.printed.clone()).collect()
    }
}

/// A row's junction as printed, where the transcripts of the print count otherwise.
fn printed(row: &KnownFusion) -> Option<OtherCount> {
    let transcript = |text: &Option<String>| text.as_deref().and_then(|text| text.split(' ').next()).map(cited);
    Some(OtherCount {
        junction: row.printed.clone()?,
        transcript5: transcript(&row.transcript5)?,
        transcript3: transcript(&row.transcript3)?,
        mane: false,
        counted: row.shorthand.clone(),
    })
}

impl RnaEnds {
    fn query<'q>(&self, gene5: &'q str, gene3: &'q str) -> JunctionQuery<'q> {
        let site = |end: Option<(u32, u32)>| end.map_or(Site::Outside, |(number, offset_bp)| Site::Exon { number, offset_bp });
        let assembly = [Assembly::Grch37, Assembly::Grch38].into_iter().find(|known| self.assembly == Some(known.to_string()));
        JunctionQuery::at(
            gene5,
            gene3,
            (site(self.five), site(self.three)),
            self.boundary5,
            assembly,
            (self.inserted_bp, self.retained5_bp),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_junction_is_numbered_as_printed_and_says_on_which_transcripts() {
        let folder = tempfile::tempdir().expect("a folder");
        let row = "gene5\tgene3\texon5\texon3\tvariant_name\ttranscript5\ttranscript3\texon5_on_model\tsource\n\
                   GOPC\tROS1\t7\t35\tG7;R35\tNM_001017408 (8 exons)\tNM_002944\t8\tmy lab\n";
        std::fs::write(folder.path().join("fusions.tsv"), row).expect("the folder takes it");
        let knowledge = Knowledge::with_dir(folder.path(), &crate::warning::Warnings::default()).expect("the table can be read");
        let mut naming = Naming {
            partner: Some("GOPC".to_owned()),
            kinase: "ROS1".to_owned(),
            counted: Some("G8;R35".to_owned()),
            counts: Some(ExonNumbers { main: (8, 35), others: Vec::new() }),
            ..Naming::default()
        };
        let rna = RnaEnds { five: Some((8, 0)), three: Some((35, 0)), boundary5: 0, assembly: None, inserted_bp: 0, retained5_bp: 0 };
        for asked in [TableKey::Rna(rna), TableKey::Dna { exon5: 8, exon3: 35 }] {
            naming.asked = Some(asked);
            let known = naming.known(&knowledge);
            let junction = naming.exon_junction(&known);
            assert_eq!(junction.as_deref(), Some("G7;R35"));
            let others = naming.other_counts(junction.as_deref(), &known);
            let texts: Vec<_> = others.iter().map(|o| (o.junction.as_str(), o.transcript5.as_str(), o.transcript3.as_str())).collect();
            assert_eq!(texts, [("G7;R35", "NM_001017408", "NM_002944.3")]);
        }
    }
}
