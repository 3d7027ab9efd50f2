"""Wrapper of `kinfuse call`. Folder and sample follow from the output that ends in .kinfuse.json."""

from pathlib import Path

from snakemake.shell import shell

document = next(Path(str(name)) for name in snakemake.output if str(name).endswith(".kinfuse.json"))
sample = document.name.removesuffix(".kinfuse.json")
folder = str(document.parent)

options = []
for option, name in [("--reference", "reference"), ("--gtf", "gtf"), ("--normals", "normals"), ("--knowledge", "knowledge")]:
    value = snakemake.input.get(name)
    if value:
        options += [option, str(value)]

alignments = snakemake.input.alignments
if isinstance(alignments, str):
    alignments = [alignments]
log = snakemake.log_fmt_shell(stdout=False, stderr=True)
extra = snakemake.params.get("extra", "")
shell("kinfuse call --quiet --threads {snakemake.threads} --sample {sample:q} --out-dir {folder:q} {options:q} {extra} {alignments:q} {log}")
