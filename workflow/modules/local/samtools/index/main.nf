// A file that came without an index gets one; one that is not sorted is sorted first.
process SAMTOOLS_INDEX {
    tag "${meta.id}"
    label 'process_low'

    conda "${moduleDir}/environment.yml"
    container "biocontainers/samtools:1.21--h50ea8bc_0"

    input:
    tuple val(meta), path(alignment, stageAs: 'input/*')
    tuple val(meta2), path(fasta), path(fai)

    output:
    tuple val(meta), path("${alignment.name}"), path("${alignment.name}.*ai"), emit: indexed
    tuple val("${task.process}"), val('samtools'), eval("samtools --version | sed -n '1s/samtools //p'"), topic: versions, emit: versions_samtools

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    def args2 = task.ext.args2 ?: ''
    def reference_arg = fasta ? "--reference ${fasta}" : ''
    def format_arg = alignment.name.endsWith('.cram') ? '-O cram' : '-O bam'
    """
    if samtools view -H ${alignment} | grep -q '^@HD.*SO:coordinate'; then
        ln -s ${alignment} ${alignment.name}
    else
        samtools sort ${args2} ${format_arg} ${reference_arg} -@ ${task.cpus} -T sort -o ${alignment.name} ${alignment}
    fi
    samtools index ${args} -@ ${task.cpus} ${alignment.name}
    """

    stub:
    """
    touch ${alignment.name} ${alignment.name}.bai
    """
}
