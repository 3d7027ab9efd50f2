// The id begins the names of files, as it is: kinfuse would replace what a file system or a shell trips over.
def plainName(prefix) {
    if (!(prefix ==~ /[A-Za-z0-9_][A-Za-z0-9_.-]*/)) {
        error("`${prefix}` (meta.id or ext.prefix) cannot begin the names of files: letters, digits, _, . and -, and no . or - in front")
    }
    return prefix
}

process KINFUSE_CALL {
    tag "${meta.id}"
    label 'process_low'

    conda "${moduleDir}/environment.yml"
    container "kinfuse:0.1.0"

    input:
    tuple val(meta), path(rna, stageAs: 'rna?/*'), path(rna_index, stageAs: 'rna?/*'), path(dna, stageAs: 'dna?/*'), path(dna_index, stageAs: 'dna?/*')
    tuple val(meta2), path(fasta), path(fai)
    tuple val(meta3), path(gtf)
    tuple val(meta4), path(normals)
    tuple val(meta5), path(knowledge)

    output:
    tuple val(meta), path("${prefix}.html")                                  , emit: html
    tuple val(meta), path("${prefix}.kinfuse.json")                          , emit: json
    tuple val(meta), path("${prefix}.fusions.tsv")                           , emit: fusions
    tuple val(meta), path("${prefix}.candidates.tsv.gz")                     , emit: candidates
    tuple val(meta), path("${prefix}.variants.tsv")                          , emit: variants
    tuple val(meta), path("${prefix}.detectability.tsv")                     , emit: detectability
    tuple val(meta), path("${prefix}.metrics.tsv")                           , emit: metrics
    tuple val(meta), path("${prefix}.vcf.gz")                                , emit: vcf
    tuple val(meta), path("${prefix}.vcf.gz.tbi")                            , emit: tbi
    tuple val(meta), path("${prefix}*.evidence.bam")                         , emit: evidence
    tuple val(meta), path("${prefix}*.evidence.bam.bai")                     , emit: evidence_bai
    tuple val(meta), path("${prefix}.igv.xml")                               , emit: igv
    tuple val(meta), path("${prefix}*kinfuse_mqc.json")                      , emit: mqc
    tuple val(meta), path("${prefix}.fusions.fa")                            , emit: fasta , optional: true
    tuple val(meta), path("${prefix}.{arriba.tsv,star-fusion.tsv,bedpe}")    , emit: others, optional: true
    tuple val(meta), path("${prefix}.*.svg")                                 , emit: svg   , optional: true
    tuple val("${task.process}"), val('kinfuse'), eval("kinfuse --version | sed 's/^kinfuse //'"), topic: versions, emit: versions_kinfuse

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    prefix = plainName(task.ext.prefix ?: "${meta.id}")
    def files = [
        fasta ? "--reference ${fasta}" : '',
        gtf ? "--gtf ${gtf}" : '',
        normals ? "--normals ${normals}" : '',
        knowledge ? "--knowledge ${knowledge}" : '',
    ].findAll().join(' ')
    """
    kinfuse call \\
        --quiet \\
        --threads ${task.cpus} \\
        --sample '${prefix}' \\
        --out-dir . ${files} ${args} \\
        ${rna} ${dna}
    """

    stub:
    prefix = plainName(task.ext.prefix ?: "${meta.id}")
    """
    touch ${prefix}.html ${prefix}.kinfuse.json ${prefix}.fusions.tsv ${prefix}.variants.tsv ${prefix}.detectability.tsv ${prefix}.metrics.tsv
    touch ${prefix}.vcf.gz.tbi ${prefix}.evidence.bam ${prefix}.evidence.bam.bai ${prefix}.igv.xml ${prefix}.kinfuse_mqc.json
    echo "" | gzip > ${prefix}.candidates.tsv.gz
    echo "" | gzip > ${prefix}.vcf.gz
    """
}
