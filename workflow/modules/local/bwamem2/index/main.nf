process BWAMEM2_INDEX {
    tag "${fasta}"
    label 'process_high_memory'

    conda "${moduleDir}/environment.yml"
    container "biocontainers/bwa-mem2:2.2.1--he513fc3_0"

    input:
    tuple val(meta), path(fasta)

    output:
    tuple val(meta), path("bwamem2"), emit: index
    tuple val("${task.process}"), val('bwa-mem2'), eval("bwa-mem2 version 2> /dev/null"), topic: versions, emit: versions_bwamem2

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    """
    mkdir bwamem2
    bwa-mem2 index ${args} -p bwamem2/genome ${fasta}
    """

    stub:
    """
    mkdir bwamem2
    touch bwamem2/genome.0123 bwamem2/genome.amb bwamem2/genome.ann bwamem2/genome.bwt.2bit.64 bwamem2/genome.pac
    """
}
