//! Reading a file: once over all kinase regions, tile by tile in parallel, and again in small windows at the partners.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};

use rayon::ThreadPool;
use rust_htslib::bam::record::Record;
use rustc_hash::{FxHashMap, FxHashSet, FxHasher};

use super::assay::DuplicateRule;
use super::bounded::BoundedMolecules;
use super::bytes::Distinct;
use super::library::{Lane, Library, LibraryReader};
use super::read::{clipped_ends, FragmentId, ReadRecord, RecordKind, Skipped};
use super::same_place::SamePlace;
use super::tile;
use super::umi::Umi;
use crate::error::Result;
use crate::genome::{ContigId, Interval};
use crate::material::Material;

/// A read's unaligned end of at least this many bases may be the partner's sequence; shorter ones are mostly errors at read ends.
pub const MIN_TAIL_BP: u32 = 8;

/// Width of a tile in bases: small enough to share a gene among workers, large enough for a look-up to cost little.
pub const TILE_BP: u32 = 40_000;

/// A kinase gene and where it is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KinaseRegion {
    /// Index of the target.
    pub target: usize,
    /// The gene's span; what leaves it may be a fusion.
    pub gene: Interval,
    /// Stretches over which depth is summed.
    pub usual: Vec<Interval>,
}

impl KinaseRegion {
    /// Bases beside the gene that still count as the gene: untranslated ends differ between transcripts.
    const MARGIN_BP: u32 = 1_000;

    /// The bases that are read.
    pub fn scanned(&self) -> Interval {
        Interval { start: self.gene.start.saturating_sub(Self::MARGIN_BP), end: self.gene.end.saturating_add(Self::MARGIN_BP), ..self.gene }
    }

    /// Whether a place belongs to the gene.
    pub fn holds(&self, contig: ContigId, position: u32) -> bool {
        self.scanned().touches(contig, position)
    }
}

/// What a reading of a region gave.
#[derive(Debug, Default)]
pub struct Scan {
    /// Records that may show a fusion, in the order of the file.
    pub records: Vec<ReadRecord>,
    /// Records looked at.
    pub seen: u64,
    /// Fragments' first primary reads looked at: an estimate of fragments, a pair counting once or twice.
    pub primary: u64,
    /// Records flagged as duplicates among the primary ones.
    pub duplicates: u64,
    /// Bases of primary reads in the stretches over which depth is summed.
    pub usual_bases: u64,
    /// Skipped records by reason.
    pub skipped: BTreeMap<String, u64>,
    /// Reads without an alignment that are filed with their mates.
    pub unaligned: Vec<Beside>,
    /// Fragments with a record that is flagged as a duplicate, where these are left out.
    pub flagged: FxHashSet<FragmentId>,
    distinct: Distinct,
}

impl Scan {
    /// Keeps a record, of equal bases and qualities one copy.
    fn keep(&mut self, mut view: ReadRecord) {
        self.distinct.share(view.bases.iter_mut().chain([&mut view.qualities]));
        self.records.push(view);
    }

    fn skip(&mut self, reason: Skipped) {
        *self.skipped.entry(reason.key().to_owned()).or_default() += 1;
    }

    /// Leaves out the records of `flagged` fragments. A flag on one record applies to all of the fragment: tools that mark a sorted file
    /// flag neither the further pieces of a split read nor mates without an alignment.
    pub fn leave_out(&mut self, flagged: &FxHashSet<FragmentId>) {
        let before = self.records.len();
        self.records.retain(|view| !flagged.contains(&view.fragment));
        let gone = before - self.records.len();
        if gone > 0 {
            *self.skipped.entry(Skipped::Duplicate.key().to_owned()).or_default() += gone as u64;
        }
    }

