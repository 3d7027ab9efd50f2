#!/usr/bin/env nextflow
/*
 * kinfuse: fusions and resistance mutations of ALK, ROS1 and NTRK1-3 of many samples.
 *
 *   sample sheet -> alignment of FASTQ -> kinfuse call, a task a sample -> background of normal samples -> kinfuse cohort, MultiQC
 */

include { PIPELINE_INITIALISATION } from './subworkflows/local/utils_kinfuse_pipeline'
include { PIPELINE_COMPLETION     } from './subworkflows/local/utils_kinfuse_pipeline'
include { KINFUSE                 } from './workflows/kinfuse'

workflow {
    main:
    PIPELINE_INITIALISATION()

    KINFUSE(
        PIPELINE_INITIALISATION.out.units,
        PIPELINE_INITIALISATION.out.to_simulate,
        PIPELINE_INITIALISATION.out.cohort_sheet,
        PIPELINE_INITIALISATION.out.problems,
    )

    PIPELINE_COMPLETION(PIPELINE_INITIALISATION.out.names, KINFUSE.out.outcomes)
}
