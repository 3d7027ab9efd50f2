//
// FASTQ of RNA and DNA to sorted, indexed BAM
//

include { STAR_GENOMEGENERATE               } from '../../../modules/local/star/genomegenerate'
include { STAR_ALIGN                        } from '../../../modules/local/star/align'
include { BWA_INDEX                         } from '../../../modules/local/bwa/index'
include { BWA_MEM                           } from '../../../modules/local/bwa/mem'
include { BWAMEM2_INDEX                     } from '../../../modules/local/bwamem2/index'
include { BWAMEM2_MEM                       } from '../../../modules/local/bwamem2/mem'
include { MINIMAP2_ALIGN as MINIMAP2_RNA    } from '../../../modules/local/minimap2/align'
include { MINIMAP2_ALIGN as MINIMAP2_DNA    } from '../../../modules/local/minimap2/align'

workflow ALIGN {
    take:
    ch_reads // channel: [ meta, [ fastq ] ], meta.kind is rna or dna
    ch_fasta // channel: [ meta, fasta, fai ]
    ch_gtf   // channel: [ meta, gtf ]

    main:
    // What is not needed is not built: an index waits for the first reads of its kind.
    ch_rna    = ch_reads.filter { meta, _reads -> meta.kind == 'rna' }
    ch_dna    = ch_reads.filter { meta, _reads -> meta.kind == 'dna' }
    ch_genome = ch_fasta.map { meta, fasta, _fai -> [meta, fasta] }
    ch_bam    = Channel.empty()
    ch_log    = Channel.empty()
    ch_tools  = Channel.empty()

    if (params.rna_aligner == 'star') {
        if (params.star_index) {
            ch_star = Channel.value([[id: 'genome'], file(params.star_index, checkIfExists: true)])
        }
        else {
            STAR_GENOMEGENERATE(ch_rna.first().combine(ch_fasta).map { row -> row[-3..-1] }, ch_gtf)
            ch_star = STAR_GENOMEGENERATE.out.index.first()
        }
        STAR_ALIGN(ch_rna, ch_star)
        ch_bam = ch_bam.mix(STAR_ALIGN.out.bam)
        ch_tools = ch_tools.mix(STAR_ALIGN.out.versions_star).mix(STAR_ALIGN.out.versions_samtools)
        ch_log = ch_log.mix(STAR_ALIGN.out.log)
    }
    else {
        MINIMAP2_RNA(ch_rna, ch_genome, params.minimap2_rna)
        ch_bam = ch_bam.mix(MINIMAP2_RNA.out.bam)
        ch_tools = ch_tools.mix(MINIMAP2_RNA.out.versions_minimap2).mix(MINIMAP2_RNA.out.versions_samtools)
    }

    if (params.dna_aligner == 'bwa') {
        if (params.bwa_index) {
            ch_bwa = Channel.value([[id: 'genome'], file(params.bwa_index, checkIfExists: true)])
        }
        else {
            BWA_INDEX(ch_dna.first().combine(ch_genome).map { row -> row[-2..-1] })
            ch_bwa = BWA_INDEX.out.index.first()
        }
        BWA_MEM(ch_dna, ch_bwa)
        ch_bam = ch_bam.mix(BWA_MEM.out.bam)
        ch_tools = ch_tools.mix(BWA_MEM.out.versions_bwa).mix(BWA_MEM.out.versions_samtools)
    }
    else if (params.dna_aligner == 'bwamem2') {
        if (params.bwamem2_index) {
            ch_bwamem2 = Channel.value([[id: 'genome'], file(params.bwamem2_index, checkIfExists: true)])
        }
        else {
            BWAMEM2_INDEX(ch_dna.first().combine(ch_genome).map { row -> row[-2..-1] })
            ch_bwamem2 = BWAMEM2_INDEX.out.index.first()
        }
        BWAMEM2_MEM(ch_dna, ch_bwamem2)
        ch_bam = ch_bam.mix(BWAMEM2_MEM.out.bam)
        ch_tools = ch_tools.mix(BWAMEM2_MEM.out.versions_bwamem2).mix(BWAMEM2_MEM.out.versions_samtools)
    }
    else {
        MINIMAP2_DNA(ch_dna, ch_genome, params.minimap2_dna)
        ch_bam = ch_bam.mix(MINIMAP2_DNA.out.bam)
        ch_tools = ch_tools.mix(MINIMAP2_DNA.out.versions_minimap2).mix(MINIMAP2_DNA.out.versions_samtools)
    }

    emit:
    bam      = ch_bam // channel: [ meta, bam, bai ]
    star_log = ch_log // channel: [ meta, log ]
    versions = ch_tools // channel: [ process, tool, version ]
}
