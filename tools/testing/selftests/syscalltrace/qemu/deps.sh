#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Install what the build and the guest need, if it is missing (Debian). MODE=compare
# and others: also what these larger guests need.
set -e

: "${BASE:=6.12}"
packages="bc bison busybox-static ccache cpio flex gcc gcc-multilib git gzip kmod
	libc6-dev libcap-dev libelf-dev libssl-dev make qemu-system-x86 strace xz-utils"
[ "$MODE" != bench ] || packages="$packages gnuplot-nox"
[ "$MODE" != builds ] || packages="$packages clang lld llvm"
[ "$MODE" != compare ] || packages="$packages perl-base python3 sqlite3"
[ "$MODE" != codec-fuzz ] || packages="$packages clang libclang-rt-14-dev llvm"
[ "$MODE" != onion ] || packages="$packages gdb"
[ "$MODE" != soak ] || packages="$packages perl-base python3 sqlite3"
[ "$MODE" != stress ] || packages="$packages stress-ng"
[ "$MODE" != tools ] || packages="$packages bash bsdutils gdb perl-base python3 sqlite3"
[ -e "${KSRC:-/usr/src/linux-source-$BASE.tar.xz}" ] ||
	packages="$packages linux-source-$BASE"

missing=
for p in $packages; do
	dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' ||
		missing="$missing $p"
done
[ -n "$missing" ] || exit 0

echo "deps: installing$missing"
sudo=
[ "$(id -u)" = 0 ] || sudo=sudo
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -q
# shellcheck disable=SC2086 # a list of words
$sudo apt-get install -y -q --no-install-recommends $missing
