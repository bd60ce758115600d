# SPDX-License-Identifier: Apache-2.0
"""A test that fails prints the command that runs it alone, as it ran."""

import os
import re
import subprocess

import pytest
from alone import TOP, command


@pytest.mark.parametrize("said, environment, words", [
    ("", {}, ""),
    ("", {"SYNCWARD_PROGRAM": TOP + "/build-x/syncward", "HOME": "/root"}, "SYNCWARD_PROGRAM=build-x/syncward "),
    ("", {"SYNCWARD_SLAPD_VERSIONS": "2.4 2.6", "SYNCWARD_LONG": ""}, "SYNCWARD_SLAPD_VERSIONS='2.4 2.6' "),
    ("a line\nSYNCWARD_SEED=12\n", {"SYNCWARD_SEED": "13"}, "SYNCWARD_SEED=12 "),
    ("", {"SYNCWARD_SEED": "13", "SYNCWARD_LONG": "1"}, "SYNCWARD_LONG=1 SYNCWARD_SEED=13 "),
])
def test_the_command_has_what_decides_about_the_run(said, environment, words):
    made = command("slapd/test_a.py::test_it[2.4-a b]", said, environment)
    assert made == words + "/usr/bin/python3 -m pytest -q 'tests/slapd/test_a.py::test_it[2.4-a b]'"


@pytest.mark.parametrize("options", [[], ["-n", "1"]])
def test_a_failing_test_prints_it_and_it_works(tmp_path, options):
    """In a copy of what all tests share, also where tests run in processes of their own."""
    (tmp_path / "tests").mkdir()
    for name in ("conftest.py", "pytest.ini", "lib"):
        (tmp_path / "tests" / name).symlink_to(os.path.join(TOP, "tests", name))
    (tmp_path / "tests/test_it.py").write_text("def test_good(): pass\ndef test_bad():\n    print('SYNCWARD_SEED=7')\n"
                                               "    assert False\n", encoding="ascii")
    environment = {name: text for name, text in os.environ.items() if not name.startswith(("PYTEST", "SYNCWARD_"))}
    first = subprocess.run(["/usr/bin/python3", "-m", "pytest", "-q", *options, "tests"], cwd=tmp_path, env=environment,
                           text=True, capture_output=True, check=False)
    said = re.findall(r"^.*python3 -m pytest -q .*$", first.stdout, re.MULTILINE)
    assert len(said) == 1 and "SYNCWARD_SEED=7 " in said[0] and said[0].endswith("::test_bad"), first.stdout
    again = subprocess.run(["sh", "-c", said[0]], cwd=tmp_path, env=environment, text=True, capture_output=True, check=False)
    assert re.search(r"^1 failed in ", again.stdout, re.MULTILINE), again.stdout
