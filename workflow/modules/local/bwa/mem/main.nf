process BWA_MEM {
    tag "${meta.id}"
    label 'process_high'

    conda "${moduleDir}/environment.yml"
    container "biocontainers/mulled-v2-fe8faa35dbf6dc65a0f7f5d4ea12e31a79f73e40:1bd8542a8a0b42e0981337910954371d0230828e-0"

    input:
    tuple val(meta), path(reads)
    tuple val(meta2), path(index)

    output:
    tuple val(meta), path("${prefix}.bam"), path("${prefix}.bam.bai"), emit: bam
    tuple val("${task.process}"), val('bwa'), eval("bwa 2>&1 | sed -n 's/^Version: //p'"), topic: versions, emit: versions_bwa
    tuple val("${task.process}"), val('samtools'), eval("samtools --version | sed -n '1s/samtools //p'"), topic: versions, emit: versions_samtools

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    def args2 = task.ext.args2 ?: ''
    prefix = task.ext.prefix ?: "${meta.id}"
    // -Y keeps the bases of supplementary records; -K makes the result the same for any number of threads.
    """
    bwa mem \\
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
