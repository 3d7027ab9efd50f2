process SAMTOOLS_FAIDX {
    tag "${fasta}"
    label 'process_single'

    conda "${moduleDir}/environment.yml"
    container "biocontainers/samtools:1.21--h50ea8bc_0"

    input:
    tuple val(meta), path(fasta)

    output:
    tuple val(meta), path("${fasta}.{fai,gzi}"), emit: fai
    tuple val("${task.process}"), val('samtools'), eval("samtools --version | sed -n '1s/samtools //p'"), topic: versions, emit: versions_samtools

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    """
    samtools faidx ${args} ${fasta}
    """

    stub:
    def blocks = fasta.name.endsWith('.gz') ? "${fasta}.gzi" : ''
    """
    touch ${fasta}.fai ${blocks}
    """
}