    /// Adds another reading.
    pub fn absorb(&mut self, other: Self) {
        if self.records.is_empty() {
            self.records = other.records;
        } else {
            self.records.extend(other.records);
        }
        self.unaligned.extend(other.unaligned);
        self.flagged.extend(other.flagged);
        self.seen += other.seen;
        self.primary += other.primary;
        self.duplicates += other.duplicates;
        self.usual_bases += other.usual_bases;
        for (key, count) in other.skipped {
            *self.skipped.entry(key).or_default() += count;
        }
    }
}

/// Bases beyond a tile in which further alignments of its reads are looked for.
const SAME_PLACE_BP: u32 = 10;

/// Whether flagged duplicates are left out under a rule.
pub fn leaves_out_flagged(rule: DuplicateRule) -> bool {
    matches!(rule, DuplicateRule::Flag | DuplicateRule::Position)
}

/// Reads the kinase regions and keeps the records that may show a fusion, one list a target.
///
/// # Errors
/// When the file cannot be read.
pub fn kinases(
    pool: &ThreadPool,
    library: &Library,
    regions: &[KinaseRegion],
    tile_bp: u32,
    step: &(dyn Fn() + Sync),
) -> Result<Vec<Scan>> {
    let jobs: Vec<(&KinaseRegion, Interval)> =
        regions.iter().flat_map(|region| tile::tiles(&[region.scanned()], tile_bp).into_iter().map(move |tile| (region, tile))).collect();
    let scans = tile::run(
        pool,
        jobs.len(),
        || library.reader(),
        |reader, index| {
            let (region, tile) = jobs[index];
            let scan = scan_tile(reader, library, region, tile);
            step();
            scan
        },
    )?;
    let mut by_target: Vec<Scan> = regions.iter().map(|_| Scan::default()).collect();
    for ((region, _), scan) in jobs.iter().zip(scans) {
        by_target[region.target].absorb(scan);
    }
    Ok(by_target)
}

fn scan_tile(reader: &mut LibraryReader, library: &Library, region: &KinaseRegion, tile: Interval) -> Result<Scan> {
    let mut scan = Scan::default();
    let mut beside = Beside::of(library, tile);
    let mut same_place = SamePlace::default();
    // Alignments of one read begin a base or two apart, be it beyond a tile's border.
    reader.visit(Interval { end: tile.end.saturating_add(SAME_PLACE_BP), ..tile }, |record, lane| {
        same_place.note(record, lane);
        // A tile owns the records that begin in it; the first tile also those that begin before the region.
        let start = record.pos().max(0) as u32;
        let owned = (tile.start <= start && start < tile.end) || (start < tile.start && tile.start == region.scanned().start);
        if !owned {
            return;
        }
        scan.seen += 1;
        beside.keep(record, lane, library);
        if let Some(view) = admit(record, lane, library, &mut scan) {
            if view.kind == RecordKind::Primary {
                scan.usual_bases +=
                    view.pieces.iter().map(|piece| covered(piece.start, piece.end, piece.contig, &region.usual)).sum::<u64>();
            }
            if may_show_fusion(&view, region) {
                scan.keep(view.kept(record));
            }
        }
    })?;
    same_place.settle(&mut scan.records);
    scan.unaligned.push(beside);
    Ok(scan)
}

/// The typed view of a record that the rules let through; the others are counted.
fn admit(record: &Record, lane: Lane, library: &Library, scan: &mut Scan) -> Option<ReadRecord> {
    let left_out = record.is_duplicate() && leaves_out_flagged(library.assay.duplicates);
    let read = if left_out { ReadRecord::without_bases } else { ReadRecord::from_record };
    match read(record, &library.contigs, library.assay.umi.as_ref()) {
        Ok(mut view) => {
            view.fragment = lane.fragment(view.fragment);
            if view.kind == RecordKind::Primary {
                scan.primary += 1;
                scan.duplicates += u64::from(view.duplicate);
            }
            if view.unreadable_sa > 0 {
                *scan.skipped.entry("unreadable_sa".to_owned()).or_default() += u64::from(view.unreadable_sa);
            }
            if left_out {
                scan.skip(Skipped::Duplicate);
                scan.flagged.insert(view.fragment);
                return None;
            }
            Some(view)
        }
        Err(reason) => {
            scan.skip(reason);
            None
        }
    }
}

