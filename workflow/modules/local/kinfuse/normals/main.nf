// The id begins the names of files, as it is: kinfuse would replace what a file system or a shell trips over.
def plainName(prefix) {
    if (!(prefix ==~ /[A-Za-z0-9_][A-Za-z0-9_.-]*/)) {
        error("`${prefix}` (meta.id or ext.prefix) cannot begin the names of files: letters, digits, _, . and -, and no . or - in front")
    }
    return prefix
}

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
    prefix = plainName(task.ext.prefix ?: "${meta.id}")
    """
    kinfuse normals build \\
        --quiet \\
        --output '${prefix}.json.gz' ${args} \\
        samples/*.json*
    """

    stub:
    prefix = plainName(task.ext.prefix ?: "${meta.id}")
    """
    echo "" | gzip > ${prefix}.json.gz
    """
}
