# Each target does its own set-up: Debian packages where they are missing, and a virtual environment.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
FUZZ_SECONDS ?= 600
# Twice as many as cores: commits to nf_tables wait for the kernel (synchronize_rcu) most of the time.
PYTEST_ARGS ?= -n $(shell echo $$((2 * $$(nproc)))) --dist loadgroup
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)

# The kernel's tools, and what compiles the libnftables extension.
PACKAGES := iproute2 iptables libnftables-dev nftables gcc libc6-dev python3-dev python3-venv
# What the tests meet nfcore with. They start their own; the host's stays off (masked).
TEST_PACKAGES := dbus firewalld procps

.PHONY: help setup test lint demo bench bench-quick fuzz packages test-packages

help: ## Show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/.installed ## Install Debian packages, the virtual environment and nfcore

test: .venv/.installed test-packages ## Run all tests, as root, in network namespaces of their own
	$(SUDO) .venv/bin/pytest $(PYTEST_ARGS)

lint: .venv/.installed ## Check style and types
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

.PHONY: explore
explore: .venv/.installed ## Send many more packets: past rulesets of all kinds, and past all layouts
	$(SUDO) NFCORE_KERNEL_EXAMPLES=5000 .venv/bin/pytest tests/translate/evaluate/test_against_the_kernel.py
	$(SUDO) NFCORE_LAB_EXAMPLES=100 .venv/bin/pytest tests/layout/test_packets.py

demo: .venv/.installed ## Program examples/ in a throwaway network namespace and send packets
	$(SUDO) bash examples/demo.sh

bench: .venv/.installed test-packages ## Measure nfcore beside its peers, some 40 minutes; BENCH_ARGS="--effort 0.3": less
	$(SUDO) .venv/bin/python -m bench all $(BENCH_ARGS)

bench-quick: .venv/.installed test-packages ## The same in less than a minute: shows that it runs
	$(SUDO) .venv/bin/python -m bench quick

fuzz: .venv/.installed ## Feed translate and libnftables with nonsense for FUZZ_SECONDS
	.venv/bin/pip install --quiet --disable-pip-version-check --editable '.[fuzz]'
	$(SUDO) .venv/bin/python -m tests.fuzz --seconds $(FUZZ_SECONDS)

.venv/.installed: pyproject.toml setup.py nfcore/executor/_build_libnftables.py | packages
	test -x .venv/bin/python || $(PYTHON) -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check --editable '.[dev,bench]'
	touch $@

define install
	@missing=(); \
	for package in $(1); do \
		dpkg-query --show --showformat='$${db:Status-Abbrev}' "$$package" 2>/dev/null \
			| grep -q '^ii' || missing+=("$$package"); \
	done; \
	if (( $${#missing[@]} )); then \
		echo "installing $${missing[*]}"; \
		$(2) \
		$(SUDO) apt-get update --quiet --quiet; \
		$(SUDO) env DEBIAN_FRONTEND=noninteractive \
			apt-get install --quiet --quiet --yes --no-install-recommends "$${missing[@]}"; \
	fi
endef

packages:
	$(call install,$(PACKAGES),)

# firewalld's package would start it, now and at every boot: a mask keeps the host as it is.
test-packages:
	$(call install,$(TEST_PACKAGES),$(SUDO) mkdir -p /etc/systemd/system; \
		[[ -e /lib/systemd/system/firewalld.service || -L /etc/systemd/system/firewalld.service ]] \
			|| $(SUDO) ln -s /dev/null /etc/systemd/system/firewalld.service;)
