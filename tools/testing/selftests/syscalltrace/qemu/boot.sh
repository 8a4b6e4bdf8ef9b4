#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Boot a kernel and run something in it. Usage: boot.sh FLAVOUR MODE
#
#	demo	the demonstration, then a shell if there is a terminal
#	test	all tests; ends with "N passed, N failed"
#	shell	a shell at once
#	run	the guest script that the file $SCRIPT holds
#
# Environment: TREE, BUILD; TEST_TIMEOUT in seconds for all but shells;
# TESTS, a list of selftests to run instead of all; QEMU_ARGS.
set -e

: "${TREE:?}" "${BUILD:?}"
here=tools/testing/selftests/syscalltrace
flavour=$1
mode=$2
run=$BUILD/run/$flavour-$mode
kernel=$BUILD/$flavour/arch/x86/boot/bzImage

rm -rf "$run"
mkdir -p "$run"
trap 'rm -f "$run"/initramfs.gz' EXIT

accel()
{
	# /dev/kvm may exist and yet not boot anything: believe a guest only.
	if [ -w /dev/kvm ] && [ "$(cat "$BUILD/kvm" 2>/dev/null || probe_kvm)" = works ]; then
		echo "-accel kvm -cpu host"
	else
		echo "-accel tcg,thread=multi -cpu max"
	fi
}

# Boot the kernel without an init under KVM: reaching the panic proves it.
probe_kvm()
{
	if (timeout 20 qemu-system-x86_64 -accel kvm -cpu host -m 256 -nodefaults \
		-display none -no-reboot -serial stdio -kernel "$kernel" \
		-append "console=ttyS0 panic=-1"; true) 2>/dev/null | grep -q 'Kernel panic'
	then
		echo works
	else
		echo broken
	fi | tee "$BUILD/kvm"
}

# $@: arguments for qemu
qemu()
{
	# shellcheck disable=SC2046,SC2086 # lists of words
	qemu-system-x86_64 $(accel) -smp 2 -m "${GUEST_MEM:-1024}" -nodefaults \
		-display none -no-reboot -kernel "$kernel" -initrd "$run/initramfs.gz" \
		-device virtio-serial-pci \
		-chardev file,id=results,path="$run/results" \
		-device virtserialport,chardev=results,name=results \
		$QEMU_ARGS "$@"
}

cmdline()
{
	echo "console=ttyS0 quiet panic=-1 oops=panic panic_on_warn=1" \
		"printk.time=1 kunit.stats_enabled=0 net.ifnames=0 audit=0" \
		"guest_mode=$mode $1"
}

# With a terminal, the serial line is the terminal.
interactive()
{
	qemu -serial mon:stdio -append "$(cmdline "guest_shell=1 panic_on_warn=0")"
}

# $1: time limit in seconds
unattended()
{
	status=0
	start=$(date +%s)
	(
		exec 9>&1
		qemu -serial "file:$run/console" -append "$(cmdline)" </dev/null &
		pid=$!
		( sleep "$1"; kill $pid 2>/dev/null ) 9>&- >/dev/null 2>&1 &
		killer=$!
		wait $pid || true
		kill $killer 2>/dev/null || true
	)
	if ! grep -q '^guest: done' "$run/results" 2>/dev/null; then
		echo "boot: the guest did not finish within $1 s, or died:" >&2
		tail -40 "$run/console" >&2
		status=1
	fi
	echo "boot: $(($(date +%s) - start)) s in the guest"
	return $status
}

$here/qemu/initramfs.sh "$run/initramfs.gz"

case $mode in
demo)
	if [ -t 0 ] && [ -t 1 ]; then
		interactive
		exit
	fi
	unattended "${TEST_TIMEOUT:-300}" || exit 1
	sed -n '/^guest: /d;p' "$run/results"
	grep -q '^guest: status 0' "$run/results"
	;;
shell)
	interactive
	;;
run)
	unattended "${TEST_TIMEOUT:-600}" || exit 1
	sed -n '/^guest: /d;p' "$run/results"
	;;
test)
	bad=0
	unattended "${TEST_TIMEOUT:-1500}" || bad=1
	if [ "$flavour" = release ] && [ -z "$TESTS" ]; then
		$here/qemu/hooks_check.sh >> "$run/results" || true
	fi
	$here/qemu/summary.sh "$run/results" "$bad"
	;;
*)
	echo "boot: no mode '$mode'" >&2
	exit 1
	;;
esac
