# make demo   sets up what is missing, builds, and runs the main job on the test data
# make test   runs the tests
# make deps   sets up what the build needs (setup/deps); DEPS=no installs nothing and says what is missing
# make lint   format, clippy and documentation
#             REMOTE=,remote looks at the feature remote, too, which builds curl and OpenSSL first
# make picture   draws the fusion of the README from the test data
# make dist   makes what a release is made of in target/dist: a static program, man pages, completions, licences, checksums
# make release   checks all that a release needs, dry: version, changelog, package, dist
# make data   makes test-data anew (the same bytes each time)

SHELL := /bin/bash
CARGO ?= cargo
DEMO := demo
SAMPLES := rna dna negative

# The release of Rust whose lints are denied. Another one knows other lints: its findings are shown and break nobody's build. No
# toolchain is pinned for the same reason: what is not installed would have to be downloaded. Cargo.toml has the oldest that serves.
LINTS := 1.95

.PHONY: demo build test lint data picture dist release deps

demo: build
	@set -euo pipefail; \
	target=$${CARGO_TARGET_DIR:-target}; mkdir -p $(DEMO); \
	for sample in $(SAMPLES); do \
	  echo "== $$sample.bam"; \
	  "$$target/release/kinfuse" call -o $(DEMO) -r test-data/mini.fa -g test-data/mini.gtf "test-data/$$sample.bam"; \
	done; \
	echo; echo "What is in the samples: test-data/truth.tsv. What was found:"; ls -1 $(DEMO)/*.fusions.tsv $(DEMO)/*.variants.tsv; \
	echo "and beside them the other files (VCF, JSON, metrics) in $(DEMO)/"

build: deps
	@$(CARGO) build --locked --release

test: deps
	@$(CARGO) test --locked

lint: deps
	@set -euo pipefail; $(CARGO) fmt --check; \
	release=$$(rustc --version | cut -d' ' -f2); denied=; \
	if [[ $$release == $(LINTS).* ]]; then denied="-D warnings"; else echo "The lints of Rust $$release are shown; only those of $(LINTS) are denied."; fi; \
	$(CARGO) clippy --locked --all-targets --features benches$(REMOTE) -- $$denied; \
	RUSTDOCFLAGS="$$denied" $(CARGO) doc --locked --no-deps --features benches$(REMOTE)

picture: build
	@set -euo pipefail; out=$$(mktemp -d); \
	"$${CARGO_TARGET_DIR:-target}/release/kinfuse" call -q -o "$$out" --figures svg -r test-data/mini.fa -g test-data/mini.gtf test-data/dna.bam; \
	mkdir -p docs/src/images; cp "$$out/dna.F1.product.svg" docs/src/images/fusion.svg; rm -r "$$out"

dist: deps
	@setup/dist

release: deps
	@setup/release

data: deps
	@$(CARGO) run --locked --example make_test_data

deps:
	@setup/deps