/// Bases of a stretch that lie in any of the intervals.
fn covered(start: u32, end: u32, contig: ContigId, intervals: &[Interval]) -> u64 {
    intervals
        .iter()
        .filter(|interval| interval.contig == contig)
        .map(|interval| u64::from(end.min(interval.end).saturating_sub(start.max(interval.start))))
        .sum()
}

/// Whether a record of the kinase region leaves the gene, or ends in bases that may lie elsewhere.
fn may_show_fusion(view: &ReadRecord, region: &KinaseRegion) -> bool {
    let outside = |contig, position| !region.holds(contig, position);
    view.pieces
        .iter()
        .chain(view.elsewhere.iter().flatten())
        .any(|piece| outside(piece.contig, piece.start) || outside(piece.contig, piece.end))
        || view.mate.is_some_and(|mate| outside(mate.contig, mate.start))
        || has_tail(view)
}

/// Whether the read has an end that no piece of it covers, or its alignment leaps over a long insertion.
pub fn has_tail(view: &ReadRecord) -> bool {
    let all = || view.pieces.iter().chain(view.elsewhere.iter().flatten());
    let first = all().map(|piece| piece.query_start).min().unwrap_or(0);
    let last = all().map(|piece| piece.query_end).max().unwrap_or(view.length);
    let leaps = view.pieces.windows(2).any(|pair| pair[0].leaps_to(&pair[1]));
    leaps || first >= MIN_TAIL_BP || view.length.saturating_sub(last) >= MIN_TAIL_BP
}

/// Fragments whose other records are wanted.
pub type Wanted = FxHashSet<FragmentId>;

/// Reads windows at the partners' side: records of the `wanted` fragments, and records that point to a kinase or have a tail.
///
/// # Errors
/// When the file cannot be read.
pub fn partners(
    pool: &ThreadPool,
    library: &Library,
    windows: &[Interval],
    regions: &[KinaseRegion],
    wanted: &Wanted,
    step: &(dyn Fn() + Sync),
) -> Result<Vec<Scan>> {
    tile::run(
        pool,
        windows.len(),
        || library.reader(),
        |reader, index| {
            let window = windows[index];
            let mut scan = Scan::default();
            let mut beside = Beside::of(library, window);
            let mut same_place = SamePlace::default();
            reader.visit(window, |record, lane| {
                same_place.note(record, lane);
                let start = record.pos().max(0) as u32;
                if start < window.start && index > 0 && windows[index - 1].contig == window.contig && start < windows[index - 1].end {
                    return;
                }
                scan.seen += 1;
                beside.keep(record, lane, library);
                if let Some(view) = admit(record, lane, library, &mut scan) {
                    let points_there = splits_into(&view, regions)
                        || view.pieces.iter().any(|piece| is_at_kinase(regions, piece.contig, piece.start))
                        || view.mate.is_some_and(|mate| is_at_kinase(regions, mate.contig, mate.start));
                    if wanted.contains(&view.fragment) || points_there || has_tail(&view) {
                        scan.keep(view.kept(record));
                    }
                }
            })?;
            same_place.settle(&mut scan.records);
            scan.unaligned.push(beside);
            step();
            Ok(scan)
        },
    )
}

/// Whether a place lies at one of the kinases.
fn is_at_kinase(regions: &[KinaseRegion], contig: ContigId, position: u32) -> bool {
    regions.iter().any(|region| region.holds(contig, position))
}

/// Whether a split read has a piece at one of the kinases, by its SA tag.
fn splits_into(view: &ReadRecord, regions: &[KinaseRegion]) -> bool {
    view.elsewhere.iter().flatten().any(|piece| is_at_kinase(regions, piece.contig, piece.start))
}

