# SPDX-License-Identifier: Apache-2.0
"""Both shells complete what --help tells: run for real, in bash and in zsh."""

import os
import pty
import re
import select
import shlex
import subprocess
import time

import pytest
import tools
from test_docs import commands, help_options, output

COMPLETIONS = os.path.join(tools.TOP, "packaging/completions")


def complete_in_bash(lines, folder):
    """For each line (a list of words, the last one unfinished): the candidates."""
    script = f"source {shlex.quote(os.path.join(COMPLETIONS, 'syncward.bash'))}\n"
    for words in lines:
        script += (f"COMP_WORDS=({shlex.join(words)}) COMP_CWORD={len(words) - 1}\n"
                   "_syncward; printf '%s ' \"${COMPREPLY[@]}\"; echo\n")
    done = subprocess.run(["bash", "--norc", "-c", script], cwd=folder, text=True, capture_output=True, check=False,
                          timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    return [set(line.split()) for line in done.stdout.splitlines()]


# What zsh offers is seen where it is added; its line editor needs a terminal.
ZSHRC = r"""
fpath=(%(completions)s $fpath)
autoload -Uz compinit && compinit -u -D
compadd() {
	local -a found
	if [[ ${@[1,(i)(-|--)]} != *-(O|A|D)\ * ]]; then
		builtin compadd -A found "$@"
		print -rn -- "${found[@]} " >>%(found)s
	fi
	builtin compadd "$@"
}
zle-line-init() {
	local line
	for line in %(lines)s; do
		BUFFER=$line CURSOR=$#line
		zle list-choices
		print >>%(found)s
	done
	exit 0
}
zle -N zle-line-init
"""


def complete_in_zsh(lines, folder):
    """The same in zsh, in one shell on a terminal of its own."""
    found = folder / "found"
    (folder / ".zshrc").write_text(ZSHRC % {"completions": shlex.quote(COMPLETIONS), "found": shlex.quote(str(found)),
                                           "lines": shlex.join(" ".join(words) for words in lines)})
    ours, theirs = pty.openpty()
    environment = dict(os.environ, ZDOTDIR=str(folder), TERM="dumb", COLUMNS="200", LINES="100")
    with subprocess.Popen(["zsh", "-o", "no_global_rcs", "-i"], cwd=folder, env=environment, stdin=theirs, stdout=theirs,
                          stderr=theirs, start_new_session=True) as process:
        os.close(theirs)
        end = time.monotonic() + 60
        said = b""
        try:
            while process.poll() is None and time.monotonic() < end:
                if select.select([ours], [], [], 0.1)[0]:
                    said += os.read(ours, 65536)
        except OSError:  # the terminal went with the shell
            pass
        finally:
            os.close(ours)
            if process.poll() is None:
                process.terminate()
    assert found.exists(), said
    return [set(line.split()) for line in found.read_text().splitlines()]


@pytest.fixture(name="complete", params=[complete_in_bash, complete_in_zsh], ids=["bash", "zsh"])
def fixture_complete(request, tmp_path):
    """A function from unfinished lines to candidates."""
    (tmp_path / "peers-here.json").write_text("")
    (tmp_path / "peers-folder").mkdir()

    def complete(*lines):
        found = request.param([line.split(" ") for line in lines], tmp_path)
        assert len(found) == len(lines)
        return found
    return complete


def test_commands_are_offered(complete):
    assert complete("syncward ", "syncward ver") == [set(commands()) | {"--help", "--version"}, {"verify"}]


def test_each_command_offers_its_options(complete):
    found = complete(*(f"syncward {command} --" for command in commands()))
    for command, offered in zip(commands(), found):
        own, common = help_options(command)
        assert {word.rstrip("=") for word in offered} == set(own) | set(common), command


def test_an_option_takes_a_value_where_help_says_so(complete):
    """Behind one that takes none, options are offered again; behind one that does, they are not."""
    asked = [(command, name, value) for command in commands()
             for options in help_options(command) for name, value in options.items() if name != "--help"]
    found = complete(*(f"syncward {command} {name} --" for command, name, _ in asked))
    for (command, name, value), offered in zip(asked, found):
        assert ("--help" in offered) == (not value), (command, name)


def test_guards_are_those_of_help(complete):
    guards = tools.releasable_guards()
    first, second = complete("syncward apply --release ", "syncward apply --release G4,")
    assert first == set(guards)
    assert {word.rpartition(",")[2] for word in second} >= set(guards) - {"G4"}


def test_formats_are_those_of_the_command(complete):
    assert complete("syncward plan --output ", "syncward topology --output ", "syncward check --output ") == [
        {"text", "json", "ldif"}, {"text", "json", "dot"}, {"text", "json"}]


def test_files_and_folders_are_offered_where_they_belong(complete):
    found = complete("syncward validate peers", "syncward plan --peers peers", "syncward run --state-dir peers",
                     "syncward adopt --secrets peers", "syncward validate --secrets peers")
    names = [{word.rstrip("/") for word in offered} for offered in found]
    file, folder = "peers-here.json", "peers-folder"
    assert file in names[0] and file in names[1] and file in names[4]
    assert names[2] == names[3] == {folder}


def test_bash_completes_behind_an_equals_sign(tmp_path):
    """Readline cuts words at it."""
    assert complete_in_bash([["syncward", "apply", "--release", "=", "G1"], ["syncward", "plan", "--output", "="]],
                            tmp_path) == [{"G10", "G11", "G12", "G13"}, {"text", "json", "ldif"}]
