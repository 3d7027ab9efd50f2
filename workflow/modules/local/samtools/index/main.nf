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
    tuple val(meta), path("${prefix}"), path("${prefix}.*ai"), emit: indexed
    tuple val("${task.process}"), val('samtools'), eval("samtools --version | sed -n '1s/samtools //p'"), topic: versions, emit: versions_samtools

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    def args2 = task.ext.args2 ?: ''
    prefix = task.ext.prefix ?: alignment.name.tokenize('/')[-1]
    def reference_arg = fasta ? "--reference ${fasta}" : ''
    def format_arg = alignment.name.endsWith('.cram') ? '-O cram' : '-O bam'
    """
    if samtools view -H ${alignment} | grep '^@HD.*SO:coordinate' > /dev/null; then
        ln -s ${alignment} ${prefix}
    else
        samtools sort ${args2} ${format_arg} ${reference_arg} -@ ${task.cpus} -T sort -o ${prefix} ${alignment}
    fi
    samtools index ${args} -@ ${task.cpus} ${prefix}
    """

    stub:
    prefix = task.ext.prefix ?: alignment.name.tokenize('/')[-1]
    """
    touch ${prefix} ${prefix}.bai
    """
}
