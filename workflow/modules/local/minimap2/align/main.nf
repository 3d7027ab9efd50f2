process MINIMAP2_ALIGN {
    tag "${meta.id}"
    label 'process_high'

    conda "${moduleDir}/environment.yml"
    container "biocontainers/mulled-v2-66534bcbb7031a148b13e2ad42583020b9cd25c4:3161f532a5ea6f1dec9be5667c9efc2afdac6104-0"

    input:
    tuple val(meta), path(reads)
    tuple val(meta2), path(fasta)
    val preset

    output:
    tuple val(meta), path("${prefix}.bam"), path("${prefix}.bam.bai"), emit: bam
    tuple val("${task.process}"), val('minimap2'), eval('minimap2 --version'), topic: versions, emit: versions_minimap2
    tuple val("${task.process}"), val('samtools'), eval("samtools --version | sed -n '1s/samtools //p'"), topic: versions, emit: versions_samtools

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    def args2 = task.ext.args2 ?: ''
    prefix = task.ext.prefix ?: "${meta.id}"
    """
    minimap2 \\
        -a \\
        -x ${preset} \\
        -Y \\
        -t ${task.cpus} \\
        -R '@RG\\tID:${prefix}\\tSM:${meta.id}' \\
        ${args} \\
        ${fasta} \\
        ${reads} \\
        | samtools sort ${args2} -@ ${task.cpus} -T sort --write-index -o ${prefix}.bam##idx##${prefix}.bam.bai -
    """

    stub:
    prefix = task.ext.prefix ?: "${meta.id}"
    """
    touch ${prefix}.bam ${prefix}.bam.bai
    """
}
