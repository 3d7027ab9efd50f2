//
// Scatter over samples, gather into a cohort and a MultiQC page
//

include { ALIGN                                } from '../subworkflows/local/align'
include { SAMTOOLS_FAIDX                       } from '../modules/local/samtools/faidx'
include { SAMTOOLS_INDEX                       } from '../modules/local/samtools/index'
include { KINFUSE_SIMULATE                     } from '../modules/local/kinfuse/simulate'
include { KINFUSE_CALL as KINFUSE_CALL_NORMAL  } from '../modules/local/kinfuse/call'
include { KINFUSE_CALL                         } from '../modules/local/kinfuse/call'
include { KINFUSE_NORMALS                      } from '../modules/local/kinfuse/normals'
include { KINFUSE_COHORT                       } from '../modules/local/kinfuse/cohort'
include { KINFUSE_EVALUATE                     } from '../modules/local/kinfuse/evaluate'
include { MULTIQC                              } from '../modules/local/multiqc'
include { indicesOf                            } from '../subworkflows/local/utils_kinfuse_pipeline'
include { judged                               } from '../subworkflows/local/utils_kinfuse_pipeline'
include { simulatedUnits                       } from '../subworkflows/local/utils_kinfuse_pipeline'
include { sheetHasNormals                      } from '../subworkflows/local/utils_kinfuse_pipeline'
include { writtenOnce                          } from '../subworkflows/local/utils_kinfuse_pipeline'
include { oneSample                            } from '../subworkflows/local/utils_kinfuse_pipeline'

