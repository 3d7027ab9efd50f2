process KINFUSE_COHORT {
    tag "${meta.id}"
    label 'process_single'

    conda "${moduleDir}/environment.yml"
    container "kinfuse:0.1.0"

    input:
    tuple val(meta), path(jsons, stageAs: 'samples/*'), path(sheet)

    output:
    tuple val(meta), path("cohort.html")             , emit: html
    tuple val(meta), path("cohort.tsv")              , emit: findings
    tuple val(meta), path("cohort.controls.tsv")     , emit: controls
    tuple val(meta), path("cohort.junctions.tsv")    , emit: junctions
    tuple val(meta), path("cohort.leaks.tsv")        , emit: leaks
    tuple val(meta), path("cohort.quality.tsv")      , emit: quality
    tuple val(meta), path("cohort.detectability.tsv"), emit: detectability
    tuple val(meta), path("cohort_mqc.json")         , emit: mqc
    tuple val("${task.process}"), val('kinfuse'), eval("kinfuse --version | sed 's/^kinfuse //'"), topic: versions, emit: versions_kinfuse

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    def sheet_arg = sheet ? "--sheet ${sheet}" : ''
    """
    kinfuse cohort \\
        --quiet \\
        --out-dir . ${sheet_arg} ${args} \\
        samples/*.json*
    """

    stub:
    """
    touch cohort.html cohort.tsv cohort.controls.tsv cohort.junctions.tsv cohort.leaks.tsv cohort.quality.tsv cohort.detectability.tsv cohort_mqc.json
    """
}
