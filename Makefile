# Needs Go and make; everything else is fetched by the go command or said by name.
#
# The go command fetches the patched toolchain itself, through the module proxy. Without this
# line an image that sets GOTOOLCHAIN=local would build with its own, older Go.
export GOTOOLCHAIN = go1.26.11

GO         ?= go
PREFIX     ?= /usr/local
DESTDIR    ?=
FUZZTIME   ?= 10s
ONLY       ?=
VERSION    ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)

# The commit's time: the same source gives the same binary, and no clock is right that is earlier.
BUILT      ?= $(shell git log -1 --format=%cI 2>/dev/null)

# Where govulncheck reads the vulnerability database: https:// or file://.
export GOVULNDB ?= https://vuln.go.dev

STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2
LDFLAGS     = -s -w -X main.version=$(VERSION) -X main.built=$(BUILT)
GOBUILD     = CGO_ENABLED=0 $(GO) build -trimpath -ldflags "$(LDFLAGS)"

.DEFAULT_GOAL := help

.PHONY: help
help: ## show this list
	@awk -F ':.*## ' '/^[a-z][a-z0-9-]*:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: build ## the whole story on an embedded registry: no daemon, no network
	./bin/pratique demo

.PHONY: build
build: ## build bin/pratique
	$(GOBUILD) -o bin/pratique ./cmd/pratique

.PHONY: install
install: build ## build and copy to $(PREFIX)/bin
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 755 bin/pratique $(DESTDIR)$(PREFIX)/bin/pratique

.PHONY: test
test: ## unit tests: no root, no daemon, no network but the module proxy
	$(GO) test ./...

.PHONY: e2e
e2e: build ## the built binary against real registries and real cosign and a Docker engine (built or installed here; root only to install)
	$(GO) run ./e2e/setup
	PRATIQUE_BIN=$(CURDIR)/bin/pratique $(GO) test -tags e2e -count=1 -timeout 30m ./e2e

.PHONY: bench
bench: build ## whole-process comparison with cosign and dockle, as ratios, with the gate table (ONLY=scan to choose)
	$(GO) run ./e2e/setup
	$(GO) run ./e2e/bench -pratique bin/pratique -only "$(ONLY)"

.PHONY: mutants
mutants: ## remove each security check in turn; a named test must fail (ONLY=list to choose)
	$(GO) run ./e2e/mutants -only "$(ONLY)"

.PHONY: fuzz
fuzz: ## run every fuzz target for FUZZTIME each (default 10s)
	@set -e; $(GO) list -f '{{.Dir}}' ./... | while read -r dir; do \
		for target in $$(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p' "$$dir"/*_test.go 2>/dev/null); do \
			echo "$$target in $${dir#$(CURDIR)/}"; \
			(cd "$$dir" && $(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x .) </dev/null; \
		done; \
	done

.PHONY: lint
lint: ## gofmt, vet, staticcheck, module checks, known vulnerabilities
	@unformatted=$$("$$($(GO) env GOROOT)/bin/gofmt" -l .); test -z "$$unformatted" || { echo "gofmt -w these files:"; echo "$$unformatted"; exit 1; }
	$(GO) vet ./...
	$(GO) vet -tags e2e ./e2e/...
	$(GO) run $(STATICCHECK) -tags e2e ./...
	$(GO) mod tidy -diff
	$(GO) mod verify
	$(GO) run ./e2e/vulncheck ./...

.PHONY: docs
docs: ## write the pages that are generated from the code
	$(GO) test ./cmd/internal/cli -run TestDocs -update
