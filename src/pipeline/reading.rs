//! What is read of one library before any junction is made: the kinases, the windows at the partners to which their reads point, and, in
//! RNA, the exon edges and the reads that lie elsewhere.

use rustc_hash::FxHashSet;

use crate::alignment::read::{FragmentId, ReadRecord};
use crate::alignment::scan::{self, KinaseRegion, Scan};
use crate::alignment::{tile, Library};
use crate::coverage::region;
use crate::error::Result;
use crate::evidence::chain;
use crate::genome::{Breakend, Interval};
use crate::junction::concern::{self, Concern, RecordKey};
use crate::junction::edge_reads::{self, ExonEdges, Unplaced};
use crate::junction::find::{self, Evidence};
use crate::junction::outside::{self, Outside};
use crate::junction::partners;
use crate::junction::search;
use crate::material::Material;
use crate::model::Gene;

use super::{notices, Run};

/// The records of each kinase, and what was counted on the way.
pub(super) struct KinaseRecords<'r> {
    /// One of each target, in their order; so are all lists here.
    pub regions: Vec<KinaseRegion>,
    /// The records that bear on each.
    pub scans: Vec<Scan>,
    /// Windows to which a kinase's reads point.
    windows: Vec<Vec<Interval>>,
    /// Fragments of which a kinase has a read that leaves it.
    fragments: Vec<FxHashSet<FragmentId>>,
    /// In RNA, the exon edges of the kinases and their partners.
    pub edges: ExonEdges,
    /// Genes that no table lists, at which reads enter the kinase from outside.
    pub outside: Vec<Vec<&'r Gene>>,
    /// Where reads without an alignment are looked for.
    pub unplaced: Unplaced,
    /// Records at the partners that were looked at.
    seen_at_partners: u64,
    /// What was counted beside the scans.
    counts: Scan,
}

