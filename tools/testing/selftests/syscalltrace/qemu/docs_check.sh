#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Compare the documents with the code: what one has the other has. Prints a TAP report.
# From the top of the repository.
#
# Environment: TREE, BUILD.
set -e

. "$(dirname "$0")/tap.sh"

: "${TREE:?}" "${BUILD:?}"
work=$BUILD/docs_check
user=Documentation/userspace-api/syscall_trace.rst
admin=Documentation/admin-guide/syscall_trace.rst
core=Documentation/core-api/syscall_trace.rst
abi=Documentation/ABI/testing/procfs-syscall
man=tools/syscalltrace/man
code="kernel/strace*.[ch] fs/proc/syscall_trace*.[ch] lib/syscall_text.c lib/syscall_packed.c
	lib/syscall_desc.c lib/syscall_answer.h arch/x86/entry/vdso/traps.c
	include/linux/syscall_*.h include/uapi/linux/syscall_trace.h"

# Every line of a list has to be in another. $1: name of the check, $2: what must be
# there, $3: where
contained()
{
	status=0
	sort -u "$2" > "$work/must"
	sort -u "$3" | comm -23 "$work/must" - > "$work/missing"
	if [ ! -s "$work/must" ] || [ -s "$work/missing" ]; then
		status=1
		sed 's/^/# missing: /' "$work/missing"
	fi
	result "$1" $status
}

# Every word of a list has to be in a document. $1: name of the check, $2: the list,
# $3: document, $4: sed script that makes a basic regular expression of a word
named()
{
	status=0
	[ -s "$2" ] || status=1
	while read -r word; do
		if ! grep -q -- "$(echo "$word" | sed "$4")" "$3"; then
			status=1
			echo "# $3 lacks $word"
		fi
	done < "$2"
	result "$1" $status
}

# The lines of a section. $1: document, $2: its title
section()
{
	awk -v title="$2" '
		/^=+$/ { inside = last == title; last = ""; next }
		{ if (inside && last != "") print last; last = $0 == "" ? " " : $0 }
		END { if (inside) print last }' "$1"
}

# Blanks do not count.
productions()
{
	sed -n 's/[[:space:]][[:space:]]*/ /g; s/^ //; /^[a-z]* := /p; /^| /p'
}

# The values of constants that the section on limits names. $1: file, $2: constant
constant()
{
	sed -n "s/^#define[[:space:]]*$2[[:space:]]*\\(.*\\)/\\1/p" "$1" |
		sed 's,/\*.*,,; s/[()]//g'
}

# $1: name of a limit in the table, $2: file, $3: constant, $4: bytes to a unit
limit()
{
	value=$(($(constant "$2" "$3") / ${4:-1}))
	section $user Limits | grep "^$1 " | grep -qw "$value" || {
		echo "# $3 is $value"
		status=1
	}
}

mkdir -p "$work"
plan 27

# The grammar.
sed -n '1,/^ \*\//{ s/^ \*//p; }' lib/syscall_text.c | productions > "$work/grammar.code"
sed -n '/^grammar::/,/^Blanks may/p' $user > "$work/grammar"
productions < "$work/grammar" > "$work/grammar.document"
grep -v '^class := \|^| "ipc"' "$work/grammar.document" > "$work/grammar.common"
contained grammar_of_code_is_documented "$work/grammar.code" "$work/grammar.document"
contained grammar_of_document_is_in_code "$work/grammar.common" "$work/grammar.code"
sed -n '/class_names\[\]/,/NULL/p' lib/gen_syscall_desc.c | grep -o '"[a-z]*"' > "$work/classes"
sed -n '/class	:=/,/calls	:=/{ /calls/d; p; }' "$work/grammar" | grep -o '"[a-z]*"' \
	> "$work/classes.document"
contained classes_are_documented "$work/classes" "$work/classes.document"
contained classes_of_document_exist "$work/classes.document" "$work/classes"

