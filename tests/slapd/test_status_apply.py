# SPDX-License-Identifier: Apache-2.0
"""apply does not fight with the daemon: while one runs, the file must be the one that it follows."""

import json
import os
import shutil
import subprocess

import pytest
from daemon import Daemon
from lone import Lone
from slapd import wait_until


@pytest.fixture
def node(slapd_factory, program):
    node = Lone(slapd_factory, program)
    node.apply_ok()
    return node


def apply_with(node, path, command="apply"):
    words = node.command(command)
    words[words.index("--peers") + 1] = path
    return subprocess.run(words, text=True, capture_output=True, timeout=120, check=False)


@pytest.fixture
def other(node):
    """Another file, which would remove a peer."""
    path = os.path.join(node.folder, "other.json")
    with open(node.peers_file, encoding="utf-8") as file:
        document = json.load(file)
    document["peers"].pop()
    with open(path, "w", encoding="utf-8") as file:
        json.dump(document, file)
    return path


def test_another_file_than_the_running_daemons_is_refused(node, other):
    status = os.path.join(node.run_dir, "status.json")
    with Daemon(node) as daemon:
        wait_until(lambda: os.path.exists(status), "it runs")
        writes = node.server.config_writes()
        for command in ("apply", "heal", "leave"):  # with a peer less heal might take the turn
            done = apply_with(node, other, command)
            assert (done.returncode, done.stdout) == (64, "")
            assert f"the daemon (process {daemon.pid}) keeps this node as {node.peers_file} says" in done.stderr
        assert node.server.config_writes() == writes
        assert node.apply().returncode == 0
        link = os.path.join(node.folder, "hard-link.json")
        os.link(node.peers_file, link)
        assert apply_with(node, link).returncode == 0  # the same file by another name


def test_a_daemon_that_is_gone_forbids_nothing(node, other):
    with Daemon(node):
        wait_until(lambda: os.path.exists(os.path.join(node.run_dir, "status.json")), "it runs")
    shutil.copy(os.path.join(node.run_dir, "status.json"), os.path.join(node.folder, "kept"))
    # What it left names a process that lives again under its number: this one.
    with open(os.path.join(node.folder, "kept"), encoding="utf-8") as file:
        left = json.load(file)
    with open(os.path.join(node.run_dir, "status.json"), "w", encoding="utf-8") as file:
        json.dump({**left, "pid": os.getpid()}, file)
    done = apply_with(node, other)
    assert done.returncode == 0, done.stderr
    assert len(node.syncrepl()) == 1
