version 1.1

# Fusions and resistance mutations of ALK, ROS1 and NTRK1-3 of one sample, from RNA, DNA or both.
task kinfuse_call {
  input {
    String sample
    Array[File]+ alignments
    Array[File] indices = []
    File? fasta
    File? fai
    File? gtf
    File? normals
    String extra = ""
    Int cpu = 2
    Int memory_gb = 4
    String container = "kinfuse:0.1.0"
  }

  command <<<
    set -euo pipefail
    # Files and their indices have to lie side by side; those of RNA and DNA may have one name.
    files=()
    n=0
    while read -r file; do
      n=$((n + 1))
      mkdir -p "in/$n"
      ln -s "$file" "in/$n/"
      while read -r index; do
        case $(basename "$index") in
          "$(basename "$file")".*ai | "$(basename "${file%.*}")".*ai) if [[ $(dirname "$index") == "$(dirname "$file")" ]]; then ln -s "$index" "in/$n/"; fi ;;
        esac
      done <"~{write_lines(indices)}"
      files+=("in/$n/$(basename "$file")")
    done <"~{write_lines(alignments)}"
    genome=()
    if [[ -n "~{fasta}" ]]; then
      ln -s "~{fasta}" genome.fa
      if [[ -n "~{fai}" ]]; then ln -s "~{fai}" genome.fa.fai; fi
      genome=(--reference genome.fa)
    fi
    kinfuse call --quiet --threads ~{cpu} --sample "~{sample}" --out-dir . "${genome[@]}" \
      ~{"--gtf " + gtf} ~{"--normals " + normals} ~{extra} "${files[@]}"
  >>>

  output {
    File json = "~{sample}.kinfuse.json"
    File html = "~{sample}.html"
    File fusions = "~{sample}.fusions.tsv"
    File candidates = "~{sample}.candidates.tsv.gz"
    File variants = "~{sample}.variants.tsv"
    File detectability = "~{sample}.detectability.tsv"
    File metrics = "~{sample}.metrics.tsv"
    File vcf = "~{sample}.vcf.gz"
    File vcf_index = "~{sample}.vcf.gz.tbi"
    Array[File] evidence = glob("~{sample}*.evidence.bam")
    Array[File] evidence_indices = glob("~{sample}*.evidence.bam.bai")
    Array[File] multiqc = glob("~{sample}*kinfuse_mqc.json")
  }

  runtime {
    container: container
    cpu: cpu
    memory: "~{memory_gb} GB"
    maxRetries: 2
  }
}
