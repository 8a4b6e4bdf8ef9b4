# SPDX-License-Identifier: GPL-2.0-only
# Completion of screplay for bash.

_screplay()
{
	local cur=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]} i

	COMPREPLY=()
	if ((COMP_CWORD == 1)); then
		mapfile -t COMPREPLY < <(compgen -W "record replay dump --help" -- "$cur")
		return
	fi
	case $command in
	record)
		# Behind the options it is a command line of its own.
		for ((i = 2; i < COMP_CWORD; i++)); do
			case ${COMP_WORDS[i]} in
			-o | --output) ((++i)) ;;
			-*) ;;
			*)
				declare -F _command_offset > /dev/null && _command_offset "$i"
				return
				;;
			esac
		done
		case $cur in
		-*)
			mapfile -t COMPREPLY < <(compgen -W \
				"-o --output --no-tsc --progress --help" -- "$cur")
			;;
		*)
			if [[ ${COMP_WORDS[COMP_CWORD - 1]} == @(-o|--output) ]]; then
				mapfile -t COMPREPLY < <(compgen -f -- "$cur")
			else
				mapfile -t COMPREPLY < <(compgen -c -- "$cur")
			fi
			;;
		esac
		;;
	replay | dump)
		case $cur in
		-*)
			if [[ $command == dump ]]; then
				mapfile -t COMPREPLY < <(compgen -W "--json --help" -- "$cur")
			else
				mapfile -t COMPREPLY < <(compgen -W \
					"-p --print --hold --gdb --progress --help" -- "$cur")
			fi
			;;
		*) mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
		esac
		;;
	esac
}
complete -o filenames -F _screplay screplay
