# Every task of the repository, one line each. The logic stands in tests/tools; `make` alone lists the tasks.

PREFIX ?= /usr/local
LIBDIR ?=
ARGS   ?=
export SECONDS_EACH ?= 120
BIN    := $(or $(CARGO_TARGET_DIR),target)/release/privacypass

install uninstall: export PREFIX := $(PREFIX)
install uninstall: export LIBDIR := $(LIBDIR)
install uninstall: export DESTDIR := $(DESTDIR)

.DEFAULT_GOAL := help
.PHONY: help demo test lint soak bench install uninstall setup

help: ## List the tasks
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## Build, then watch client, attester, issuer and origin run the protocol (ARGS="--serve")
	@tests/tools/setup.sh build
	cargo build --release --locked -p privacypass-cli
	@$(BIN) demo $(ARGS)

test: ## Run every check, as CI does (one or some: tests/tools/stages.sh NAME...)
	@tests/tools/setup.sh test
	@tests/tools/stages.sh

lint: ## Check formatting, lints, layers, licences and the oldest compiler
	@tests/tools/setup.sh lint
	@tests/tools/stages.sh fmt clippy features layers msrv deny

soak: ## Run the tests on emulated processors; fuzz each parser for SECONDS_EACH=120 seconds
	@tests/tools/setup.sh soak
	@tests/tools/emulated.sh
	@tests/tools/soak.sh

bench: ## Measure every operation of every role against its peers (ARGS="FILTER")
	@tests/tools/setup.sh build
	cargo bench --locked --manifest-path core/benches/Cargo.toml -- $(ARGS)
	cargo bench --locked -p privacypass-ffi

install: ## Install the C library and the command (PREFIX=/usr/local LIBDIR=lib DESTDIR=)
	@tests/tools/setup.sh install
	@tests/tools/install.sh

uninstall: ## Remove what `make install` put there (the same PREFIX, LIBDIR, DESTDIR)
	@tests/tools/install.sh uninstall

setup: ## Install what the tests need and this machine lacks
	@tests/tools/setup.sh test
