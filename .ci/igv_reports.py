"""Reads a page of igv-reports: as many sections as the VCF has records, and reads of the evidence file, with their tags, at each breakend."""
import base64, gzip, json, re, sys, tempfile
import pysam

page, vcf, evidence = sys.argv[1:]
lines = open(page).read()
table = json.loads(re.search(r"const tableJson = (.*)", lines).group(1))
sessions = json.loads(re.search(r"const sessionDictionary = (.*)", lines).group(1))
calls = [line for line in gzip.open(vcf, "rt") if not line.startswith("#")]
assert len(table["rows"]) == len(sessions) == len(calls) > 0, (len(table["rows"]), len(sessions), len(calls))

def unpacked(uri):
    data = base64.b64decode(uri.split(",", 1)[1])
    return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data

names = {record.query_name for record in pysam.AlignmentFile(evidence)}
seen = 0
for row in table["rows"]:
    session = json.loads(unpacked(sessions[str(row[0])]))
    tracks = [track for track in session["tracks"] if track.get("type") == "alignment"]
    assert len(tracks) == 1, session["tracks"]
    with tempfile.NamedTemporaryFile(suffix=".bam") as file:
        file.write(base64.b64decode(tracks[0]["url"].split(",", 1)[1]))
        file.flush()
        reads = list(pysam.AlignmentFile(file.name, check_sq=False))
    assert all(read.query_name in names and read.has_tag("kf") for read in reads)
    is_breakend = "[" in row[4] or "]" in row[4]
    assert reads or not is_breakend, row
    seen += len(reads)
assert seen > 0
print(f"{len(calls)} records, {seen} reads on the page")
