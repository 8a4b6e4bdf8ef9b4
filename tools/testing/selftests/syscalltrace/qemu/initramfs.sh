#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Make the guest's file system: busybox, Debian's strace with its libraries,
# our tests and scripts. Usage: initramfs.sh OUTPUT
#
# Environment: TREE, BUILD; SCRIPT, a guest script to take along; TESTS;
# MODE=compare for Debian's git, perl, python3 and sqlite3, too; MODE=onion
# for gdb, MODE=stress for stress-ng; MODE=soak for these, gcc and what a day's work
# takes; MODE=tools for all but stress-ng, our programs and their tests.
set -e

: "${TREE:?}" "${BUILD:?}"
here=tools/testing/selftests/syscalltrace
out=$1
root=$(dirname "$out")/root
tests=$BUILD/selftests

# A program and the libraries it needs. $1: path
copy_program()
{
	install -D "$1" "$root$1"
	copy_libraries "$1"
}

# $1: path of a program or library
copy_libraries()
{
	ldd "$1" 2>/dev/null | grep -o '/[^ ]*' | while read -r lib; do
		[ -e "$root$lib" ] || install -D "$lib" "$root$lib"
	done
}

# The files of Debian packages, without what is there to be read by people, and
# the libraries that they need. $@: packages
copy_packages()
{
	dpkg -L "$@" | grep -vE '^/usr/share/(doc|man|locale|lintian)|/tests?/' |
		sort -u | while read -r file; do
		if [ -L "$file" ] || [ -f "$file" ]; then
			mkdir -p "$root${file%/*}"
			cp -dp "$file" "$root$file"
		fi
		case $file in
		*.so|*/bin/*)
			copy_libraries "$file"
			;;
		esac
	done
}

# Programs for strace_compare to run.
copy_large_programs()
{
	python=$(readlink /usr/bin/python3)
	copy_packages perl-base python3-minimal "$python-minimal" \
		"lib$python-minimal" "lib$python-stdlib"
	copy_program /usr/bin/sqlite3
	# Its other programs are the same file, or not needed.
	copy_program /usr/bin/git
	mkdir -p "$root/usr/share/git-core"
	cp -r /usr/share/git-core/templates "$root/usr/share/git-core/"
}

# gdb, and of Python what it does not start without.
copy_gdb()
{
	python=$(ldd /usr/bin/gdb | sed -n "s,.*/lib\(python3[.][0-9]*\)[.]so.*,\1,p")
	copy_packages gdb "lib$python-minimal"
	# Names are compared in UTF-32.
	gconv=/usr/lib/$(gcc -print-multiarch)/gconv
	copy_program "$gconv/UTF-32.so"
	cp -r "$gconv"/gconv-modules* "$root$gconv/"
}

# gcc with what it takes to compile, assemble and link.
copy_gcc()
{
	version=$(gcc -dumpversion)
	version=${version%%.*}
	arch=$(gcc -print-multiarch)
	# shellcheck disable=SC2046 # a list of words
	copy_packages gcc "gcc-$version" "cpp-$version" "libgcc-$version-dev" libc6-dev \
		linux-libc-dev "binutils-$(echo "$arch" | tr _ -)" binutils libgcc-s1 libc6
}

# What a day's work takes: the programs themselves, not busybox.
copy_workshop()
{
	copy_large_programs
	copy_gcc
	ln -sf git "$root/usr/bin/git-upload-pack"
	for program in bash cat chmod cmp comm cp cut dd diff dpkg-deb dpkg-split env find flock \
		grep gzip head ln ls make mkdir mkfifo mv nice perl rm sed seq setsid \
		sha1sum sha256sum sleep sort split tac tail tar tee timeout touch tr \
		uniq wc xargs xz yes zcat; do
		copy_program "/usr/bin/$program"
	done
}

# Our programs. $@: more targets
install_tools()
{
	make -s -C tools/syscalltrace OUTPUT="$BUILD/tools" KTREE="$TREE" CC="ccache gcc" \
		DESTDIR="$root" PREFIX=/usr install "$@"
}

# Our programs as they are installed, and what their tests take.
copy_tools()
{
	install_tools tests
	copy_program /usr/bin/script
	copy_program /bin/bash
	copy_workshop
	copy_gdb
	find "$BUILD/tools/tests" -maxdepth 1 -type f -exec cp {} "$root/tests/" \;
}

# The selftests of the kernel that selftests.sh has built, and what they take for
# granted: other programs than busybox, and the library that ends threads.
copy_selftests()
{
	cp -a "$BUILD/kselftests/tests" "$root/kselftests"
	copy_program /bin/bash
	copy_program /bin/true
	for file in /lib32/libgcc_s.so.1 "/lib/$(uname -m)-linux-gnu/libgcc_s.so.1"; do
		[ ! -e "$file" ] || install -D "$file" "$root$file"
	done
	for file in "$root/kselftests"/*/* "$root/kselftests"/*/*/*; do
		[ ! -f "$file" ] || copy_libraries "$file"
	done
}

mkdir -p "$tests/kernel"
make -s -C "$TREE/$here" OUTPUT="$tests" CC="ccache gcc" all
# Tests of the kernel's own that read the file.
for t in proc/proc-self-syscall seccomp/seccomp_bpf; do
	src=$TREE/tools/testing/selftests/$t.c
	[ "$tests/kernel/${t#*/}" -nt "$src" ] ||
		ccache gcc -O2 -w -static -pthread -D_GNU_SOURCE \
			-isystem "$TREE/usr/include" -o "$tests/kernel/${t#*/}" "$src" -lcap
done

rm -rf "$root"
mkdir -p "$root/bin" "$root/dev" "$root/etc" "$root/proc" "$root/root" \
	"$root/sys" "$root/tmp" "$root/tests/kernel"
cp /bin/busybox "$root/bin/"
for applet in $(busybox --list | grep -vx busybox); do
	ln -s busybox "$root/bin/$applet"
done
echo 'root::0:0:root:/root:/bin/sh' > "$root/etc/passwd"
echo 'user::1000:1000:user:/tmp:/bin/sh' >> "$root/etc/passwd"
ln -s /bin "$root/sbin"
copy_program "$(command -v strace)"
[ "$MODE" != compare ] || copy_large_programs
[ "$MODE" != onion ] || copy_gdb
[ "$MODE" != stress ] || copy_program /usr/bin/stress-ng
[ "$MODE" != soak ] || copy_workshop
[ "$MODE" != selftests ] || copy_selftests
case $MODE in
bench|demo|shell) install_tools ;;
tools) copy_tools ;;
esac
find "$tests" -maxdepth 1 -type f -perm -u+x ! -name 'gen_*' -exec cp {} "$root/tests/" \;
find "$tests/kernel" -type f -perm -u+x -exec cp {} "$root/tests/kernel/" \;
cp $here/*.sh "$root/tests/" 2>/dev/null || true
cp $here/qemu/guest/* "$root/"
cp Documentation/userspace-api/syscall_trace.rst "$root/"
for doc in userspace-api admin-guide; do
	install -D -m 644 Documentation/$doc/syscall_trace.rst \
		"$root/Documentation/$doc/syscall_trace.rst"
done
[ -z "$SCRIPT" ] || cp "$SCRIPT" "$root/script"
echo "$TESTS" > "$root/tests/list"
chmod +x "$root"/init "$root"/*.sh

(cd "$root" && find . | cpio --quiet -o -H newc | gzip -1) > "$out"
