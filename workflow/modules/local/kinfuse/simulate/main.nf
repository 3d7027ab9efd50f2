process KINFUSE_SIMULATE {
    tag "${meta.id}"
    label 'process_low'

    conda "${moduleDir}/environment.yml"
    container "kinfuse:0.1.0"

    input:
    tuple val(meta), path(events), val(assay)
    tuple val(meta2), path(fasta), path(fai)
    tuple val(meta3), path(gtf)

    output:
    tuple val(meta), path("${prefix}/truth.tsv")                                  , emit: truth
    tuple val(meta), path("${prefix}/*.bam")                                      , emit: bam      , optional: true
    tuple val(meta), path("${prefix}/*.bam.bai")                                  , emit: bai      , optional: true
    tuple val(meta), path("${prefix}/*.fastq.gz")                                 , emit: fastq    , optional: true
    tuple val(meta), path("${prefix}/*.truth.vcf.gz")                             , emit: truth_vcf, optional: true
    tuple val(meta), path("${prefix}/*.truth.vcf.gz.tbi")                         , emit: truth_tbi, optional: true
    tuple val("${task.process}"), val('kinfuse'), eval("kinfuse --version | sed 's/^kinfuse //'"), topic: versions, emit: versions_kinfuse

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    prefix = task.ext.prefix ?: "${meta.id}"
    def events_arg = events ? "--events ${events}" : ''
    def genes_arg = gtf ? "--gtf ${gtf}" : ''
    """
    kinfuse simulate \\
        --quiet \\
        --threads ${task.cpus} \\
        --reference ${fasta} \\
        ${genes_arg} \\
        ${events_arg} \\
        --assay ${assay} \\
        ${args} \\
        --out-dir ${prefix}
    """

    stub:
    prefix = task.ext.prefix ?: "${meta.id}"
    """
    mkdir ${prefix}
    touch ${prefix}/truth.tsv ${prefix}/${prefix}.bam ${prefix}/${prefix}.bam.bai ${prefix}/${prefix}.truth.vcf.gz.tbi
    echo "" | gzip > ${prefix}/${prefix}.truth.vcf.gz
    echo "" | gzip > ${prefix}/${prefix}_1.fastq.gz
    echo "" | gzip > ${prefix}/${prefix}_2.fastq.gz
    """
}
