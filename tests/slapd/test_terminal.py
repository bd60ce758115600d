# SPDX-License-Identifier: Apache-2.0
"""What a person at a terminal sees besides: colours, the same in every command, and what is waited for."""

import contextlib
import fcntl
import json
import os
import re
import subprocess

import pytest
from daemon import Daemon
from lone import Lone
from slapd import SUFFIX
from terminal import Shown

COLOUR = re.compile(r"\x1b\[(\d*)m")
# What each command is told, to have something to say.
WORDS = {"init": ["--suffix", SUFFIX, "--peer", "ldap://a.example.com", "ldap://b.example.com"],
         "pause": ["a look", "--for", "1h"], "verify": ["--timeout", "2"], "leave": ["--timeout", "0"],
         "heal": ["--timeout", "0"]}
COLOURED = {"status", "topology", "plan", "apply", "verify", "compare", "leave", "heal", "doctor"}
# They print a file, one line for a program, or what has happened.
PLAIN = {"check", "init", "validate", "adopt", "history", "pause", "resume"}
OF_SYSTEMD = {"run", "fence"}
# These ask slapd or take the lock of writers, and others read files only; status --wait says itself what it waits for.
WAITING = {"plan", "apply", "adopt", "verify", "compare", "leave", "heal", "doctor", "pause", "resume"}


def commands(program):
    done = subprocess.run([program, "--help"], capture_output=True, text=True, check=True)
    return re.findall(r"^  ([a-z]+) ", done.stdout, re.MULTILINE)


@pytest.fixture(name="node")
def fixture_node(slapd_factory, program):
    """Peers are away, and one of peers.json's wishes is not fulfilled."""
    node = Lone(slapd_factory, program)
    settings = os.path.join(node.folder, "agent.json")
    with open(os.open(settings, os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
        json.dump({"ldap_timeout": 2}, file)
    plain = node.command
    node.command = lambda *words: [*plain(*words), "--agent-config", settings]
    return node


def command(node, name):
    """The command at that node; some take the file in place of the options."""
    words = [name, *WORDS.get(name, [])]
    return [node.program, *words, node.peers_file] if name in ("topology", "validate") else \
        [node.program, *words] if name == "init" else node.command(*words)


def test_colours_are_alike_and_at_a_terminal_alone(node, program):
    assert set(commands(program)) == COLOURED | PLAIN | OF_SYSTEMD
    node.apply()
    node.document["databases"][0]["syncrepl"]["retry"] = "59 +"
    node.document["policy"]["mode"] = "audit"
    node.write()
    with Daemon(node) as daemon:
        daemon.wait_for("desired-loaded")
        daemon.wait_at_rest()
        without = {**os.environ, "NO_COLOR": "1"}
        looks = {name: [Shown(command(node, name), env={**os.environ, "NO_COLOR": ""}), Shown(command(node, name), env=without),
                        Shown(command(node, name), streams=["stderr"])] for name in sorted(COLOURED - {"leave", "apply", "heal"})}
        for name in ("apply", "heal", "leave"):  # one after the other: they take the lock
            looks[name] = [Shown(command(node, name), **how).end() for how in
                           ({"env": {**os.environ, "NO_COLOR": ""}}, {"env": without}, {"streams": ["stderr"]})]
    for name, shown in looks.items():
        shown = shown if name in ("apply", "heal", "leave") else [one.end() for one in shown]
        coloured, plain, piped = shown
        codes = COLOUR.findall(coloured.terminal)
        assert codes and set(codes) <= {"0", "1", "31", "32", "33"}, (name, coloured.terminal)
        assert codes[1::2] == ["0"] * (len(codes) // 2) and "0" not in codes[::2], (name, "each has its end")
        assert not COLOUR.search(plain.terminal) and not COLOUR.search(piped.others), name
        assert piped.others, name


@contextlib.contextmanager
def lock_held(node):
    """Another process, which is this one, writes."""
    os.makedirs(node.run_dir, exist_ok=True)
    with open(os.path.join(node.run_dir, "lock"), "w", encoding="ascii") as file:
        file.write(f"{os.getpid()}\n")
        file.flush()
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def waited_for(shown):
    return re.findall(r"Waiting [^\r\x1b]*", shown.terminal)


def test_who_waits_sees_for_what_at_a_terminal_alone(node, program):
    """slapd stands still, and the lock is held: every command that a person gives then."""
    with node.server.frozen(), lock_held(node):
        seen = {name: Shown(command(node, name), ["stderr"]) for name in commands(program) if name not in OF_SYSTEMD}
        unseen = {name: Shown(command(node, name), ["stdout"]) for name in WAITING}
        for shown in [*seen.values(), *unseen.values()]:
            shown.end()
    assert {name for name, shown in seen.items() if waited_for(shown)} == WAITING
    for name, shown in seen.items():
        assert waited_for(shown) or shown.seconds < 5, (name, shown.seconds)
        # The line is gone when there is a message, or an end.
        assert re.sub(r"Waiting [^\r\x1b]*\r\x1b\[K", "", shown.terminal).count("Waiting") == 0, (name, shown.terminal)
    assert {name for name, shown in seen.items() if f"process {os.getpid()}, which holds " in shown.terminal} == \
        {"apply", "leave", "heal", "pause", "resume"}
    assert f"slapd at {node.server.ldapi_uri}" in seen["plan"].terminal
    for name, shown in unseen.items():
        assert not waited_for(shown) and "Waiting" not in shown.others, name


def test_who_waits_for_peers_sees_so(node):
    node.apply()
    with node.silent_peers():
        shown = {name: Shown(node.command(name, *WORDS.get(name, [])), ["stderr"]) for name in ("verify", "compare", "doctor")}
        for one in shown.values():
            one.end()
    for name, one in shown.items():
        assert waited_for(one) and "peers" in "".join(waited_for(one)), (name, one.terminal)
