process BWA_INDEX {
    tag "${fasta}"
    label 'process_single'

    conda "${moduleDir}/environment.yml"
    container "biocontainers/bwa:0.7.18--he4a0461_1"

    input:
    tuple val(meta), path(fasta)

    output:
    tuple val(meta), path("bwa"), emit: index
    tuple val("${task.process}"), val('bwa'), eval("bwa 2>&1 | sed -n 's/^Version: //p'"), topic: versions, emit: versions_bwa

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    """
    mkdir bwa
    bwa index ${args} -p bwa/genome ${fasta}
    """

    stub:
    """
    mkdir bwa
    touch bwa/genome.amb bwa/genome.ann bwa/genome.bwt bwa/genome.pac bwa/genome.sa
    """
}