/// Reads tiles for split reads that point to a kinase: where a tool has dropped supplementary records, the primary record at the
/// partner is all that is left of them.
///
/// # Errors
/// When the file cannot be read.
pub fn pointing(
    pool: &ThreadPool,
    library: &Library,
    tiles: &[Interval],
    regions: &[KinaseRegion],
    step: &(dyn Fn() + Sync),
) -> Result<Vec<ReadRecord>> {
    let found = tile::run(
        pool,
        tiles.len(),
        || library.reader(),
        |reader, index| {
            let tile = tiles[index];
            let mut scan = Scan::default();
            reader.visit(tile, |record, lane| {
                let begins_here = (tile.start..tile.end).contains(&(record.pos().max(0) as u32));
                if !begins_here || record.aux(b"SA").is_err() {
                    return;
                }
                let Some(view) = admit(record, lane, library, &mut scan) else { return };
                if splits_into(&view, regions) {
                    scan.keep(view.kept(record));
                }
            })?;
            step();
            Ok(scan.records)
        },
    )?;
    Ok(found.into_iter().flatten().collect())
}

/// What is asked of the bases of a record.
#[derive(Clone, Copy)]
pub enum Sieve<'a> {
    /// Of the whole read, as the file has it.
    Read(&'a (dyn Fn(&[u8]) -> bool + Sync)),
    /// Of a clipped end of at least so many bases, read away from what is aligned.
    ClippedEnd(u32, &'a (dyn Fn(&[u8]) -> bool + Sync)),
}

impl Sieve<'_> {
    /// The group of a record that the sieve keeps (reads with the same first clipped bases are one group); `None` if it is not kept.
    fn sort(self, record: &Record) -> Option<u64> {
        match self {
            Self::Read(wanted) => wanted(&record.seq().as_bytes()).then_some(0),
            Self::ClippedEnd(least_bp, wanted) => {
                let ends = clipped_ends(record, least_bp);
                let end = ends.iter().find(|end| wanted(end))?;
                let mut hasher = FxHasher::default();
                end[..end.len().min(SORT_BP)].hash(&mut hasher);
                Some(hasher.finish())
            }
        }
    }
}

/// First bases of a clipped end that make its group. So the many reads that end in adapter or homopolymers do not use up the limit of others.
const SORT_BP: usize = 16;

/// The primary records of tiles that the sieve keeps, tile by tile; each belongs to the tile in which it begins. Of each group the first
/// hundred molecules that begin within 64 bases are kept: more would add nothing.
///
/// # Errors
/// When the file cannot be read.
pub fn sift(
    pool: &ThreadPool,
    library: &Library,
    tiles: &[Interval],
    sieve: Sieve<'_>,
    step: &(dyn Fn() + Sync),
) -> Result<Vec<Vec<ReadRecord>>> {
    tile::run(
        pool,
        tiles.len(),
        || library.reader(),
        |reader, index| {
            let tile = tiles[index];
            let mut records = Vec::new();
            let mut kept: FxHashMap<(u32, u64), BoundedMolecules> = FxHashMap::default();
            let mut uncounted = Scan::default();
            let mut same_place = SamePlace::default();
            reader.visit(Interval { end: tile.end.saturating_add(SAME_PLACE_BP), ..tile }, |record, lane| {
                if record.is_supplementary() {
                    return;
                }
                let Some(sort) = sieve.sort(record) else { return };
                let stretch = kept.entry((record.pos().max(0) as u32 / STRETCH_BP, sort)).or_default();
                if stretch.is_full(MAX_OF_STRETCH) {
                    return;
                }
                same_place.note(record, lane);
                let begins_here = (i64::from(tile.start)..i64::from(tile.end)).contains(&record.pos());
                if begins_here && !record.is_secondary() {
                    // Records that are left out do not count towards the limit.
                    let view = admit(record, lane, library, &mut uncounted);
                    let kept = view.filter(|view| stretch.keeps(view, library.assay.duplicates, MAX_OF_STRETCH));
                    records.extend(kept.map(|view| view.kept(record)));
                }
            })?;
            same_place.settle(&mut records);
            step();
            Ok(records)
        },
    )
}

