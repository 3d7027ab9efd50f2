# make demo   sets up what is missing, builds, and runs the main job on the test data
# make test   runs the tests
# make deps   sets up what the build needs: a C compiler, make, libclang, headers of zlib, bzip2 and xz
# make lint   format, clippy and documentation, warnings denied
# make data   makes test-data anew (the same bytes each time)

SHELL := /bin/bash
CARGO ?= cargo
DEMO := demo
SAMPLES := rna dna negative

# libclang is looked for where the systems put it; LIBCLANG_PATH, when set, wins.
LIBCLANG_FOLDERS := $(wildcard /usr/lib/llvm-*/lib /usr/lib64 /usr/lib64/llvm*/lib /usr/lib/*-linux-gnu /usr/lib \
  /opt/homebrew/opt/llvm/lib /usr/local/opt/llvm/lib /Library/Developer/CommandLineTools/usr/lib)
FIND_LIBCLANG = for folder in $(LIBCLANG_FOLDERS); do \
  compgen -G "$$folder/libclang*.so*" >/dev/null || compgen -G "$$folder/libclang.dylib" >/dev/null || continue; \
  echo "$$folder"; break; done
WITH_LIBCLANG = if [[ -z "$${LIBCLANG_PATH:-}" ]]; then \
  folder=$$($(FIND_LIBCLANG)); [[ -z "$$folder" ]] || export LIBCLANG_PATH="$$folder"; fi

DEBIAN := build-essential pkg-config libclang-dev zlib1g-dev libbz2-dev liblzma-dev
FEDORA := gcc make pkgconf-pkg-config clang-devel zlib-devel bzip2-devel xz-devel
BREW := llvm xz

.PHONY: demo test deps lint data build libclang

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
	@$(WITH_LIBCLANG); $(CARGO) build --release

test: deps
	@$(WITH_LIBCLANG); $(CARGO) test

lint: deps
	@$(WITH_LIBCLANG); set -e; $(CARGO) fmt --check; $(CARGO) clippy --all-targets --all-features -- -D warnings; \
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --no-deps

# The folder of libclang, for scripts that run cargo themselves.
libclang:
	@$(FIND_LIBCLANG)

data: deps
	@$(WITH_LIBCLANG); $(CARGO) run --example make_test_data

deps:
	@set -euo pipefail; \
	command -v $(CARGO) >/dev/null || { echo "Rust is missing: see https://rustup.rs (1.91 or newer)" >&2; exit 1; }; \
	has_header() { echo "#include <$$1>" | cc -E -x c - >/dev/null 2>&1; }; \
	ready() { command -v cc >/dev/null && [[ -n "$${LIBCLANG_PATH:-}$$($(FIND_LIBCLANG))" ]] \
	  && has_header zlib.h && has_header bzlib.h && { has_header lzma.h || [[ $$(uname) == Darwin ]]; }; }; \
	if ready; then exit 0; fi; \
	as_root() { if [[ $$(id -u) == 0 ]]; then "$$@"; else sudo -n "$$@"; fi; }; \
	may_install() { [[ $$(id -u) == 0 ]] || sudo -n true 2>/dev/null; }; \
	if command -v apt-get >/dev/null && may_install; then \
	  as_root apt-get update -q </dev/null; \
	  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends $(DEBIAN) </dev/null; \
	elif command -v dnf >/dev/null && may_install; then as_root dnf install -yq $(FEDORA) </dev/null; \
	fi; \
	if ready; then exit 0; fi; \
	{ echo "The build needs a C compiler, make, libclang and the headers of zlib, bzip2 and xz. Please install:"; \
	  echo "  Debian, Ubuntu   apt-get install $(DEBIAN)"; \
	  echo "  Fedora           dnf install $(FEDORA)"; \
	  echo "  macOS            xcode-select --install; brew install $(BREW)"; \
	  echo "Where libclang lies elsewhere, set LIBCLANG_PATH to its folder."; } >&2; \
	exit 1
