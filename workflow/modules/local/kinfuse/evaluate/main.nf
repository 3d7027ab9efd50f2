process KINFUSE_EVALUATE {
    tag "${meta.id}"
    label 'process_single'

    conda "${moduleDir}/environment.yml"
    container "kinfuse:0.1.0"

    input:
    tuple val(meta), path(truth), path(calls, stageAs: 'calls/*')

    output:
    tuple val(meta), path("${prefix}.html"), emit: html
    tuple val(meta), path("${prefix}.json"), emit: json
    tuple val(meta), path("${prefix}.*.tsv"), emit: tables
    tuple val("${task.process}"), val('kinfuse'), eval("kinfuse --version | sed 's/^kinfuse //'"), topic: versions, emit: versions_kinfuse

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    prefix = task.ext.prefix ?: "${meta.id}"
    """
    kinfuse evaluate \\
        --quiet \\
        --truth ${truth} \\
        --calls calls \\
        ${args} \\
        --prefix ${prefix} \\
        --out-dir .
    """

    stub:
    prefix = task.ext.prefix ?: "${meta.id}"
    """
    touch ${prefix}.html ${prefix}.json ${prefix}.recall.tsv
    """
}