# Verbs: each has a place in the grammar, an example that is run, and one in the manual.
sed -n 's/^\t{ "\([a-z-]*\)",[[:space:]]*SYSCALL_VERB.*/\1/p' lib/syscall_text.c > "$work/verbs"
grep "^	[#$] " $user > "$work/typed"
grep "^	[^#$]" $user > "$work/shown"
named verbs_are_in_the_grammar "$work/verbs" "$work/grammar" 's/.*/"&[ "]/'
sed 's/\$[a-z]* //g' "$work/typed" | grep -o "echo '\\?[a-z-]*" | sed "s/^echo '\\?//" \
	> "$work/verbs.typed"
contained verbs_have_examples "$work/verbs" "$work/verbs.typed"
named verbs_are_in_the_manual "$work/verbs" $man/syscall_trace.7 \
	's/.*/\\(^\\.It Li\\|^\\.It Li .* ,\\|, Li\\) &/'
sed -n 's/^ \* @SYSCALL_VERB_\([A-Z_]*\):.*/\1/p' include/linux/syscall_record.h |
	sed 's/^/SYSCALL_VERB_/' > "$work/verbs.enum"
named verbs_are_carried_out "$work/verbs.enum" fs/proc/syscall_trace.c 's/.*/\\[&\\]/'

# Records: each has an example that is compared, and stands in the table of records.
sed -n '/^enum syscall_record_kind/,/^}/s/^\tSYSCALL_RECORD_\([A-Z]*\),/\1/p' \
	include/linux/syscall_record.h > "$work/records"
look_of_records='s/^ENTRY$/write 1, "/; s/^EXIT$/ok [0-9]*$/; s/^DATA$/data [0-9]*+[0-9]*, "/
	s/^ADDRESS$/data \&[0-9]*, 0x/; s/^SIGNAL$/signal SIG/; s/^NEW$/new [0-9]/
	s/^EXEC$/exec "/; s/^EXITED$/exit [0-9]/; s/^KILLED$/killed SIG/; s/^GONE$/gone$/
	s/^ERROR$/error [0-9]*, "/; s/^RESULT$/done ok [0-9]/; s/^LOG$/log [0-9.]* [0-9.]* /
	s/^LOST$/lost [0-9]/; s/^/^	\\([0-9]* \\)*/'
named records_have_examples "$work/records" "$work/shown" "$look_of_records"
section $user Reading | sed -n 's/^``\([^`]*\)``.*/\1/p' > "$work/table"
look_in_table='s/^ENTRY$/NAME ARG/; s/^EXIT$/ok N$/; s/^ADDRESS$/data \&N/; s/^RESULT$/done ok/
	s/^EXITED$/exit/; s/.*[A-Z]$/\L&/; s/name arg/NAME ARG/; s/ok n/ok N/; s/&n/\&N/'
named records_are_in_the_table "$work/records" "$work/table" "$look_in_table"
grep -o 'SYSCALL_TRACE_[A-Z_0-9]*' include/uapi/linux/syscall_trace.h | sort -u > "$work/uapi"
sed 's/^/SYSCALL_TRACE_/' "$work/records" > "$work/records.packed"
contained records_have_a_packed_form "$work/records.packed" "$work/uapi"

# Errors. The first are turned into others, or never seen: restarts, and a console that
# somebody else has made first. EACCES comes from the permissions of the file.
# shellcheck disable=SC2086 # a list of files
cat $code | grep -o -- '-E[A-Z0-9]*[A-Z]\>' | tr -d - | sort -u |
	grep -v '^ERESTART\|^EEXIST$\|^EACCES$' > "$work/errors"
section $user Errors | grep -o '^``E[A-Z0-9]*``' | tr -d '`' > "$work/errors.document"
grep -o '^\.It Bq Er E[A-Z0-9]*' $man/syscall_trace.7 | sed 's/.* //' > "$work/errors.manual"
contained errors_are_documented "$work/errors" "$work/errors.document"
{ cat "$work/errors"; echo EACCES; } > "$work/errors.all"
contained errors_of_document_exist "$work/errors.document" "$work/errors.all"
contained errors_are_in_the_manual "$work/errors.document" "$work/errors.manual"

