# SPDX-License-Identifier: Apache-2.0
# syncward: `make` builds, `make help` lists everything else.

VERSION := $(shell cat VERSION)
PREFIX ?= /usr
SBINDIR ?= $(PREFIX)/sbin
SYSCONFDIR ?= /etc
DATADIR ?= $(PREFIX)/share
UNITDIR ?= $(PREFIX)/lib/systemd/system
CATALOGDIR ?= $(PREFIX)/lib/systemd/catalog
INSTALL ?= install -p
PKG_CONFIG ?= pkg-config
PYTEST ?= /usr/bin/python3 -m pytest

# CFLAGS, CPPFLAGS, LDFLAGS and LDLIBS belong to the packager; what the sources need stands in ALL_*.
# Sanitizers look at what is written, not at what an optimiser makes of it, and take most of a build to do both.
CFLAGS ?= $(if $(SANITIZE),-O0 -g1,-O2 -g)
SANITIZE ?=
comma := ,
BUILD ?= build$(if $(SANITIZE),-$(subst $(comma),-,$(SANITIZE)))$(BUILD_SUFFIX)
WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings -Wvla \
	-Wformat=2 -Wcast-qual -Wundef -Wpointer-arith $(if $(WERROR),-Werror)
SANITIZE_FLAGS := $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer)
# What the distribution's flags lack; they come later on the command line and win. RELEASE=1 adds what
# would hide mistakes from valgrind. Each only where the compiler has it, tried once, when first used.
compiler_has = $(if $(shell $(CC) -Werror $(1) -x c -c -o /dev/null /dev/null 2>&1 || echo no),,$(1))
linker_has = $(if $(shell echo 'int main(void) { return 0; }' | $(CC) $(1) -x c -o /dev/null - 2>&1 || echo no),,$(1))
HARDENING := -fPIE -fstack-protector-strong -fstack-clash-protection -fcf-protection=full \
	-mbranch-protection=standard -fno-strict-aliasing -fno-strict-overflow \
	-fno-delete-null-pointer-checks -fstrict-flex-arrays=3 \
	$(if $(RELEASE),-ftrivial-auto-var-init=zero -fzero-init-padding-bits=all)
LINK_HARDENING := -pie -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,-z,nodlopen -Wl,--as-needed
HARDENING_FLAGS = $(eval HARDENING_FLAGS := $(if $(SANITIZE),,$(foreach flag,$(HARDENING),$(call \
	compiler_has,$(flag)))))$(HARDENING_FLAGS)
HARDENING_LDFLAGS = $(eval HARDENING_LDFLAGS := $(if $(SANITIZE),,$(foreach flag,$(LINK_HARDENING),$(call \
	linker_has,$(flag)))))$(HARDENING_LDFLAGS)
# Whoever sets a level of _FORTIFY_SOURCE means it; without an optimiser the C library warns.
FORTIFY_FLAGS = $(if $(or $(SANITIZE),$(findstring _FORTIFY_SOURCE,$(CPPFLAGS) $(CFLAGS))),,$(if \
	$(filter -O2 -O3 -Os,$(CFLAGS)),-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3))
ALL_CPPFLAGS = -I. -D_GNU_SOURCE -DSYNCWARD_VERSION='"$(VERSION)"' $(FORTIFY_FLAGS) $(CPPFLAGS)
ALL_CFLAGS = -std=gnu17 $(WARNINGS) $(LIB_CFLAGS) $(HARDENING_FLAGS) $(CFLAGS) $(SANITIZE_FLAGS)
ALL_LDFLAGS = $(HARDENING_LDFLAGS) $(LDFLAGS) $(SANITIZE_FLAGS)
# Debian's OpenLDAP has no ldap.pc before 2.6: the plain names are the same everywhere.
LIB_CFLAGS := $(shell $(PKG_CONFIG) --cflags json-c libsystemd openssl 2>/dev/null)
LIBS := -lldap -llber $(shell $(PKG_CONFIG) --libs json-c libsystemd openssl 2>/dev/null || \
	echo -ljson-c -lsystemd -lssl -lcrypto)

