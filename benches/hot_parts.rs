//! Criterion benches of the hot parts, on the made-up DNA sample: reading the kinases, gathering evidence, making junctions of it,
//! counting bases over the kinase domains, and the whole call.
//!
//! `cargo bench --features benches --bench hot_parts`. Criterion is built for this only, so that tests do not wait for it.

use std::hint::black_box;
use std::path::Path;

use criterion::{criterion_group, criterion_main, Criterion};
use kinfuse::alignment::scan::{self, KinaseRegion};
use kinfuse::alignment::{recognise, tile, Library};
use kinfuse::config::CallConfig;
use kinfuse::coverage::region;
use kinfuse::genome::{Breakend, Interval};
use kinfuse::junction::find;
use kinfuse::junction::local::LocalBases;
use kinfuse::junction::support::PairSpan;
use kinfuse::pipeline;
use kinfuse::progress::Progress;
use kinfuse::setup::Setup;
use kinfuse::variant::{domain, pileup};
use kinfuse::warning::Warnings;

fn config(sample: &str) -> CallConfig {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("test-data");
    CallConfig {
        inputs: vec![data.join(format!("{sample}.bam"))],
        gtf: Some(data.join("mini.gtf")),
        reference: Some(data.join("mini.fa")),
        threads: 1,
        ..CallConfig::default()
    }
}

fn hot_parts(criterion: &mut Criterion) {
    let (config, warnings) = (config("dna"), Warnings::default());
    let mut setup = Setup::new(&config, &warnings).expect("the test data is whole");
    let file = std::mem::take(&mut setup.files).pop().expect("one file was given");
    let targets = setup.genes();
    let spans: Vec<Interval> = targets.iter().map(|gene| gene.span).collect();
    let assay = recognise::recognise(&file, (&spans, &targets), &config.assay, &warnings).expect("an assay");
    let libraries = Library::group(vec![(file, assay)]);
    let library = &libraries[0];
    let regions: Vec<KinaseRegion> = targets
        .iter()
        .enumerate()
        .map(|(target, gene)| KinaseRegion { target, gene: gene.span, usual: region::usual_regions(gene, library.assay.material()) })
        .collect();
    let pool = tile::pool(1).expect("one thread can be had");
    let scan = || scan::kinases(&pool, library, &regions, config.tile_bp, &|| ()).expect("the BAM is whole");
    criterion.bench_function("scan of the kinases", |bench| bench.iter(|| black_box(scan())));

    let scans = scan();
    // The kinase with most reads.
    let (index, found) = scans.iter().enumerate().max_by_key(|(_, scan)| scan.records.len()).expect("there are targets");
    let gather = || find::gather(&found.records, &regions[index], &library.assay, &|_| false, None);
    criterion.bench_function("evidence of one kinase", |bench| bench.iter(|| black_box(gather())));

    let evidence = gather();
    let shown = LocalBases::new(None, library).expect("without a FASTA nothing is opened");
    let bases = |interval: Interval| shown.bases(interval);
    let distance = |end: Breakend, position: u32| end.kept_distance(position);
    let reach = |_: Breakend, bases: u32| bases;
    let (insert_median_bp, insert_max_bp) = (library.assay.insert_median_bp, library.assay.insert_max_bp);
    let span = PairSpan { insert_median_bp, insert_max_bp, distance: &distance, reach: &reach };
    criterion.bench_function("junctions: cluster, assemble, realign", |bench| {
        bench.iter(|| black_box(evidence.junctions(index, &library.assay, &span, (&bases, &bases), None).candidates.len()));
    });

    let mut rows = domain::domains(&targets, &setup.knowledge, setup.assembly, None).expect("the tables are sound");
    criterion.bench_function("pileup of the kinase domains", |bench| {
        bench.iter(|| black_box(pileup::read(&pool, library, &mut rows, None, &|| ()).expect("the BAM is whole")));
    });
}

fn whole_call(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("call");
    group.sample_size(20);
    for sample in ["rna", "dna"] {
        let config = config(sample);
        group.bench_function(sample, |bench| {
            bench.iter(|| black_box(pipeline::call(&config, &Progress::new(false)).expect("the test data is whole")));
        });
    }
    group.finish();
}

criterion_group!(benches, hot_parts, whole_call);
criterion_main!(benches);
