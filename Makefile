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
# make stress      stress-ng while tracers come and go, for STRESS_TIME=60 seconds
#                  by the seed STRESS_SEED=1; make debug-stress: on the debug kernel
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

TREE	:= $(BUILD)/linux
QEMU	:= tools/testing/selftests/syscalltrace/qemu
export BASE KSRC BUILD TREE JOBS

.PHONY: all run test compare onion selftests-under-tracer stress debug-stress debug-test bench bench-plain profile tools tools-install tools-test tree refresh check kernel bench-kernel debug-kernel deps clean distclean
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

bench-kernel: tree
	@$(QEMU)/build.sh bench

run: kernel
	@$(QEMU)/boot.sh release demo

test: kernel
	@$(QEMU)/test.sh

compare: kernel
	@MODE=compare $(QEMU)/deps.sh
	@$(QEMU)/boot.sh release compare

onion: kernel
	@MODE=onion $(QEMU)/deps.sh
	@$(QEMU)/boot.sh release onion

selftests-under-tracer: kernel
	@$(QEMU)/selftests.sh

tools: tree
	@$(MAKE) -C tools/syscalltrace OUTPUT=$(BUILD)/tools KTREE=$(TREE)

tools-install: tree
	@$(MAKE) -C tools/syscalltrace OUTPUT=$(BUILD)/tools KTREE=$(TREE) install

tools-test: kernel
	@MODE=tools $(QEMU)/deps.sh
	@$(QEMU)/boot.sh release tools

stress: kernel
	@MODE=stress $(QEMU)/deps.sh
	@$(QEMU)/boot.sh release stress

debug-stress: debug-kernel
	@MODE=stress $(QEMU)/deps.sh
	@$(QEMU)/boot.sh debug stress

debug-test: debug-kernel
	@$(QEMU)/boot.sh debug test

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
	rm -rf $(BUILD)/release $(BUILD)/bench $(BUILD)/bench-results $(BUILD)/debug $(BUILD)/plain $(BUILD)/plain-bench $(BUILD)/off $(BUILD)/run

distclean:
	rm -rf $(BUILD)
