process STAR_GENOMEGENERATE {
    tag "${fasta}"
    label 'process_high'

    conda "${moduleDir}/environment.yml"
    container "biocontainers/mulled-v2-1fa26d1ce03c295fe2fdcf85831a92fbcbd7e8c2:ded3841da0194af2701c780e9b3d653a85d27489-0"

    input:
    tuple val(meta), path(fasta), path(fai)
    tuple val(meta2), path(gtf)

    output:
    tuple val(meta), path("star"), emit: index
    tuple val("${task.process}"), val('star'), eval('STAR --version'), topic: versions, emit: versions_star

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    def genes_arg = gtf ? "--sjdbGTFfile ${gtf}" : ''
    def memory_arg = task.memory ? "--limitGenomeGenerateRAM ${task.memory.toBytes() - 100000000}" : ''
    def index = (fai instanceof List ? fai : [fai]).find { one -> one.name.endsWith('.fai') }
    // STAR reads plain FASTA only.
    def packed = fasta.name.endsWith('.gz')
    def genome = packed ? 'genome.fa' : fasta
    def unpack = packed ? "gzip -cd ${fasta} > genome.fa" : ''
    // The manual's rule for small genomes.
    """
    ${unpack}
    bases=\$(awk '{ n += \$2 } END { k = log(n) / log(2) / 2 - 1; printf "%d", (k > 14 ? 14 : k) }' ${index})
    mkdir star
    STAR \\
        --runMode genomeGenerate \\
        --genomeDir star/ \\
        --genomeFastaFiles ${genome} \\
        ${genes_arg} \\
        --runThreadN ${task.cpus} \\
        --genomeSAindexNbases \$bases \\
        ${memory_arg} \\
        ${args}
    """

    stub:
    """
    mkdir star
    touch star/Genome star/SA star/SAindex
    """
}
