# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Completion of syncward(8) for bash; needs no other completion package.

_syncward_commands="run status check init validate topology plan apply adopt verify compare leave heal history doctor pause resume fence"
_syncward_common="--peers --agent-config --ldap-uri --node --state-dir --run-dir --output --verbose --help --version"

# The options that only this command has.
_syncward_options() {
	case $1 in
	init) echo "--suffix --peer" ;;
	validate) echo "--secrets --show --slapd-version" ;;
	plan) echo "--save --release --show-secrets" ;;
	apply) echo "--plan --release --suffix --first-node --empty" ;;
	adopt) echo "--secrets --peer-id --merge" ;;
	verify) echo "--write --timeout" ;;
	compare) echo "--suffix --peer --lag --attributes --record --rate" ;;
	leave) echo "--timeout --despite-readers" ;;
	heal) echo "--suffix --rootdn-password --timeout" ;;
	history) echo "--suffix --attribute --since --conflicts --lag" ;;
	check) echo "--all --warning --critical" ;;
	status) echo "--all --wait --watch" ;;
	doctor) echo "--list" ;;
	pause) echo "--for" ;;
	fence) echo "--after-stop --slapd --timeout" ;;
	esac
}

# Fills COMPREPLY with the words that begin with $1.
_syncward_words() {
	local word
	while read -r word; do
		COMPREPLY+=("$word")
	done < <(compgen -W "$2" -- "$1")
}

# The same for the last item of a list with commas.
_syncward_list() {
	local head=${1%"${1##*,}"} word
	while read -r word; do
		COMPREPLY+=("$head$word")
	done < <(compgen -W "$2" -- "${1##*,}")
}

# Fills COMPREPLY with files (-f) or folders (-d).
_syncward_files() {
	local name
	compopt -o filenames 2>/dev/null
	while read -r name; do
		COMPREPLY+=("$name")
	done < <(compgen "$1" -- "$2")
}

# The value of option $2 of command $1, of which $3 is there; fails when the option takes none.
_syncward_value() {
	case $1:$2 in
	validate:--secrets) return 1 ;;
	adopt:--merge | *:--peers | *:--agent-config | *:--save | *:--plan | *:--rootdn-password | *:--slapd) _syncward_files -f "$3" ;;
	*:--state-dir | *:--run-dir | adopt:--secrets) _syncward_files -d "$3" ;;
	apply:--release | plan:--release) _syncward_list "$3" "G4 G5 G6 G7 G10 G11 G12 G13 left joining access not-understood session-log order role rollout" ;;
	plan:--output) _syncward_words "$3" "text json ldif" ;;
	topology:--output) _syncward_words "$3" "text json dot" ;;
	*:--output) _syncward_words "$3" "text json" ;;
	*:--ldap-uri | *:--node | *:--suffix | *:--peer | *:--slapd-version | *:--peer-id | *:--empty | *:--timeout | *:--since | *:--attribute | *:--for | *:--lag | *:--rate | *:--warning | *:--critical) ;;
	*) return 1 ;;
	esac
}

_syncward() {
	local current=${COMP_WORDS[COMP_CWORD]} before command=${COMP_WORDS[1]}

	COMPREPLY=()
	if ((COMP_CWORD == 1)); then
		_syncward_words "$current" "$_syncward_commands --help --version"
		return
	fi
	before=${COMP_WORDS[COMP_CWORD - 1]}
	# Readline takes "--option=value" for three words.
	if [[ $current == "=" ]]; then
		current=
	elif [[ $before == "=" ]]; then
		before=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	_syncward_value "$command" "$before" "$current" && return
	if [[ $current == -* ]]; then
		_syncward_words "$current" "$(_syncward_options "$command") $_syncward_common"
	elif [[ $command == validate || $command == topology ]]; then
		_syncward_files -f "$current"
	fi
}

complete -F _syncward syncward
