# SPDX-License-Identifier: GPL-2.0-only
# Completion of sctrace for bash.

_sctrace_calls()
{
	# The names that this machine's headers know, and classes.
	printf '%s\n' all none %file %desc %network %process %signal %memory %ipc %creds \
		%clock %stat %lstat %fstat %statfs %fstatfs %pure
	sed -n 's/^#define __NR_\([a-z0-9_]*\) .*/\1/p' \
		/usr/include/asm/unistd_64.h /usr/include/*/asm/unistd_64.h 2>/dev/null |
		sort -u
}

_sctrace_expression()
{
	local cur=$1 head

	case $cur in
	trace=*|t=*|inject=*|fault=*|abbrev=*|verbose=*|raw=*)
		head=${cur%"${cur##*[=,!]}"}
		mapfile -t COMPREPLY < <(compgen -P "$head" -W "$(_sctrace_calls)" -- \
			"${cur#"$head"}")
		;;
	signal=*)
		head=${cur%"${cur##*[=,!]}"}
		mapfile -t COMPREPLY < <(compgen -P "$head" -A signal -- "${cur#"$head"}")
		;;
	status=*)
		head=${cur%"${cur##*[=,!]}"}
		mapfile -t COMPREPLY < <(compgen -P "$head" -W \
			"successful failed unfinished unavailable detached" -- "${cur#"$head"}")
		;;
	quiet=*)
		head=${cur%"${cur##*[=,!]}"}
		mapfile -t COMPREPLY < <(compgen -P "$head" -W \
			"attach exit path-resolution personality thread-execve all" -- \
			"${cur#"$head"}")
		;;
	*)
		compopt -o nospace
		mapfile -t COMPREPLY < <(compgen -W "trace= signal= status= inject= fault=
			abbrev= verbose= raw= quiet= decode-fds= $(_sctrace_calls)" -- "$cur")
		;;
	esac
}

_sctrace()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} i word

	# "=" splits words; put the last ones together again.
	if [[ $prev == "=" || $cur == "=" ]]; then
		i=$COMP_CWORD
		while ((i > 1)) && [[ ${COMP_WORDS[i-1]} != -* ]]; do
			i=$((i - 1))
		done
		prev=${COMP_WORDS[i-1]}
		if [[ $prev == -e ]]; then
			word=$(printf '%s' "${COMP_WORDS[@]:i:COMP_CWORD-i+1}")
			_sctrace_expression "$word"
			COMPREPLY=("${COMPREPLY[@]#*=}")
			return
		fi
	fi
	COMPREPLY=()
	case $prev in
	-e)
		_sctrace_expression "$cur"
		return
		;;
	-p|--attach)
		mapfile -t COMPREPLY < <(compgen -W "$(cd /proc && echo [0-9]*)" -- "$cur")
		return
		;;
	-o|--output|-P|--trace-path)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	-u|--user)
		mapfile -t COMPREPLY < <(compgen -u -- "$cur")
		return
		;;
	-X|--const-print-style)
		mapfile -t COMPREPLY < <(compgen -W "raw abbrev verbose" -- "$cur")
		return
		;;
	-S|--summary-sort-by)
		mapfile -t COMPREPLY < <(compgen -W "time min-time max-time avg-time calls
			errors name nothing" -- "$cur")
		return
		;;
	-U|--summary-columns)
		mapfile -t COMPREPLY < <(compgen -W "time-percent total-time min-time max-time
			avg-time calls errors name" -- "$cur")
		return
		;;
	-a|-s|-E|-O|-I)
		return
		;;
	esac
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		-e|-p|-o|-P|-u|-X|-S|-U|-a|-s|-E|-O|-I)
			i=$((i + 1))
			;;
		-*|=)
			;;
		*)
			[[ ${COMP_WORDS[i-1]} == "=" ]] && continue
			# The command and its own arguments.
			mapfile -t COMPREPLY < <(compgen -f -- "$cur")
			return
			;;
		esac
	done
	if [[ $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "-A -a -C -c -E -e -f -ff -h -n -O -o -P -p
			-q -qq -qqq -r -S -s -T -t -tt -ttt -U -u -V -v -w -X -x -xx -Y -y -yy
			-Z -z --json --live --follow-forks --output --output-separately
			--output-append-mode --attach --trace --signal --status --inject --fault
			--trace-path --string-limit --no-abbrev --syscall-times
			--absolute-timestamps --relative-timestamps --decode-fds
			--decode-pids=comm --const-print-style --strings-in-hex --summary
			--summary-only --summary-sort-by --summary-columns --successful-only
			--failed-only --syscall-number --quiet --user --env --columns --help
			--version" -- "$cur")
	else
		mapfile -t COMPREPLY < <(compgen -c -- "$cur")
	fi
}

complete -F _sctrace sctrace
