//! Partners outside the tables (RNA only): where the kinases and their listed partners do not explain all reads, the exons of all genes are
//! searched, then all reads of the file.

use rustc_hash::FxHashSet;

use crate::alignment::Library;
use crate::error::Result;
use crate::genome::Breakend;
use crate::junction::candidate::Tolerance;
use crate::junction::concern;
use crate::junction::discover;
use crate::junction::edge_reads::ExonEdges;
use crate::junction::find::Evidence;
use crate::junction::local::LocalBases;
use crate::junction::search::{self, Break};
use crate::model::{Gene, Role};
use crate::reference::Lookup;

use super::reading::KinaseRecords;
use super::Run;

impl<'r> Run<'r> {
    /// The evidence of each kinase, with what is found elsewhere.
    pub(super) fn evidence(&self, library: &Library, reading: &mut KinaseRecords<'r>) -> Result<Vec<Evidence>> {
        let mut evidence = self.gathered(library, reading);
        let (mut genes, looked_at) = self.unlisted_partners(library, &evidence, &reading.edges)?;
        for (genes, left) in genes.iter_mut().zip(std::mem::take(&mut reading.outside)) {
            let new: Vec<&Gene> = left.into_iter().filter(|gene| !genes.contains(gene)).collect();
            genes.extend(new);
        }
        if genes.iter().any(|genes| !genes.is_empty()) {
            drop(evidence);
            reading.edges = self.exon_edges(library, &(genes, looked_at), (&reading.unplaced, &FxHashSet::default()))?;
            let records = std::mem::take(&mut reading.edges.records);
            reading.share_out(records);
            evidence = self.gathered(library, reading);
        }
        self.search(library, reading, &mut evidence)?;
        Ok(evidence)
    }

    /// For each target the genes in which reads of it go on though no table lists them, by the exons of the FASTA; and how many exon edges
    /// were looked through for them.
    fn unlisted_partners(&self, library: &Library, evidence: &[Evidence], edges: &ExonEdges) -> Result<(Vec<Vec<&'r Gene>>, usize)> {
        let mut found = vec![Vec::new(); self.targets.len()];
        if self.setup.reference.is_none() {
            return Ok((found, 0));
        }
        let tolerance = Tolerance::of(library.assay.long_reads);
        let on_edge = |end: Breakend| self.setup.models.splices_near(end, 0);
        let of_target = |(index, (evidence, table))| {
            Break::all(evidence, table, tolerance, &on_edge).into_iter().map(move |unexplained| (index, unexplained))
        };
        let breaks: Vec<(usize, Break)> = evidence.iter().zip(&edges.tables).enumerate().flat_map(of_target).collect();
        if breaks.is_empty() {
            return Ok((found, 0));
        }
        self.progress.stage("unexplained breaks: looking through all exons", 0);
        let fasta = Lookup::new(self.setup.reference.as_ref())?;
        let mut looked_at = 0;
        for role in [Role::Five, Role::Three] {
            let of_role: Vec<_> = breaks.iter().filter(|(index, _)| edges.tables[*index].partner_role() == role).collect();
            let tails: Vec<&[u8]> = of_role.iter().map(|(_, unexplained)| unexplained.tail()).collect();
            if tails.is_empty() {
                continue;
            }
            let bases = |interval| fasta.bases(interval);
            let (genes, edges) = discover::partners(&tails, self.setup.models.iter(), &bases, (role, !library.assay.long_reads));
            looked_at += edges;
            for ((index, _), gene) in of_role.into_iter().zip(genes) {
                let new = gene.filter(|gene| gene.symbol != self.targets[*index].symbol && !found[*index].contains(gene));
                found[*index].extend(new);
            }
        }
        fasta.finish()?;
        Ok((found, looked_at))
    }

    /// Looks in the whole file, and in reads without an alignment, for what follows the breaks of RNA that nothing explains.
    fn search(&self, library: &Library, reading: &mut KinaseRecords<'_>, evidence: &mut [Evidence]) -> Result<()> {
        let tolerance = Tolerance::of(library.assay.long_reads);
        let breaks: Vec<Vec<Break>> = evidence
            .iter()
            .zip(&reading.edges.tables)
            // What an aligner spliced somewhere has been looked up among the exons by now; other reads would only show that place again.
            .map(|(evidence, table)| Break::all(evidence, table, tolerance, &|_| true))
            .collect();
        if breaks.iter().all(Vec::is_empty) {
            return Ok(());
        }
        self.progress.stage("unexplained breaks in all reads of the RNA", search::tiles(library).len());
        let all = breaks.concat();
        let found = search::reads(self.pool, library, &all, &|| self.progress.step())?;
        reading.edges.look_up(self.pool, library, &search::has_word(&all), &reading.unplaced)?;
        let local = LocalBases::new(self.setup.reference.as_ref(), library)?;
        for (index, breaks) in breaks.iter().enumerate().filter(|(_, breaks)| !breaks.is_empty()) {
            concern::add(&found, &mut reading.scans[index]);
            evidence[index] = self.gathered_at(library, reading, index);
            let region = &reading.regions[index];
            let in_kinase = |end: Breakend| region.holds(end.contig, end.boundary);
            let on_edge = |end: Breakend| self.setup.models.splices_near(end, 0);
            evidence[index].place_by_reads(breaks, &found, tolerance, &|interval| local.bases(interval), (&in_kinase, &on_edge));
        }
        local.finish()
    }
}
