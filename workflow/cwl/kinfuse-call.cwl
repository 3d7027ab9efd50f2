cwlVersion: v1.2
class: CommandLineTool
label: Fusions and resistance mutations of ALK, ROS1 and NTRK1-3 of one sample
doc: From RNA, DNA or both. The program is taken from the PATH, or from a container by --default-container.
baseCommand: [kinfuse, call, --quiet]
hints:
  ResourceRequirement:
    coresMin: 2
    ramMin: 2000
arguments:
  - prefix: --threads
    valueFrom: $(runtime.cores)
  - prefix: --out-dir
    valueFrom: .
inputs:
  sample:
    type: string
    inputBinding: {prefix: --sample}
  alignments:
    type: File[]
    doc: BAM or CRAM files of the sample
    secondaryFiles:
      - pattern: .bai
        required: false
      - pattern: ^.bai
        required: false
      - pattern: .csi
        required: false
      - pattern: .crai
        required: false
    inputBinding: {position: 1}
  fasta:
    type: File?
    secondaryFiles:
      - .fai
    inputBinding: {prefix: --reference}
  gtf:
    type: File?
    inputBinding: {prefix: --gtf}
  normals:
    type: File?
    inputBinding: {prefix: --normals}
  extra:
    type: string[]?
    doc: more options of kinfuse call
    inputBinding: {position: 0}
outputs:
  json:
    type: File
    outputBinding: {glob: $(inputs.sample).kinfuse.json}
  html:
    type: File
    outputBinding: {glob: $(inputs.sample).html}
  fusions:
    type: File
    outputBinding: {glob: $(inputs.sample).fusions.tsv}
  candidates:
    type: File
    outputBinding: {glob: $(inputs.sample).candidates.tsv.gz}
  variants:
    type: File
    outputBinding: {glob: $(inputs.sample).variants.tsv}
  detectability:
    type: File
    outputBinding: {glob: $(inputs.sample).detectability.tsv}
  metrics:
    type: File
    outputBinding: {glob: $(inputs.sample).metrics.tsv}
  vcf:
    type: File
    secondaryFiles: [.tbi]
    outputBinding: {glob: $(inputs.sample).vcf.gz}
  evidence:
    type: File[]
    secondaryFiles: [.bai]
    outputBinding: {glob: $(inputs.sample)*.evidence.bam}
  igv:
    type: File
    outputBinding: {glob: $(inputs.sample).igv.xml}
  multiqc:
    type: File[]
    outputBinding: {glob: $(inputs.sample)*kinfuse_mqc.json}
  others:
    type: File[]
    doc: what --also, --fusion-fasta and --figures add
    outputBinding:
      glob: [$(inputs.sample).arriba.tsv, $(inputs.sample).star-fusion.tsv, $(inputs.sample).bedpe, $(inputs.sample).fusions.fa, "$(inputs.sample).*.svg"]