/// Width of the stretches of which a bounded number of molecules is kept, and the number.
const STRETCH_BP: u32 = 64;
const MAX_OF_STRETCH: u32 = 100;

/// A read that was not aligned, as sequenced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unaligned {
    /// The fragment.
    pub fragment: FragmentId,
    /// 0 for the first read of a pair or a single read, 1 for the second.
    pub number: u8,
    /// Bases.
    pub bases: Vec<u8>,
    /// Their qualities.
    pub qualities: Vec<u8>,
    /// Whether it has a mate.
    pub paired: bool,
    /// The mate's bases, where both overlap and `bases` has them as one.
    pub mate_bases: Option<Vec<u8>>,
    /// The molecular identifier, where the assay has them.
    pub umi: Option<Umi>,
    /// Where it is filed with its mate: contig and 0-based position. None at the file's end.
    pub filed: Option<(ContigId, u32)>,
    /// Its name.
    pub name: Box<[u8]>,
}

impl Unaligned {
    /// Whether a read is looked at: marking duplicates flags reads without an alignment too.
    pub(super) fn is_used(record: &Record, library: &Library) -> bool {
        let left_out = record.is_duplicate() && leaves_out_flagged(library.assay.duplicates);
        !left_out && !record.is_quality_check_failed()
    }

    pub(super) fn new(record: &Record, lane: Lane, library: &Library) -> Self {
        Self {
            fragment: lane.fragment(FragmentId::of(record.qname())),
            number: u8::from(record.is_last_in_template() && record.is_paired()),
            bases: record.seq().as_bytes(),
            qualities: record.qual().to_vec(),
            paired: record.is_paired(),
            mate_bases: None,
            filed: (record.tid() >= 0 && record.pos() >= 0).then(|| (ContigId(record.tid() as u32), record.pos() as u32)),
            name: record.qname().into(),
            umi: library.assay.umi.as_ref().and_then(|source| source.of(record)),
        }
    }
}

/// The reads without an alignment that are filed with their mates in one stretch of a file.
#[derive(Debug)]
pub enum Beside {
    /// All of them, in the order of the file.
    Reads(Interval, Vec<Unaligned>),
    /// There are too many to keep: they are read again for each search.
    Crowd(Interval),
    /// In DNA nothing is looked for among them.
    Unread,
}

/// Reads of one stretch that are kept; beyond, reading the stretch again is cheaper than the memory. It changes no result.
const MAX_BESIDE_KEPT: usize = 4_000;

impl Beside {
    fn of(library: &Library, stretch: Interval) -> Self {
        if library.assay.material() == Material::Rna {
            Self::Reads(stretch, Vec::new())
        } else {
            Self::Unread
        }
    }

    fn keep(&mut self, record: &Record, lane: Lane, library: &Library) {
        let Self::Reads(stretch, kept) = self else { return };
        if !is_beside(record, *stretch, library) {
            return;
        }
        if kept.len() < MAX_BESIDE_KEPT {
            kept.push(Unaligned::new(record, lane, library));
        } else {
            *self = Self::Crowd(*stretch);
        }
    }
}

/// Whether a record is a read without an alignment that is filed in a stretch and looked at.
fn is_beside(record: &Record, stretch: Interval, library: &Library) -> bool {
    let begins_here = (i64::from(stretch.start)..i64::from(stretch.end)).contains(&record.pos());
    record.is_unmapped() && Unaligned::is_used(record, library) && begins_here
}