impl<'r> Run<'r> {
    /// Reads what bears on the kinases.
    pub(super) fn read(&self, library: &Library) -> Result<KinaseRecords<'r>> {
        let assay = &library.assay;
        let region = |(target, gene): (usize, &&Gene)| KinaseRegion {
            target,
            gene: gene.span,
            usual: region::usual_regions(gene, assay.material()),
        };
        let regions: Vec<KinaseRegion> = self.targets.iter().enumerate().map(region).collect();
        let tiles: usize = regions.iter().map(|region| tile::tiles(&[region.scanned()], self.config.tile_bp).len()).sum();
        self.progress.stage("reading kinase regions", tiles);
        let scans = scan::kinases(self.pool, library, &regions, self.config.tile_bp, &|| self.progress.step())?;
        let most = if self.config.sensitive { u64::MAX } else { scan::MAX_UNALIGNED };
        let mut reading = KinaseRecords {
            windows: Vec::new(),
            fragments: Vec::new(),
            edges: ExonEdges::default(),
            outside: vec![Vec::new(); regions.len()],
            unplaced: Unplaced { most, ..Unplaced::default() },
            seen_at_partners: 0,
            counts: Scan::default(),
            regions,
            scans,
        };
        for evidence in self.gathered(library, &reading) {
            reading.windows.push(partners::windows(&evidence, assay, &self.setup.models));
            reading.fragments.push(partners::fragments(&evidence));
        }
        let mut more = self.read_partners(library, &mut reading)?;
        if assay.material() == Material::Rna {
            self.read_edges(library, &mut reading, &mut more)?;
        } else {
            more.extend(self.read_pointing(library, &mut reading)?);
        }
        reading.count("same_name_beyond_bound", reading.scans.iter().map(|scan| chain::records_beyond_bound(&scan.records)).sum());
        reading.share_out(more);
        Ok(reading)
    }

    /// What the records of each kinase show.
    pub(super) fn gathered(&self, library: &Library, reading: &KinaseRecords<'_>) -> Vec<Evidence> {
        (0..reading.scans.len()).map(|target| self.gathered_at(library, reading, target)).collect()
    }

    /// What those of one kinase show.
    pub(super) fn gathered_at(&self, library: &Library, reading: &KinaseRecords<'_>, target: usize) -> Evidence {
        let at_edge = |end: Breakend| self.at_splice(end, &library.assay);
        find::gather(&reading.scans[target].records, &reading.regions[target], &library.assay, &at_edge, reading.edges.of(target))
    }

    /// The records at the partners. No place is read twice, whichever kinases point to it.
    fn read_partners(&self, library: &Library, reading: &mut KinaseRecords<'_>) -> Result<Vec<ReadRecord>> {
        let windows = tile::merged(reading.windows.concat(), 0);
        let wanted: FxHashSet<FragmentId> = reading.fragments.iter().flatten().copied().collect();
        self.progress.stage("reading partners", windows.len());
        let mut found = scan::partners(self.pool, library, &windows, &reading.regions, &wanted, &|| self.progress.step())?;
        reading.unplaced.flagged = reading.scans.iter().chain(&found).flat_map(|scan| scan.flagged.iter().copied()).collect();
        let mut records = Vec::new();
        for scan in &mut reading.scans {
            scan.leave_out(&reading.unplaced.flagged);
            reading.unplaced.beside_mates.append(&mut scan.unaligned);
        }
        for scan in &mut found {
            scan.leave_out(&reading.unplaced.flagged);
            reading.seen_at_partners += scan.seen;
            for (key, count) in &scan.skipped {
                reading.count(&format!("at_partners_{key}"), *count);
            }
            reading.unplaced.beside_mates.append(&mut scan.unaligned);
            records.append(&mut scan.records);
        }
        Ok(records)
    }

    /// In RNA, adds the records at the exon edges, and those that enter a kinase from anywhere, where the library is small enough to be read
    /// whole or the user asks for it.
    fn read_edges(&self, library: &Library, reading: &mut KinaseRecords<'r>, more: &mut Vec<ReadRecord>) -> Result<()> {
        let held: FxHashSet<RecordKey> = more.iter().filter_map(concern::key).collect();
        let none = (vec![Vec::new(); self.targets.len()], 0);
        reading.edges = self.exon_edges(library, &none, (&reading.unplaced, &held))?;
        more.append(&mut reading.edges.records);
        more.retain(|view| !reading.unplaced.flagged.contains(&view.fragment));
        let left = outside::left(library.aligned_reads()?, reading.seen(), self.config.sensitive);
        if left == 0 {
            let outside = self.read_outside(library, &reading.edges)?;
            more.extend(outside.records);
            for (genes, found) in reading.outside.iter_mut().zip(outside.genes) {
                *genes = found;
            }
        }
        let edges = &reading.edges;
        notices::unread(library, edges, left, self.warnings);
        let counts = [
            ("unaligned_looked_up", edges.unaligned_seen),
            ("unaligned_duplicate", edges.unaligned_duplicates),
            ("unaligned_beyond_bound", edges.unaligned_left),
            ("elsewhere_beyond_bound", left),
        ];
        for (key, count) in counts {
            reading.count(key, count);
        }
        Ok(())
    }

    /// In DNA, the split reads of which only the partner's record is left, at the listed partners, where the library is small enough or the
    /// user asks for it.
    fn read_pointing(&self, library: &Library, reading: &mut KinaseRecords<'r>) -> Result<Vec<ReadRecord>> {
        let left = outside::left(library.aligned_reads()?, reading.seen(), self.config.sensitive);
        if left > 0 {
            reading.count("elsewhere_beyond_bound", left);
            return Ok(Vec::new());
        }
        let partners =
            self.targets.iter().flat_map(|kinase| edge_reads::listed_partners(kinase, &self.setup.models, &self.setup.knowledge));
        let tiles = tile::tiles(&tile::merged(partners.map(|gene| gene.span).collect(), 0), scan::TILE_BP);
        self.progress.stage("split reads at the listed partners", tiles.len());
        scan::pointing(self.pool, library, &tiles, &reading.regions, &|| self.progress.step())
    }

    /// The edges of the kinases, of the known partners and of those `found` for each among so many edges looked at.
    pub(super) fn exon_edges(
        &self,
        library: &Library,
        found: &(Vec<Vec<&Gene>>, usize),
        unplaced: (&Unplaced, &FxHashSet<RecordKey>),
    ) -> Result<ExonEdges> {
        let known = (&self.setup.models, &self.setup.knowledge);
        edge_reads::read(self.pool, library, (&self.targets, &found.0, found.1), known, self.setup.reference.as_ref(), unplaced)
    }

    /// What lies elsewhere and enters a kinase.
    fn read_outside(&self, library: &Library, edges: &ExonEdges) -> Result<Outside<'r>> {
        // A library that is read in one pass has kept no records of other places.
        if edges.tables.is_empty() || library.aligned_reads()?.is_none() {
            return Ok(Outside::default());
        }
        self.progress.stage("clipped ends in all reads of the RNA", search::tiles(library).len());
        outside::read(self.pool, library, (&self.targets, &edges.tables), &self.setup.models, &|| self.progress.step())
    }
}

impl KinaseRecords<'_> {
    /// Gives records of other places to the kinases on which they bear.
    pub(super) fn share_out(&mut self, more: Vec<ReadRecord>) {
        let concern = |index: usize| Concern {
            region: &self.regions[index],
            windows: &self.windows[index],
            fragments: &self.fragments[index],
            edges: self.edges.tables.get(index),
        };
        let concerns: Vec<Concern<'_>> = (0..self.regions.len()).map(concern).collect();
        concern::share_out(more, &mut self.scans, &concerns);
    }

    /// Records that were looked at, at the kinases and where these point.
    fn seen(&self) -> u64 {
        self.seen_at_partners + self.scans.iter().map(|scan| scan.seen).sum::<u64>()
    }

    /// Adds to what was skipped or looked up; nothing is no line.
    pub(super) fn count(&mut self, key: &str, count: u64) {
        if count > 0 {
            *self.counts.skipped.entry(key.to_owned()).or_default() += count;
        }
    }

    /// All that was counted; the records go.
    pub(super) fn into_counts(mut self, library: &Library) -> Scan {
        for file in &library.files {
            self.count("unmapped_in_stream", file.passed_over.0);
            self.count("elsewhere_in_stream", file.passed_over.1);
        }
        for mut scan in self.scans {
            scan.records = Vec::new();
            self.counts.absorb(scan);
        }
        self.counts
    }
}
