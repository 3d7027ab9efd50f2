process MULTIQC {
    tag "${meta.id}"
    label 'process_single'

    conda "${moduleDir}/environment.yml"
    container "biocontainers/multiqc:1.35--pyhdfd78af_0"

    input:
    tuple val(meta), path(files, stageAs: 'files/*'), path(config, stageAs: 'config/*')

    output:
    tuple val(meta), path("multiqc_report.html"), emit: report
    tuple val(meta), path("*_data")             , emit: data
    // The report waits for the versions of all others: its own are no part of the topic.
    tuple val("${task.process}"), val('multiqc'), eval("multiqc --version | sed 's/.* //'"), emit: versions_multiqc

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    def config_arg = config ? (config instanceof List ? config : [config]).collect { one -> "--config ${one}" }.join(' ') : ''
    """
    multiqc --force --no-version-check --filename multiqc_report.html ${config_arg} ${args} files
    """

    stub:
    """
    mkdir multiqc_report_data
    touch multiqc_report.html
    """
}