workflow KINFUSE {
    take:
    ch_units        // channel: [ meta, [ file ], index or [] ], one for each file or pair of files
    ch_simulations  // channel: [ meta, events or [], assay ]
    ch_sheet        // value channel: sheet of the cohort, or []
    ch_problems     // channel: [ sample, files, why it cannot be called ]

    main:
    // The genome
    ch_tools = Channel.empty()
    ch_gtf = Channel.value([[id: 'genes'], params.gtf ? file(params.gtf) : []])
    if (!params.fasta) {
        ch_fasta = Channel.value([[id: 'genome'], [], []])
    }
    else if (indicesOf(params.fasta)) {
        ch_fasta = Channel.value([[id: 'genome'], file(params.fasta), indicesOf(params.fasta)])
    }
    else {
        SAMTOOLS_FAIDX([[id: 'genome'], file(params.fasta)])
        ch_tools = ch_tools.mix(SAMTOOLS_FAIDX.out.versions_samtools)
        ch_fasta = SAMTOOLS_FAIDX.out.fai.map { meta, fai -> [meta, file(params.fasta), fai] }
    }

    // Samples whose truth is known
    KINFUSE_SIMULATE(ch_simulations, ch_fasta, ch_gtf)
    ch_made = KINFUSE_SIMULATE.out.bam
        .join(KINFUSE_SIMULATE.out.bai)
        .map { meta, bam, bai -> [meta, bam, bai] }
        .mix(KINFUSE_SIMULATE.out.fastq.filter { meta, _fastq -> meta.files == 'fastq' }.map { meta, fastq -> [meta, fastq, []] })
    ch_units_made = ch_made
        .toList()
        .flatMap { made -> simulatedUnits(made) }
    ch_files = ch_units
        .mix(ch_units_made)
        .branch { meta, _files, index ->
            reads: meta.fastq
            bare: !index
            ready: true
        }

    // Alignment, and an index where there is none
    ALIGN(ch_files.reads.map { meta, files, _index -> [meta, files] }, ch_fasta, ch_gtf)
    SAMTOOLS_INDEX(ch_files.bare.map { meta, files, _index -> [meta, files[0]] }, ch_fasta)
    ch_aligned = ALIGN.out.bam
        .mix(SAMTOOLS_INDEX.out.indexed)
        .mix(ch_files.ready.map { meta, files, index -> [meta, files[0], index] })

    // A sample is complete when all of its files are there; one with a file that failed is left out
    ch_samples = ch_aligned
        .map { meta, bam, bai -> [groupKey(meta.id, meta.units), [meta, bam, bai]] }
        .groupTuple()
        .map { _sample, units -> oneSample(units) }
        .branch { meta, _rna, _rna_index, _dna, _dna_index ->
            normal: meta.normal
            other: true
        }

    // Calls
    ch_knowledge = Channel.value([[id: 'knowledge'], params.knowledge ? file(params.knowledge, type: 'dir') : []])
    no_normals   = [[id: 'normals'], []]
    KINFUSE_CALL_NORMAL(ch_samples.normal, ch_fasta, ch_gtf, no_normals, ch_knowledge)
    if (sheetHasNormals(params.input)) {
        KINFUSE_NORMALS(
            KINFUSE_CALL_NORMAL.out.json
                .join(KINFUSE_CALL_NORMAL.out.candidates)
                .toSortedList { a, b -> a[0].id <=> b[0].id }
                .map { rows ->
                    if (!rows) {
                        error("None of the normal samples could be called: there is no background for the others")
                    }
                    [[id: 'normals'], rows.collect { row -> row[1] }, rows.collect { row -> row[2] }]
                }
        )
        ch_tools = ch_tools.mix(KINFUSE_NORMALS.out.versions_kinfuse)
        ch_normals = KINFUSE_NORMALS.out.normals
    }
    else {
        ch_normals = Channel.value(params.normals ? [[id: 'normals'], file(params.normals)] : no_normals)
    }
    KINFUSE_CALL(ch_samples.other, ch_fasta, ch_gtf, ch_normals, ch_knowledge)
    ch_json    = KINFUSE_CALL.out.json.mix(KINFUSE_CALL_NORMAL.out.json)
    ch_metrics = KINFUSE_CALL.out.metrics.mix(KINFUSE_CALL_NORMAL.out.metrics)
    ch_mqc     = KINFUSE_CALL.out.mqc.mix(KINFUSE_CALL_NORMAL.out.mqc)

    // All samples side by side
    KINFUSE_COHORT(
        ch_json
            .map { _meta, json -> json }
            .collect(sort: { json -> json.name })
            .map { jsons -> [jsons] }
            .combine(ch_sheet.map { sheet -> [sheet] })
            .map { jsons, sheet -> [[id: 'cohort'], jsons, sheet] }
    )

    // Simulated samples: what was found of the truth
    ch_called = ch_json
        .filter { meta, _json -> meta.simulated }
        .flatMap { meta, json -> meta.simulated.collect { simulation -> [simulation, json] } }
        .groupTuple()
    KINFUSE_EVALUATE(
        KINFUSE_SIMULATE.out.truth
            .map { meta, truth -> [meta.id, meta, truth] }
            .join(ch_called)
            .map { _id, meta, truth, jsons -> [[id: meta.id], truth, jsons.sort { json -> json.name }] }
    )

    // Versions. MultiQC adds its own to its page.
    ch_versions = ch_tools
        .mix(ALIGN.out.versions)
        .mix(SAMTOOLS_INDEX.out.versions_samtools)
        .mix(KINFUSE_SIMULATE.out.versions_kinfuse)
        .mix(KINFUSE_CALL_NORMAL.out.versions_kinfuse)
        .mix(KINFUSE_CALL.out.versions_kinfuse)
        .mix(KINFUSE_COHORT.out.versions_kinfuse)
        .mix(KINFUSE_EVALUATE.out.versions_kinfuse)
        .map { process, tool, version -> [process.tokenize(':')[-1], "    ${tool}: ${version}".toString()] }
        .unique()
        .groupTuple()
        .map { process, tools -> "${process}:\n${tools.sort().join('\n')}".toString() }
        .mix(Channel.of("Workflow:\n    kinfuse pipeline: ${workflow.manifest.version}\n    Nextflow: ${workflow.nextflow.version}".toString()))
        .toSortedList()
        .map { parts -> writtenOnce('kinfuse_software_mqc_versions.yml', parts.join('\n') + '\n') }

    // What became of each sample
    ch_outcomes = ch_units
        .mix(ch_units_made)
        .map { meta, _files, _index -> [meta.id, meta.kinds] }
        .unique()
        .join(ch_samples.normal.mix(ch_samples.other).map { meta, rna, _rna_index, dna, _dna_index -> [meta.id, [rna: rna*.name, dna: dna*.name]] }, remainder: true)
        .join(ch_metrics.map { meta, metrics -> [meta.id, metrics] }, remainder: true)
        .map { sample, kinds, names, metrics ->
            metrics
                ? [sample, kinds] + judged(metrics, names)
                : [sample, kinds, 'not called', names ? 'kinfuse call failed' : 'alignment or index failed', '.', []]
        }
        .mix(ch_problems.map { sample, kinds, why -> [sample, kinds, 'not called', why, '.', []] })

    // One page
    ch_report = Channel.empty()
    if (!params.skip_multiqc) {
        ch_config = Channel
            .of(file("${projectDir}/assets/multiqc_config.yml"))
            .mix(params.multiqc_config ? Channel.of(file(params.multiqc_config, checkIfExists: true)) : Channel.empty())
            .toList()
        MULTIQC(
            ch_mqc
                .flatMap { _meta, files -> files }
                .mix(KINFUSE_COHORT.out.mqc.map { _meta, file -> file })
                .mix(ALIGN.out.star_log.map { _meta, file -> file })
                .mix(ch_versions)
                .collect(sort: { file -> file.name })
                .map { files -> [files] }
                .combine(ch_config.map { config -> [config] })
                .map { files, config -> [[id: 'multiqc'], files, config] }
        )
        ch_report = MULTIQC.out.report
    }

    emit:
    outcomes = ch_outcomes // channel: [ sample, files, outcome, reason, assay, doubts ]
    report   = ch_report   // channel: [ meta, html ]
}
