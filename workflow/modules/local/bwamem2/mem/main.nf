process BWAMEM2_MEM {
    tag "${meta.id}"
    label 'process_high'

    conda "${moduleDir}/environment.yml"
    container "biocontainers/mulled-v2-e5d375990341c5aef3c9aff74f96f66f65375ef6:2d15960ccea84e249a150b7f5d4db3a42fc2d6c3-0"

    input:
    tuple val(meta), path(reads)
    tuple val(meta2), path(index)

    output:
    tuple val(meta), path("${prefix}.bam"), path("${prefix}.bam.bai"), emit: bam
    tuple val("${task.process}"), val('bwa-mem2'), eval("bwa-mem2 version 2> /dev/null"), topic: versions, emit: versions_bwamem2
    tuple val("${task.process}"), val('samtools'), eval("samtools --version | sed -n '1s/samtools //p'"), topic: versions, emit: versions_samtools

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    def args2 = task.ext.args2 ?: ''
    prefix = task.ext.prefix ?: "${meta.id}"
    // -Y keeps the bases of supplementary records; -K makes the result the same for any number of threads.
    """
    bwa-mem2 mem \\
        -Y \\
        -K 100000000 \\
        -t ${task.cpus} \\
        -R '@RG\\tID:${prefix}\\tSM:${meta.id}\\tPL:ILLUMINA' \\
        ${args} \\
        \$(find -L ${index} -name '*.amb' | sed 's/\\.amb\$//') \\
        ${reads} \\
        | samtools sort ${args2} -@ ${task.cpus} -T sort --write-index -o ${prefix}.bam##idx##${prefix}.bam.bai -
    """

    stub:
    prefix = task.ext.prefix ?: "${meta.id}"
    """
    touch ${prefix}.bam ${prefix}.bam.bai
    """
}
