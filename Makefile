# SPDX-License-Identifier: Apache-2.0
# syncward: `make` builds, `make help` lists everything else.

VERSION := $(shell cat VERSION)
PREFIX ?= /usr
SBINDIR ?= $(PREFIX)/sbin
SYSCONFDIR ?= /etc
DATADIR ?= $(PREFIX)/share
INSTALL ?= install -p
PKG_CONFIG ?= pkg-config
PYTEST ?= /usr/bin/python3 -m pytest

# CFLAGS, CPPFLAGS, LDFLAGS and LDLIBS belong to the packager; what the sources need stands in ALL_*.
CFLAGS ?= -O2 -g
SANITIZE ?=
comma := ,
BUILD ?= build$(if $(SANITIZE),-$(subst $(comma),-,$(SANITIZE)))$(BUILD_SUFFIX)
WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings -Wvla \
	-Wformat=2 -Wcast-qual -Wundef -Wpointer-arith $(if $(WERROR),-Werror)
SANITIZE_FLAGS := $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer)
ALL_CPPFLAGS = -I. -D_GNU_SOURCE -DSYNCWARD_VERSION='"$(VERSION)"' $(CPPFLAGS)
ALL_CFLAGS = -std=gnu17 $(WARNINGS) $(LIB_CFLAGS) $(CFLAGS) $(SANITIZE_FLAGS)
ALL_LDFLAGS = $(LDFLAGS) $(SANITIZE_FLAGS)
# Debian's OpenLDAP has no ldap.pc before 2.6: the plain names are the same everywhere.
LIB_CFLAGS := $(shell $(PKG_CONFIG) --cflags json-c libsystemd 2>/dev/null)
LIBS := -lldap -llber $(shell $(PKG_CONFIG) --libs json-c libsystemd 2>/dev/null || echo -ljson-c -lsystemd)

COMMON_SOURCES := $(sort $(wildcard common/*.c))
AGENT_SOURCES := $(sort $(wildcard agent/*.c))
UNIT_SOURCES := $(sort $(wildcard tests/unit/test_*.c))
HEADERS := $(sort $(wildcard common/*.h agent/*.h))
C_FILES := $(COMMON_SOURCES) $(AGENT_SOURCES) $(HEADERS) $(wildcard tests/unit/*.[ch] tests/fuzz/*.c tests/bench/*.c tests/lib/*.c)
COMMON_OBJECTS := $(COMMON_SOURCES:%.c=$(BUILD)/%.o)
AGENT_OBJECTS := $(AGENT_SOURCES:%.c=$(BUILD)/%.o)
UNIT_PROGRAMS := $(UNIT_SOURCES:tests/unit/%.c=$(BUILD)/unit/%)
TOOL_PROGRAMS := $(patsubst tests/lib/%.c,$(BUILD)/tools/%,$(wildcard tests/lib/*.c))

.DELETE_ON_ERROR:
.SECONDARY:
MAKEFLAGS += --no-builtin-rules
Q := $(if $(V),,@)

.PHONY: all
all: $(BUILD)/syncward ## build the program

$(BUILD)/syncward: $(AGENT_OBJECTS) $(BUILD)/libcommon.a
	@$(if $(V),,echo "  LD      $@")
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS) $(LDLIBS)

$(BUILD)/libcommon.a: $(COMMON_OBJECTS)
	@$(if $(V),,echo "  AR      $@")
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	@$(if $(V),,echo "  CC      $<")
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# Changed flags rebuild everything, unchanged ones nothing.
FLAGS_NOW = $(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS)
.PHONY: FORCE
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(subst ','\'',$(FLAGS_NOW))' | cmp -s - $@ || echo '$(subst ','\'',$(FLAGS_NOW))' > $@

-include $(wildcard $(BUILD)/*/*.d $(BUILD)/*/*/*.d)

##@ Tests

# Unit programs link the core only: one that needs a network or systemd does not link.
$(BUILD)/unit/%: $(BUILD)/tests/unit/%.o $(BUILD)/libcommon.a
	@mkdir -p $(@D)
	@$(if $(V),,echo "  LD      $@")
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ -lldap -llber -ljson-c -lcmocka $(LDLIBS)

.PHONY: unit unit-programs
unit-programs: $(UNIT_PROGRAMS)
unit: all check-layers $(UNIT_PROGRAMS) ## unit tests of the core; installs nothing
	$(Q)for program in $(UNIT_PROGRAMS); do $(UNIT_RUNNER) $$program || exit 1; done

# Programs by which tests in Python reach our C: the whole program but its main().
$(BUILD)/libagent.a: $(filter-out $(BUILD)/agent/main.o,$(AGENT_OBJECTS))
	@$(if $(V),,echo "  AR      $@")
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/tools/%: $(BUILD)/tests/lib/%.o $(BUILD)/libagent.a $(BUILD)/libcommon.a
	@mkdir -p $(@D)
	@$(if $(V),,echo "  LD      $@")
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS) $(LDLIBS)