# Sysctls.
sed -n 's/.*procname.*"\(.*\)",/\1/p' kernel/strace_*.c > "$work/sysctls"
named sysctls_are_in_the_reference "$work/sysctls" $user 's/.*/``kernel\\.&``/'
named sysctls_are_in_the_guide "$work/sysctls" $admin 's/.*/``kernel\\.&``/'
named sysctls_are_in_their_page "$work/sysctls" Documentation/admin-guide/sysctl/kernel.rst.patch \
	's/.*/^+&$/'
named sysctls_are_in_the_abi "$work/sysctls" $abi 's,.*,/proc/sys/kernel/&$,'
named sysctls_are_in_the_manual "$work/sysctls" $man/proc_pid_syscall.5 \
	's,.*,^\\.It Pa /proc/sys/kernel/&$,'

# Limits.
status=0
limit tracers include/linux/syscall_trace.h STRACE_MAX_LAYERS
limit 'tracers of tracers' kernel/strace_layer.c MAX_DEPTH
limit 'tracers of tracers' kernel/strace_layer.c MAX_TRACERS
limit 'a string or buffer' include/linux/syscall_record.h SYSCALL_LIMIT_MAX
limit 'a string or buffer' include/linux/syscall_record.h SYSCALL_DATA_MAX
limit 'an array' include/linux/syscall_record.h SYSCALL_VECTOR_MAX
limit 'a call' include/linux/syscall_record.h SYSCALL_SHOW_MAX 1024
limit 'rules' kernel/strace.h STRACE_MAX_RULES
limit '``data``, ``error``' kernel/strace_layer.c MAX_NOTES
limit 'the log' kernel/strace_log.c MIN_KIB
limit 'the log' kernel/strace_log.c MAX_KIB
result limits_are_those_of_the_code $status

# What kernel developers are told.
sed -n 's/^\tSTRACE_EVENT_\([A-Z]*\),/\L\1/p' kernel/strace.h > "$work/states"
named states_are_drawn "$work/states" $core 's/.*/^	.*\\<&\\>/'
sed -n '/^ \* enum strace_event_state/,/^ \*\//p' kernel/strace.h | grep -o '[a-z_]*()' \
	> "$work/transitions"
named transitions_are_drawn "$work/transitions" $core 's/.*/^	.*&/'
# shellcheck disable=SC2046,SC2086 # lists of files
cat $code $(find arch fs include kernel -name '*.patch') "$TREE/arch/x86/entry/common.c" \
	> "$work/code"
grep -o '[a-z_0-9]*()' $core | sort -u | grep -v '^read\|^open\|^release\|^()' > "$work/functions"
named functions_of_the_page_exist "$work/functions" "$work/code" 's/()//; s/.*/\\<&(/'
awk '/:identifiers:/ { on = 1; sub(/.*:identifiers:/, "") } /^$/ { on = 0 } on' $core |
	tr -s ' ' '\n' | grep . > "$work/identifiers"
named structures_of_the_page_exist "$work/identifiers" "$work/code" \
	's/.*/^ \\* \\(struct\\|enum\\) & - /'
status=0
# shellcheck disable=SC2086 # a list of files
"$TREE/scripts/kernel-doc" -none -Wall $code > "$work/kernel-doc" 2>&1 || status=1
[ ! -s "$work/kernel-doc" ] || status=1
sed 's/^/# /' "$work/kernel-doc"
result kernel_doc_has_no_remarks $status

# Pages are listed, and what they refer to is there.
status=0
for page in $user $admin $core; do
	grep -qx '+   syscall_trace' "${page%/*}/index.rst.patch" || {
		echo "# ${page%/*}/index.rst does not list its page"
		status=1
	}
done
result pages_are_listed $status
status=0
for file in $(grep -ohE '(Documentation|arch|fs|include|kernel|lib|tools)/[a-z0-9_/.-]*\.[a-zA-Z]+' \
	$user $admin $core $abi $man/*.[57] tools/syscalltrace/README README | sort -u); do
	[ -e "$file" ] || [ -e "$TREE/$file" ] || {
		echo "# there is no $file"
		status=1
	}
done
result files_of_the_pages_exist $status
exit $failed