/// Of the reads that are filed with their mates those that `wanted` picks, in the order of the stretches.
///
/// # Errors
/// When a file cannot be read.
pub fn beside(
    pool: &ThreadPool,
    library: &Library,
    stretches: &[Beside],
    wanted: &(dyn Fn(&[u8]) -> bool + Sync),
) -> Result<Vec<Unaligned>> {
    let picked = tile::run(
        pool,
        stretches.len(),
        || Ok(None),
        |reader: &mut Option<LibraryReader>, index| match &stretches[index] {
            Beside::Unread => Ok(Vec::new()),
            Beside::Reads(_, reads) => Ok(reads.iter().filter(|read| wanted(&read.bases)).cloned().collect()),
            Beside::Crowd(stretch) => {
                let opened = match reader.as_mut() {
                    Some(opened) => opened,
                    None => reader.insert(library.reader()?),
                };
                let mut list = Vec::new();
                opened.visit(*stretch, |record, lane| {
                    if is_beside(record, *stretch, library) && wanted(&record.seq().as_bytes()) {
                        list.push(Unaligned::new(record, lane, library));
                    }
                })?;
                Ok(list)
            }
        },
    )?;
    Ok(picked.into_iter().flatten().collect())
}

/// Reads windows with a state of its own for each; records that begin in an earlier window and reach into it are seen in both.
///
/// # Errors
/// When the file cannot be read.
pub fn each<S: Send>(
    pool: &ThreadPool,
    library: &Library,
    windows: &[Interval],
    begin: impl Fn() -> S + Sync,
    visit: impl Fn(&mut S, ReadRecord, &Record) + Sync,
) -> Result<Vec<S>> {
    tile::run(
        pool,
        windows.len(),
        || library.reader(),
        |reader, index| {
            let mut state = begin();
            // The kinases' scan and the partners' windows count what is skipped.
            let mut uncounted = Scan::default();
            reader.visit(windows[index], |record, lane| {
                if let Some(view) = admit(record, lane, library, &mut uncounted) {
                    visit(&mut state, view, record);
                }
            })?;
            Ok(state)
        },
    )
}

/// Unaligned reads of each file that are looked at: enough for panels and for most transcriptomes, about a second's work.
pub const MAX_UNALIGNED: u64 = 2_000_000;

/// The reads without a place that were wanted.
#[derive(Debug, Default)]
pub struct UnalignedReads {
    /// With their mates.
    pub picked: Vec<Unaligned>,
    /// How many were looked at.
    pub seen: u64,
    /// How many are flagged as duplicates, where these are left out.
    pub duplicates: u64,
    /// How many are left behind those that are looked at.
    pub left: u64,
}

/// The reads without a place that `wanted` picks; of a file no more than `most` are looked at. Files that are read in one pass keep none.
///
/// # Errors
/// When the file cannot be read.
pub fn unaligned(library: &Library, most: u64, wanted: &dyn Fn(&[u8]) -> bool) -> Result<UnalignedReads> {
    let mut found = UnalignedReads::default();
    let mut picked: Option<FragmentId> = None;
    let mut left_out: Option<FragmentId> = None;
    // If both mates are unaligned their records follow each other.
    let mut passed_over: Option<Unaligned> = None;
    let left = library.reader()?.visit_unplaced(most, |record, lane| {
        let fragment = lane.fragment(FragmentId::of(record.qname()));
        if !Unaligned::is_used(record, library) {
            found.duplicates += u64::from(record.is_duplicate());
            // A flag on one mate applies to both: tools that mark duplicates may flag one only.
            left_out = Some(fragment);
            while found.picked.pop_if(|read| read.fragment == fragment).is_some() {}
            passed_over = None;
            return false;
        }
        if left_out == Some(fragment) {
            return false;
        }
        found.seen += 1;
        let read = Unaligned::new(record, lane, library);
        let before = passed_over.take().filter(|mate: &Unaligned| mate.fragment == fragment);
        if wanted(&read.bases) {
            picked = Some(fragment);
            found.picked.extend(before);
            found.picked.push(read);
        } else if picked == Some(fragment) {
            found.picked.push(read);
        } else if record.is_paired() {
            passed_over = Some(read);
        }
        true
    })?;
    found.left = left;
    Ok(found)
}