.PHONY: tools
tools: $(TOOL_PROGRAMS) ## programs that the tests with a real slapd use

# The core takes values and gives values (CONTRIBUTING.md, "Layers").
COMMON_MAY_CALL := ldap_str2dn|ldap_dn2str|ldap_dnfree|ldap_memfree|ldap_url_parse|ldap_free_urldesc|json_[a-z0-9_]+
COMMON_MUST_NOT_CALL := open|open64|openat|fopen|fopen64|socket|connect|syslog|time|clock_gettime|gettimeofday|printf|puts|getenv|system|fork
.PHONY: check-layers
check-layers: $(BUILD)/libcommon.a ## the core includes and calls nothing of the shell
	@! grep -nE '#include *["<](agent/|systemd/|sys/socket|lber)' common/*.[ch]
	@! grep -lE '#include *<ldap\.h>' common/*.[ch] | grep -vE '^common/(dn|url)\.c$$'
	@! grep -lE '#include *<json-c/' common/*.[ch] | grep -vE '^common/(json|render_json|[a-z_]*print)[a-z_]*\.c$$'
	@! nm -u --format=posix $< | awk '$$2 == "U" {print $$1}' | sort -u | \
		grep -E '^(ldap_|ber_|json_|sd_)' | grep -vE '^($(COMMON_MAY_CALL))$$' || \
		{ echo "common/ calls into a library it may not use"; exit 1; }
	@! nm -u --format=posix $< | awk '$$2 == "U" {print $$1}' | sort -u | \
		grep -E '^($(COMMON_MUST_NOT_CALL))$$' || \
		{ echo "common/ has an effect: move it to agent/"; exit 1; }

.PHONY: demo bench mutants check check-long coverage sanitize analyze fuzz fuzz-programs replay-programs bench-programs deps
demo: deps ## three throw-away servers become a cluster, are damaged and repaired (under a minute)
	+$(Q)$(MAKE) --no-print-directory all
	$(Q)tests/demo/run $(BUILD)/syncward

check: deps ## everything that CI proves; CHECK="STAGE..." runs only these (tests/check --help)
	$(Q)tests/check $(CHECK)

check-long: deps ## the same with the long fuzzing, property and crash runs
	$(Q)tests/check --long $(CHECK)

# Says what is missing and installs it: only demo and check do that, never the build.
deps:
	$(Q)packaging/install-deps

sanitize: ## build with AddressSanitizer and UBSan into its own folder
	+$(Q)$(MAKE) --no-print-directory SANITIZE=address,undefined all

coverage: ## lines that units and the fuzz corpus reach, per file (build-coverage/)
	$(Q)tests/coverage

analyze: ## GCC's static analyzer; any finding fails
	+$(Q)$(MAKE) --no-print-directory BUILD=build-analyze CFLAGS="-O1 -g -fanalyzer" WERROR=1 all

FUZZ_SECONDS ?= 60
FUZZ_SOURCES := $(sort $(wildcard tests/fuzz/fuzz_*.c))
fuzz: ## run each fuzz target for FUZZ_SECONDS (60); needs clang
	+$(Q)$(MAKE) --no-print-directory BUILD=build-fuzz CC=clang WERROR= CFLAGS="-O1 -g" \
		SANITIZE=fuzzer-no-link,address,undefined fuzz-programs
	$(Q)tests/fuzz/run build-fuzz $(FUZZ_SECONDS)

fuzz-programs: $(FUZZ_SOURCES:tests/fuzz/%.c=$(BUILD)/fuzz/%)
$(BUILD)/fuzz/%: $(BUILD)/tests/fuzz/%.o $(BUILD)/libcommon.a
	@mkdir -p $(@D)
	@$(if $(V),,echo "  LD      $@")
	$(Q)$(CC) $(LDFLAGS) -fsanitize=fuzzer,address,undefined -o $@ $^ -lldap -llber -ljson-c $(LDLIBS)

# The same targets without a fuzzer: they run once over the files named, with any compiler.
replay-programs: $(FUZZ_SOURCES:tests/fuzz/%.c=$(BUILD)/replay/%)
$(BUILD)/replay/%: $(BUILD)/tests/fuzz/%.o $(BUILD)/tests/fuzz/replay.o $(BUILD)/libcommon.a
	@mkdir -p $(@D)
	@$(if $(V),,echo "  LD      $@")
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ -lldap -llber -ljson-c $(LDLIBS)

mutants: ## each rule's named test must fail on a copy that breaks the rule
	$(Q)tests/mutants/run

bench: all bench-programs ## wall time and memory beside a floor program
	$(Q)tests/bench/run $(BUILD)

bench-programs: $(patsubst tests/bench/%.c,$(BUILD)/bench/%,$(wildcard tests/bench/*.c))
$(BUILD)/bench/%: $(BUILD)/tests/bench/%.o $(BUILD)/libcommon.a
	@mkdir -p $(@D)
	@$(if $(V),,echo "  LD      $@")
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS) $(LDLIBS)

##@ SELinux

.PHONY: selinux
selinux: ## the module for the policy of this machine: BUILD/selinux/syncward.pp.bz2
	+$(Q)$(MAKE) --no-print-directory -C selinux OUT=$(abspath $(BUILD))/selinux

##@ Style

.PHONY: format format-check lint check-headers
format: ## rewrite the C files in the project's format
	clang-format -i $(C_FILES)
format-check: ## fail when a C file is not in the project's format
	clang-format --dry-run --Werror $(C_FILES)
lint: ## shellcheck, spelling, Python syntax, licence lines
	$(Q)tests/lint
check-headers: ## each header compiles alone
	$(Q)for header in $(HEADERS); do \
		$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -Werror -fsyntax-only -include $$header -x c /dev/null || exit 1; \
	done

##@ Other

.PHONY: install clean help
MAN_PAGES := $(wildcard packaging/man/*.[1-8])
install: all ## install below DESTDIR: program, man pages, JSON Schema, examples
	$(INSTALL) -d $(DESTDIR)$(SBINDIR) $(DESTDIR)$(DATADIR)/syncward $(DESTDIR)$(DATADIR)/doc/syncward/examples
	$(INSTALL) -m 755 $(BUILD)/syncward $(DESTDIR)$(SBINDIR)/syncward
	$(INSTALL) -d -m 755 $(DESTDIR)$(SYSCONFDIR)/syncward
	$(INSTALL) -d -m 700 $(DESTDIR)$(SYSCONFDIR)/syncward/secrets
	for file in $(wildcard etc/*.schema.json); do \
		$(INSTALL) -m 644 $$file $(DESTDIR)$(DATADIR)/syncward/ || exit 1; done
	for file in $(filter-out %.schema.json,$(wildcard etc/*.json etc/examples/*.json)); do \
		$(INSTALL) -m 644 $$file $(DESTDIR)$(DATADIR)/doc/syncward/examples/ || exit 1; done
	for page in $(MAN_PAGES); do \
		$(INSTALL) -D -m 644 $$page $(DESTDIR)$(DATADIR)/man/man$${page##*.}/$${page##*/} || exit 1; done

clean: ## remove everything that was built
	rm -rf build build-*
help: ## this list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
