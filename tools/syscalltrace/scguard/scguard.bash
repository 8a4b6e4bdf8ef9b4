# SPDX-License-Identifier: GPL-2.0-only
# Completion of scguard for bash.

_scguard()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} i

	COMPREPLY=()
	# Behind the command its own completion goes on.
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		-p|--policy|--learn|--audit)
			((i++))
			[[ ${COMP_WORDS[i]} != = ]] || ((i++))
			;;
		-*|=)
			;;
		*)
			if declare -F _command_offset > /dev/null; then
				_command_offset "$i"
			fi
			return
			;;
		esac
	done
	case $prev in
	-p|--policy|--learn|--audit|=)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		compopt -o filenames
		return
		;;
	esac
	if [[ $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "-p --policy= --check --learn= --audit= --ask
			--ask= --help --version" -- "$cur")
		[[ ${COMPREPLY[0]} != *= ]] || compopt -o nospace
	else
		mapfile -t COMPREPLY < <(compgen -c -- "$cur")
	fi
}

complete -F _scguard scguard
