// The id begins the names of files, as it is: kinfuse would replace what a file system or a shell trips over.
def plainName(prefix) {
    if (!(prefix ==~ /[A-Za-z0-9_][A-Za-z0-9_.-]*/)) {
        error("`${prefix}` (meta.id or ext.prefix) cannot begin the names of files: letters, digits, _, . and -, and no . or - in front")
    }
    return prefix
}

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
    prefix = plainName(task.ext.prefix ?: "${meta.id}")
    def events_arg = events ? "--events ${events}" : ''
    def genes_arg = gtf ? "--gtf ${gtf}" : ''
    """
    kinfuse simulate \\
        --quiet \\
        --threads ${task.cpus} \\
        --reference ${fasta} \\
        --assay ${assay} \\
        --out-dir '${prefix}' ${genes_arg} ${events_arg} ${args}
    """

    stub:
    prefix = plainName(task.ext.prefix ?: "${meta.id}")
    """
    mkdir ${prefix}
    touch ${prefix}/truth.tsv ${prefix}/${prefix}.bam ${prefix}/${prefix}.bam.bai ${prefix}/${prefix}.truth.vcf.gz.tbi
    echo "" | gzip > ${prefix}/${prefix}.truth.vcf.gz
    echo "" | gzip > ${prefix}/${prefix}_1.fastq.gz
    echo "" | gzip > ${prefix}/${prefix}_2.fastq.gz
    """
}