# The files of that pattern. A check that looks at none would pass, so none is an error.
files_of = $(or $(sort $(wildcard $(1))),$(error $(1): no such file, so nothing would be looked at))
COMMON_SOURCES := $(call files_of,common/*/*.c)
AGENT_SOURCES := $(call files_of,agent/*/*.c)
UNIT_SOURCES := $(sort $(wildcard tests/unit/test_*.c))
HEADERS := $(call files_of,common/*/*.h) $(call files_of,agent/*/*.h)
# Expanded where they are used: a build needs no tests.
C_FILES = $(COMMON_SOURCES) $(AGENT_SOURCES) $(HEADERS) $(foreach pattern,tests/unit/*.[ch] tests/fuzz/*.c \
	tests/bench/*.c tests/lib/*.c tests/mutants/*.c tests/sim/*.[ch] tests/fortnight/*.[ch] tests/selinux/vm/*.c,$(call files_of,$(pattern)))
COMMON_OBJECTS := $(COMMON_SOURCES:%.c=$(BUILD)/%.o)
AGENT_OBJECTS := $(AGENT_SOURCES:%.c=$(BUILD)/%.o)
UNIT_PROGRAMS := $(UNIT_SOURCES:tests/unit/%.c=$(BUILD)/unit/%)
TOOL_PROGRAMS := $(patsubst tests/lib/%.c,$(BUILD)/tools/%,$(wildcard tests/lib/*_tool.c))
TOOL_OBJECTS := $(patsubst %.c,$(BUILD)/%.o,$(filter-out %_tool.c,$(wildcard tests/lib/*.c)))

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

# Changed flags rebuild everything, unchanged ones nothing. What was built with -Werror is good without it, too.
FLAGS_NOW = $(strip $(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS))
.PHONY: FORCE
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@now='$(subst ','\'',$(FLAGS_NOW))'; old=$$(cat $@ 2>/dev/null || true); \
		[ "$$old" = "$$now" ] || [ "$$(echo "$$old" | sed 's/ -Werror / /')" = "$$now" ] || echo "$$now" > $@

-include $(wildcard $(BUILD)/*/*.d $(BUILD)/*/*/*/*.d $(BUILD)/*/*/*.d)

##@ Tests

# Unit programs link the core only: one that needs a network or systemd does not link.
$(BUILD)/unit/%: $(BUILD)/tests/unit/%.o $(BUILD)/libcommon.a
	@mkdir -p $(@D)
	@$(if $(V),,echo "  LD      $@")
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ -lldap -llber -ljson-c -lcmocka $(LDLIBS)

.PHONY: unit unit-programs unit-run
unit-programs: $(UNIT_PROGRAMS)
unit: check-layers unit-run ## unit tests of the core, and check-layers; installs nothing
# Where there is no Python: packages, trees of other releases.
unit-run: all $(UNIT_PROGRAMS)
	$(Q)UNIT_RUNNER='$(UNIT_RUNNER)' tests/unit/run $(or $(UNIT_PROGRAMS),$(call files_of,tests/unit/test_*.c))

# Programs by which tests in Python reach our C: the whole program but its main(), and what several of them share.
$(BUILD)/libagent.a: $(filter-out $(BUILD)/agent/command/main.o,$(AGENT_OBJECTS))
	@$(if $(V),,echo "  AR      $@")
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/libtools.a: $(TOOL_OBJECTS)
	@$(if $(V),,echo "  AR      $@")
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/tools/%: $(BUILD)/tests/lib/%.o $(BUILD)/libtools.a $(BUILD)/libagent.a $(BUILD)/libcommon.a
	@mkdir -p $(@D)
	@$(if $(V),,echo "  LD      $@")
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS) $(LDLIBS)

.PHONY: tools
tools: $(TOOL_PROGRAMS) $(BUILD)/tools/simulate $(BUILD)/tools/fortnight ## programs that the tests with a real slapd use

# The program's own passes over a model of slapd's replication (CONTRIBUTING.md, "The simulator"). What the linker
# replaces: rules that can be switched off, and the files of the state folder.
SIM_WRAPPED := joining_judge joining_judge_empty order_judge_csns plan_hold plan_add_hold copy_relation copy_covers \
	seen_changes_missing diff_shut log_shut_print log_shut_hides_all guard_readers world_answer_needs role_fits probe_log delta_wanted live_log_overlay log_left_is_awaited slapd_config_dir reader_answers_ask $(addprefix state_,folder_open \
	folder_close content_read document_read document_write document_replace document_remove write_intent remove_intent)
SIM_OBJECTS := $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/sim/*.c))
$(BUILD)/tools/simulate: $(SIM_OBJECTS) $(BUILD)/libtools.a $(BUILD)/libagent.a $(BUILD)/libcommon.a
	@mkdir -p $(@D)
	@$(if $(V),,echo "  LD      $@")
	$(Q)$(CC) $(ALL_LDFLAGS) $(SIM_WRAPPED:%=-Wl,--wrap=%) -o $@ $^ $(LIBS) $(LDLIBS)

# The daemon beside a slapd in memory, peers and a time that are played: these files stand in the place of some of its own.
$(BUILD)/tools/fortnight: $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/fortnight/*.c)) $(BUILD)/libtools.a $(BUILD)/libagent.a \
		$(BUILD)/libcommon.a
	@mkdir -p $(@D)
	@$(if $(V),,echo "  LD      $@")
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS) $(LDLIBS)

.PHONY: simulate
HISTORIES ?= 10000
simulate: $(BUILD)/tools/simulate ## HISTORIES (10000) at random, in which nothing may get lost; and those of tests/sim/cases
	$(Q)tests/sim/run $(BUILD) $(HISTORIES) $(SEARCH)

# Who may use whom stands in tests/layers (CONTRIBUTING.md, "Layers").
.PHONY: check-layers map
check-layers: $(COMMON_OBJECTS) $(AGENT_OBJECTS) ## no file uses what tests/layers does not let it use; no circles
	$(Q)tests/check-layers --build $(BUILD)
	$(Q)tests/check-numbers
map: ## the rooms of the sources, what each is for, what it may use
	$(Q)tests/check-layers --map

.PHONY: demo bench bench-peers mutants quick check check-long coverage sanitize analyze fuzz fuzz-build fuzz-programs replay-programs bench-programs deps
demo: deps ## throw-away servers at two sites and a consumer become a cluster, are damaged, repaired live (under a minute)
	+$(Q)$(MAKE) --no-print-directory all
	$(Q)tests/demo/run $(BUILD)/syncward

quick: ## before each commit: style of changed files, build, units, one round trip with a slapd (seconds)
	+$(Q)tests/quick

check: deps ## everything that CI proves; CHECK="STAGE..." runs only these (tests/check --help)
	$(Q)tests/check $(CHECK)

check-long: deps ## the same with nothing left out: every release, mutant and point, long fuzzing
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
fuzz: fuzz-build ## run each fuzz target for FUZZ_SECONDS (60); needs clang
	$(Q)tests/fuzz/run build-fuzz $(FUZZ_SECONDS)
fuzz-build:
	+$(Q)$(MAKE) --no-print-directory BUILD=build-fuzz CC=clang WERROR= CFLAGS="-O1 -g1" \
		SANITIZE=fuzzer-no-link,address,undefined fuzz-programs

# Without a target nothing would be fuzzed nor replayed.
fuzz-programs replay-programs: $(if $(FUZZ_SOURCES),,no-target-in-tests/fuzz)
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

bench: all tools bench-programs ## plan and daemon beside floor programs; BENCH=--long: every repair
	$(Q)tests/bench/run $(BUILD)
	$(Q)tests/bench/events $(BUILD) $(BENCH)

bench-peers: all bench-programs ## syncward beside Ansible, which people use for the same; minutes, not part of check
	$(Q)tests/bench/other_tools $(BUILD)

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
lint: ## shellcheck, spelling, Python syntax, licence lines, mutants whose patch or test is not there
	$(Q)tests/lint
	$(Q)tests/mutants/run --look
check-headers: ## each header compiles alone
	$(Q)printf '%s\n' $(HEADERS) | xargs -P "$$(getconf _NPROCESSORS_ONLN)" -I '{}' \
		$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -Werror -fsyntax-only -include '{}' -x c /dev/null

##@ Other

.PHONY: install dist srpm rpm clean help
MAN_PAGES := $(sort $(wildcard packaging/man/*.[1-8]))
UNIT := packaging/systemd/syncward$(if $(filter yes,$(EL8)),-el8).service
# Arguments: a file, and its place below DESTDIR.
install_file = $(INSTALL) -D -m 644 $(1) $(DESTDIR)$(2)
install: all ## install below DESTDIR; EL8=yes takes the unit for EL 8's systemd
	$(INSTALL) -D -m 755 $(BUILD)/syncward $(DESTDIR)$(SBINDIR)/syncward
	$(INSTALL) -d -m 755 $(DESTDIR)$(SYSCONFDIR)/syncward
	$(INSTALL) -d -m 700 $(DESTDIR)$(SYSCONFDIR)/syncward/secrets
	$(call install_file,$(UNIT),$(UNITDIR)/syncward.service)
	for unit in syncward-fence.service syncward-fence-stop.service syncward-compare.service syncward-compare.timer; do \
		$(call install_file,packaging/systemd/$$unit,$(UNITDIR)/$$unit) || exit 1; done
	for file in $(sort $(wildcard packaging/catalog/*.catalog)); do \
		$(call install_file,$$file,$(CATALOGDIR)/$${file##*/}) || exit 1; done
	$(call install_file,packaging/completions/syncward.bash,$(DATADIR)/bash-completion/completions/syncward)
	$(call install_file,packaging/completions/_syncward,$(DATADIR)/zsh/site-functions/_syncward)
	for file in $(sort $(wildcard etc/*.schema.json)); do \
		$(call install_file,$$file,$(DATADIR)/syncward/$${file##*/}) || exit 1; done
	for file in $(sort $(wildcard packaging/monitoring/*)); do \
		$(call install_file,$$file,$(DATADIR)/syncward/monitoring/$${file##*/}) || exit 1; done
	for file in README.md CHANGELOG.md SECURITY.md; do \
		$(call install_file,$$file,$(DATADIR)/doc/syncward/$$file) || exit 1; done
	for file in $(sort $(wildcard etc/examples/* packaging/systemd/examples/* packaging/ansible/*.yml)); do \
		$(call install_file,$$file,$(DATADIR)/doc/syncward/examples/$${file##*/}) || exit 1; done
	for file in $(sort $(wildcard packaging/ansible/roles/syncward/*/*.yml)); do \
		$(call install_file,$$file,$(DATADIR)/doc/syncward/examples/$${file#packaging/ansible/}) || exit 1; done
	for page in $(MAN_PAGES); do \
		$(call install_file,$$page,$(DATADIR)/man/man$${page##*.}/$${page##*/}) || exit 1; done

dist: ## the source archive, alike whoever makes it (build-rpm/)
	$(Q)packaging/make-rpm dist
srpm: ## the source package
	$(Q)packaging/make-rpm srpm
rpm: ## the packages for EL (RHEL=8, 9 or 10; on Debian with stand-in macros)
	$(Q)packaging/make-rpm rpm

clean: ## remove everything that was built
	rm -rf build build-*
help: ## this list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
