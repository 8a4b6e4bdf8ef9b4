#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Keep the work tree: the kernel source, our new files as links, our patches
# applied. Usage: tree.sh apply|refresh|check, from the top of the repository.
#
# Environment: BASE (kernel version), KSRC (tarball or directory), TREE.
set -e

: "${KSRC:?}" "${TREE:?}" "${BASE:?}"
top=$PWD
stock=stock	# the tag of the unmodified source in the work tree's repository

say()
{
	echo "tree: $*"
}

die()
{
	echo "tree: $*" >&2
	exit 1
}

in_tree()
{
	git -C "$TREE" "$@"
}

# Our files that stand in the kernel tree under the same path.
new_files()
{
	find arch Documentation fs include kernel lib scripts tools \
		-type f ! -name '*.patch' 2>/dev/null | sort
}

patches()
{
	find . -name '*.patch' ! -path './build/*' -type f | sed 's,^\./,,' | sort
}

# The kernel file names that a patch touches. $1: patch
patched_files()
{
	sed -n 's,^+++ b/\([^\t]*\).*,\1,p' "$1"
}

# Which of our patch files an edited kernel file belongs to. $1: file
patch_for()
{
	case $1 in
	Kconfig*|*/Kconfig*)	echo Kconfig.patch ;;
	Makefile|*/Makefile)	echo Makefile.patch ;;
	*)			echo "$1.patch" ;;
	esac
}

unpack()
{
	rm -rf "$TREE.new"
	mkdir -p "$TREE.new"
	if [ -d "$KSRC" ]; then
		say "copying $KSRC"
		tar -C "$KSRC" --exclude=./.git -cf - . | tar -C "$TREE.new" -xf -
		# A source that was built in would not build elsewhere.
		[ ! -f "$TREE.new/.config" ] || make -s -C "$TREE.new" mrproper
	else
		say "unpacking $KSRC"
		tar -C "$TREE.new" --strip-components=1 -xf "$KSRC"
	fi
	say "recording the stock source"
	git -C "$TREE.new" init -q
	git -C "$TREE.new" config core.compression 0
	git -C "$TREE.new" config gc.auto 0
	git -C "$TREE.new" add -A -f .
	git -C "$TREE.new" -c user.name=stock -c user.email=stock@localhost \
		commit -qm "stock source"
	git -C "$TREE.new" tag $stock
	echo "$KSRC" > "$TREE.new/.git/ksrc"
	mv "$TREE.new" "$TREE"
}

link_files()
{
	new_files | while read -r f; do
		mkdir -p "$TREE/$(dirname "$f")"
		[ "$(readlink "$TREE/$f")" = "$top/$f" ] ||
			ln -sfn "$top/$f" "$TREE/$f"
	done
	# Links to files that the repository no longer has.
	find "$TREE" -xtype l -lname "$top/*" -delete
}

# Write the patch that turns the stock files into those of the tree.
# $@: kernel files
diff_of()
{
	in_tree diff --no-color --no-ext-diff --no-renames -U3 $stock -- "$@" |
		sed -e '/^diff --git /d' -e '/^index [0-9a-f]*\.\./d'
}

edited_files()
{
	in_tree diff --name-only $stock
}

# Bring each file that a patch names to stock + patch, leaving alone the ones
# that are so already, so that make does not rebuild the world.
apply_patches()
{
	saved=$TREE/.git/applied
	mkdir -p "$saved"
	for p in $(patches); do
		if [ -f "$saved/$p" ] && cmp -s "$p" "$saved/$p"; then
			continue
		fi
		files=$(patched_files "$p")
		# Edits that are in no patch must not be lost.
		if [ -f "$saved/$p" ]; then
			diff_of $files | cmp -s - "$saved/$p" ||
				die "$p changed, and so did the tree: 'make refresh' or revert $files"
		fi
		# Should this stop half-way, the next run begins here again.
		rm -f "$saved/$p"
		in_tree checkout -q $stock -- $files
		in_tree apply --check "$top/$p" ||
			die "$p does not apply to linux $BASE"
		in_tree apply "$top/$p"
		mkdir -p "$saved/$(dirname "$p")"
		cp "$p" "$saved/$p"
		say "applied $p"
	done
	(cd "$saved" && find . -name '*.patch' | sed 's,^\./,,') | while read -r p; do
		[ -f "$p" ] && continue
		in_tree checkout -q $stock -- $(patched_files "$saved/$p")
		rm "$saved/$p"
		say "dropped $p"
	done
}

apply()
{
	[ -d "$TREE" ] || unpack
	[ "$(cat "$TREE/.git/ksrc" 2>/dev/null || echo "$KSRC")" = "$KSRC" ] ||
		die "$TREE was made from $(cat "$TREE/.git/ksrc"): 'make distclean', or another BUILD="
	link_files
	apply_patches
}

refresh()
{
	[ -d "$TREE" ] || die "no work tree yet: 'make tree'"
	# New files made in the tree move here; a link takes their place.
	in_tree ls-files --others | while read -r f; do
		[ -L "$TREE/$f" ] && continue
		case $f in *.orig|*.rej|*~) continue ;; esac
		mkdir -p "$(dirname "$f")"
		mv "$TREE/$f" "$f"
		say "new file $f"
	done
	link_files
	want=$(edited_files | while read -r f; do patch_for "$f"; done | sort -u)
	for p in $(patches); do
		echo "$want" | grep -qxF "$p" || { rm "$p"; say "removed $p"; }
	done
	saved=$TREE/.git/applied
	for p in $want; do
		files=$(edited_files | while read -r f; do
			[ "$(patch_for "$f")" != "$p" ] || echo "$f"
		done)
		mkdir -p "$(dirname "$p")" "$saved/$(dirname "$p")"
		diff_of $files > "$saved/$p"
		cmp -s "$saved/$p" "$p" && continue
		cp "$saved/$p" "$p"
		say "wrote $p"
	done
}

check()
{
	bad=0
	for p in $(patches); do
		files=$(patched_files "$p")
		if ! diff_of $files | cmp -s - "$p"; then
			echo "tree: $p differs from the tree" >&2
			bad=1
		fi
	done
	for f in $(edited_files); do
		p=$(patch_for "$f")
		{ [ -f "$p" ] && patched_files "$p" | grep -qxF "$f"; } ||
			{ echo "tree: the edit of $f is in no patch" >&2; bad=1; }
	done
	for f in $(new_files); do
		[ "$(readlink "$TREE/$f")" = "$top/$f" ] ||
			{ echo "tree: $f is not linked into the tree" >&2; bad=1; }
	done
	[ $bad = 0 ] || die "'make refresh' or 'make tree' mends this"
	say "the tree and the patches agree"
}

case $1 in
apply|refresh|check) "$1" ;;
*) die "usage: tree.sh apply|refresh|check" ;;
esac
