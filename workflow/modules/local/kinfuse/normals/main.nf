process KINFUSE_NORMALS {
    tag "${meta.id}"
    label 'process_single'

    conda "${moduleDir}/environment.yml"
    container "kinfuse:0.1.0"

    input:
    tuple val(meta), path(jsons, stageAs: 'samples/*'), path(candidates, stageAs: 'samples/*')

    output:
    tuple val(meta), path("${prefix}.json.gz"), emit: normals
    tuple val("${task.process}"), val('kinfuse'), eval("kinfuse --version | sed 's/^kinfuse //'"), topic: versions, emit: versions_kinfuse

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    prefix = task.ext.prefix ?: "${meta.id}"
    """
    kinfuse normals build \\
        --quiet \\
        ${args} \\
        --output ${prefix}.json.gz \\
        samples/*.json*
    """

    stub:
    prefix = task.ext.prefix ?: "${meta.id}"
    """
    echo "" | gzip > ${prefix}.json.gz
    """
}
