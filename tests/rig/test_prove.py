# SPDX-License-Identifier: Apache-2.0
"""tests/el/prove, which only a real EL node can run: its checks are there, and it counts."""

import os
import re
import subprocess

import pytest

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROVE = os.path.join(TOP, "tests/el/prove")


@pytest.fixture(name="prove")
def fixture_prove(tmp_path):
    """Runs it where commands say what the test wants: {name: shell text}."""
    def run(*arguments, **stand_ins):
        for name, text in stand_ins.items():
            path = tmp_path / name
            path.write_text("#!/bin/sh\n" + text + "\n")
            path.chmod(0o755)
        done = subprocess.run([PROVE, *arguments], text=True, capture_output=True, check=False, timeout=60,
                              env=dict(os.environ, PATH=f"{tmp_path}:/usr/bin:/bin"))
        return done.returncode, done.stdout, done.stderr
    return run


def test_each_check_is_there_and_in_the_list(prove):
    with open(PROVE, encoding="utf-8") as file:
        written = re.findall(r"^check_(\w+)\(\) \{", file.read(), re.MULTILINE)
    status, listed, _ = prove("--list")
    assert status == 0 and sorted(listed.split()) == sorted(written) and len(written) > 20


def test_it_counts_what_passed_and_what_failed(prove):
    node = {"rpm": "echo 9", "id": "echo 0", "systemctl": "exit 1"}
    assert prove("enforcing", **node, getenforce="echo Enforcing")[:2] == (0, "passed  enforcing\n1 passed, 0 failed\n")
    status, out, _ = prove("enforcing", "group", **node, getenforce="echo Permissive", getent="echo why; exit 2")
    assert status == 1 and out.endswith("0 passed, 2 failed\n"), "what skips says so"


def test_it_runs_on_no_other_machine(prove):
    assert prove(rpm="echo")[0] == 77
    assert prove("nosuch")[0] == 64


def test_the_guide_has_at_most_ten_commands_for_a_real_node():
    with open(os.path.join(TOP, "packaging/man/syncward-operations.7"), encoding="utf-8") as file:
        block = re.search(r"^\.Ss On a real node\n.*?^\.Bd [^\n]*\n(.*?)^\.Ed", file.read(), re.MULTILINE | re.DOTALL).group(1)
    commands = block.splitlines()
    assert len(commands) == 10 and "tests/el/prove" in commands
