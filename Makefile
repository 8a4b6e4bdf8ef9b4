# SPDX-License-Identifier: GPL-2.0-only
#
# make run         build, boot and demonstrate; then a shell in the guest
# make test        build, boot and run every test; ends in "N passed, N failed"
# make debug-test  the same on a kernel with KASAN, lockdep, kmemleak, ...
# make bench       what it costs, beside all else that can trace; results in build/bench-results,
#                  BENCH='one-stop-*' for some of it
# make bench-plain what programs pay that nobody traces: measures a kernel without our
#                  patches, for the next bench to compare with
# make profile     where the instructions of one of its jobs go, JOB=one-stop-packed
# make compare     what it says of ordinary programs, beside what strace says
# make onion       strace and gdb on programs with tracers, and with tracers of their own
# make selftests-under-tracer
#                  the kernel's own selftests, with tracers that change nothing and
#                  without: qemu/selftests.sh says how to choose some; for hours
# make tools       libsyscalltrace, sctrace, screplay and scguard; in build/tools
# make tools-install  install them, PREFIX=/usr/local; they need no other package
# make tools-test  their tests, in a guest with gcc, gdb, git, perl, python3 and sqlite3
#
# make stress      stress-ng while tracers come and go
# make soak        ordinary work of a Debian system under layers of tracers that crash
# make fuzz        fuzzers of the text and the packed form, then of the file itself
# make races       any two of the things that can be done to a program, at once
# make faults      each allocation and user copy fails in its turn, on the debug kernel
#                  All of these for TIME=60 seconds (two hours make the soak worth while;
#                  faults ends by itself), by the random numbers that SEED=1 begins;
#                  debug-stress, kcsan-races and so on: on the debug kernel, or on one
#                  that detects data races
# make builds      kernels of other kinds (real time, one CPU, clang, ...), and their tests
#
# make tree        the kernel source with our files and patches in it
# make refresh     turn edits made in the tree back into files and patches
# make check       prove that the tree and the patches agree
# make clean       remove built kernels; make distclean: the tree as well
#
# KSRC=/path/to/linux takes the kernel source from there (it is copied, never
# modified) instead of from Debian's package.

BASE	?= 6.12
KSRC	?= /usr/src/linux-source-$(BASE).tar.xz
BUILD	?= $(CURDIR)/build
JOBS	?= $(shell nproc)

TIME	?= 60
SEED	?= 1

TREE	:= $(BUILD)/linux
SELFTESTS := tools/testing/selftests/syscalltrace
QEMU	:= $(SELFTESTS)/qemu
export BASE KSRC BUILD TREE JOBS TIME SEED

# What runs in a guest of its own, on any kernel: release, or debug- and kcsan- before it.
GUESTS	:= compare onion stress soak races file-fuzz

.PHONY: all run test $(GUESTS) fuzz codec-fuzz faults builds selftests-under-tracer \
	debug-test bench bench-plain profile tools tools-install tools-test tree refresh check kernel \
	bench-kernel debug-kernel kcsan-kernel deps clean distclean
all: kernel

deps:
	@$(QEMU)/deps.sh

tree: deps
	@$(QEMU)/tree.sh apply

refresh:
	@$(QEMU)/tree.sh refresh

check: tree
	@$(QEMU)/tree.sh check

kernel: tree
	@$(QEMU)/build.sh release

debug-kernel: tree
	@$(QEMU)/build.sh debug

kcsan-kernel: tree
	@$(QEMU)/build.sh kcsan

bench-kernel: tree
	@$(QEMU)/build.sh bench

run: kernel
	@$(QEMU)/boot.sh release demo

test: kernel
	@$(QEMU)/test.sh

$(GUESTS): kernel
	@MODE=$@ $(QEMU)/deps.sh
	@$(QEMU)/boot.sh release $@

debug-%: debug-kernel
	@MODE=$* $(QEMU)/deps.sh
	@$(QEMU)/boot.sh debug $*

kcsan-%: kcsan-kernel
	@MODE=$* $(QEMU)/deps.sh
	@$(QEMU)/boot.sh kcsan $*

selftests-under-tracer: kernel
	@$(QEMU)/selftests.sh

tools: tree
	@$(MAKE) -C tools/syscalltrace OUTPUT=$(BUILD)/tools KTREE=$(TREE)

tools-install: tree
	@$(MAKE) -C tools/syscalltrace OUTPUT=$(BUILD)/tools KTREE=$(TREE) install

tools-test: kernel
	@MODE=tools $(QEMU)/deps.sh
	@$(QEMU)/boot.sh release tools

fuzz: codec-fuzz file-fuzz

codec-fuzz: tree
	@MODE=$@ $(QEMU)/deps.sh
	@$(MAKE) -C $(TREE)/$(SELFTESTS)/fuzz OUTPUT=$(BUILD)/fuzz FUZZ_TIME=$(TIME) \
		FUZZ_SEED=$(SEED) FUZZ_JOBS=$(JOBS) fuzz coverage

faults: debug-faults

builds: tree
	@MODE=$@ $(QEMU)/deps.sh
	@$(QEMU)/builds.sh

bench: bench-kernel
	@MODE=bench $(QEMU)/deps.sh
	@$(QEMU)/boot.sh bench bench

bench-plain: export STOCK = $(BUILD)/stock
bench-plain: tree
	@MODE=bench $(QEMU)/deps.sh
	@[ -d $(STOCK) ] || git -C $(TREE) worktree add -q --detach $(STOCK) stock
	@$(QEMU)/build.sh plain-bench
	@$(QEMU)/boot.sh plain-bench bench

profile: bench-kernel
	@$(QEMU)/boot.sh bench profile

clean:
	rm -rf $(filter-out $(TREE) $(BUILD)/stock,$(wildcard $(BUILD)/*))

distclean:
	rm -rf $(BUILD)
