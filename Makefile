# ziplab: build, test and demo. `make` alone lists the targets.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help libraries build demo test sessions record pictures help-examples time-travel matrix format lint bench parity searches arm64 fuzz slurm jupyter docs check

ZIPLAB := .build/release/ziplab
SOURCES := Package.swift Sources Tests
# Mutated files of each fuzz suite, and which ones: other seeds make other files.
ROUNDS ?= 2000
SEED ?= 1

help: ## list the targets
	@grep -E '^[a-z0-9]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9]+):.*## /  make \1|/' | awk -F'|' '{printf "%-18s%s\n", $$1, $$2}'

libraries: ## install missing system libraries (Debian, Ubuntu) or name them
	@missing=""; \
	command -v pkg-config >/dev/null || missing="pkg-config"; \
	for pair in libedit:libedit-dev libpng:libpng-dev libjpeg:libjpeg-dev libcrypto:libssl-dev libzmq:libzmq3-dev; do \
	  pkg-config --exists "$${pair%%:*}" 2>/dev/null || missing="$$missing $${pair##*:}"; \
	done; \
	command -v swift >/dev/null || { echo "swift was not found: install a Swift 6.2 toolchain or newer from swift.org" >&2; exit 1; }; \
	if [ -n "$$missing" ]; then \
	  if ! command -v apt-get >/dev/null; then \
	    echo "missing system libraries (Debian names):$$missing; install them and run make again" >&2; exit 1; \
	  fi; \
	  sudo=""; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	  echo "installing system libraries: $$missing"; \
	  $$sudo apt-get update -qq; \
	  $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
	fi

build: libraries ## build the program (release)
	swift build -c release --product ziplab

demo: build ## tune a prompt on real images, draw two curves, replay the session (ten seconds after the build)
	@mkdir -p demo
	@cd demo && ../$(ZIPLAB) run ../Examples/quickstart.zl --force --record quickstart.zlt $(DEMO)
	@echo
	@echo "replaying the recorded session to compare every number and plot:"
	@cd demo && ../$(ZIPLAB) replay quickstart.zlt
	@echo
	@echo "demo/loss.png and demo/accuracy.png are the curves, demo/quickstart.zlt is the session."

test: libraries ## build and run all tests
	swift test -c release --disable-testable-imports

sessions: build ## replay every recorded session
	$(ZIPLAB) replay --strict Sessions/*.zlt

record: build ## write what came out otherwise into the recorded sessions, and show it
	$(ZIPLAB) replay --update --output demo Sessions/*.zlt
	@cp demo/accuracy.png Examples/accuracy.png
	$(ZIPLAB) replay --strict Sessions/*.zlt

pictures: libraries ## draw the tests' reference pictures anew; git shows what changed
	ZIPLAB_DRAW_PICTURES=1 swift test -c release --disable-testable-imports --filter ReferencePictureTests

help-examples: libraries ## record what help shows of each statement anew; git shows what changed
	ZIPLAB_RECORD_HELP=1 swift test -c release --disable-testable-imports --filter HelpExampleTests

time-travel: libraries ## undo, redo, goto, branch in 2 000 random orders for every method (five minutes)
	ZIPLAB_SEQUENCES=2000 swift test -c release --disable-testable-imports --filter TimeTravelTests

matrix: build ## replay every recorded session under each kernel, 1 to 3 threads, with and without the feature cache (twenty minutes)
	Tests/ziplabTests/matrix.sh

format: ## format the Swift sources
	swift format -i --configuration .swift-format -r $(SOURCES)

lint: ## check the format strictly
	swift format lint --strict --configuration .swift-format -r $(SOURCES)

bench: libraries ## measure speed beside yardsticks (BENCH="oracle --model FOLDER"; OpenBLAS where it is installed)
	swift build -c release --product ziplab
	swift build -c release --product ziplab-bench
	.build/release/ziplab-bench $(BENCH)

parity: libraries ## compare random models of published sizes with PyTorch's recorded figures (1 GB of disk)
	ZIPLAB_LARGE_MODELS=1 swift test -c release --disable-testable-imports --filter LargeModelParityTests

searches: libraries ## compare CMA-ES with pycma over 20 seeds, and time 4 000 dimensions (a minute after the build)
	ZIPLAB_CMA_SEEDS=20 ZIPLAB_CMA_LARGE=300 swift test -c release --disable-testable-imports --filter 'EvaluationCountTests|LargeSearchTests'

fuzz: libraries ## try mutated files under AddressSanitizer (ROUNDS=2000 a suite, SEED=1)
	Tests/TensorsTests/Arm64/run.sh sanitized
	@# Foundation leaks a page for each empty file that it reads; what the image libraries leak is found.
	@mkdir -p .build-asan && echo 'leak:libFoundationEssentials' > .build-asan/leaks.txt
	ZIPLAB_FUZZ_ROUNDS=$(ROUNDS) ZIPLAB_FUZZ_SEED=$(SEED) ASAN_OPTIONS=max_allocation_size_mb=1024 \
	  LSAN_OPTIONS=suppressions=$(CURDIR)/.build-asan/leaks.txt \
	  swift test -c release --disable-xctest --sanitize=address --scratch-path .build-asan \
	  --filter 'Fuzz|Hostile|Damaged|JPEGScan'

slurm: build ## run sweeps on a Slurm cluster of two nodes on this machine (Debian and root; three minutes)
	Tests/SweepsTests/slurm.sh $(TINY)

jupyter: build ## drive the Jupyter kernel with jupyter_kernel_test and nbclient (Python and PyPI; a minute)
	Tests/JupyterKernelTests/jupyter.sh

arm64: ## compare the kernels' bits with arm64's (cross-compiled, under qemu)
	Tests/TensorsTests/Arm64/run.sh

docs: libraries ## the documentation of the libraries as web pages in .build-docs/site (open index.html with any web server)
	swift build -c release --scratch-path .build-docs --product ziplab \
	  -Xswiftc -emit-symbol-graph -Xswiftc -emit-symbol-graph-dir -Xswiftc $(CURDIR)/.build-docs/graphs
	@mkdir -p .build-docs/own .build-docs/site
	@rm -f .build-docs/own/*; for floor in Sources/*/; do \
	  cp .build-docs/graphs/$$(basename $$floor).symbols.json .build-docs/own/ 2>/dev/null || true; done
	docc convert --fallback-display-name ziplab --fallback-bundle-identifier ziplab --fallback-default-module-kind library \
	  --additional-symbol-graph-dir .build-docs/own --output-path .build-docs/site --transform-for-static-hosting

check: lint test sessions ## everything that must pass before a change goes in
	@git diff --exit-code --stat && test -z "$$(git status --porcelain)" || { echo "the working tree is not clean" >&2; exit 1; }
