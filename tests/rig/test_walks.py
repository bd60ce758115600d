# SPDX-License-Identifier: Apache-2.0
"""The walks of CONTRIBUTING, for who makes a first change: each is a patch that names the same files and works."""

import glob
import os
import re
import shutil
import subprocess

import pytest

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
WALKS = sorted(glob.glob(os.path.join(TOP, "tests/walks/*.patch")))


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def touched(path):
    """The files that a walk's patch changes or makes."""
    return set(re.findall(r"^\+\+\+ b/(\S+)", read(path), re.MULTILINE))


def told(name):
    """The files that CONTRIBUTING names in that walk."""
    section = re.search(rf"^### .*\n\n?`tests/walks/{name}\.patch`(.*?)^(?:### |## )", read(os.path.join(TOP, "CONTRIBUTING.md")),
                        re.MULTILINE | re.DOTALL)
    assert section, f"CONTRIBUTING has no walk of tests/walks/{name}.patch"
    found = re.findall(r"`((?:common|agent|etc|packaging|tests)/[\w./-]+\.\w+)`", section.group(1))
    return {path for path in found if not path.endswith(".py")}


def test_a_walk_applies(tmp_path):
    for path in WALKS:
        for name in touched(path):
            if os.path.exists(os.path.join(TOP, name)):
                os.makedirs(tmp_path / os.path.dirname(name), exist_ok=True)
                shutil.copy(os.path.join(TOP, name), tmp_path / name)
    for path in WALKS:
        subprocess.run(["patch", "-p1", "-s", "--no-backup-if-mismatch", "-i", path], cwd=tmp_path, stdin=subprocess.DEVNULL, check=True)


@pytest.fixture(scope="module", name="tree")
def fixture_tree(tmp_path_factory):
    """A copy of this tree, with what is built, and all walks gone."""
    folder = str(tmp_path_factory.mktemp("walks") / "tree")
    shutil.copytree(TOP, folder, symlinks=True, ignore=shutil.ignore_patterns(".git", "build-*", ".pytest_cache", "__pycache__"))
    for path in WALKS:
        subprocess.run(["patch", "-p1", "-s", "--no-backup-if-mismatch", "-i", path], cwd=folder, stdin=subprocess.DEVNULL, check=True)
    units = sorted(set(re.findall(r"^Test: (test_\w+)$", "".join(map(read, WALKS)), re.MULTILINE)))
    done = subprocess.run(["make", "--no-print-directory", "-s", "-j2", "WERROR=1",
                           "all", *[f"build/unit/{unit}" for unit in units]], cwd=folder, text=True,
                          capture_output=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_there_are_three_walks():
    assert [os.path.basename(path) for path in WALKS] == ["event.patch", "finding.patch", "keyword.patch"]


@pytest.mark.parametrize("path", WALKS, ids=os.path.basename)
def test_a_walk_names_the_files_that_it_changes(path):
    assert told(os.path.basename(path)[:-len(".patch")]) == touched(path) and len(touched(path)) > 3


# A minute of compiling: they change headers that nearly all include.
@pytest.mark.long
@pytest.mark.parametrize("path", WALKS, ids=os.path.basename)
def test_at_its_end_the_tests_that_it_names_pass(path, tree):
    tests = re.findall(r"^Test: (\S+)$", read(path), re.MULTILINE)
    assert len(tests) == 2
    for test in tests:
        command = ["/usr/bin/python3", "-m", "pytest", "-q", test] if ".py" in test else [f"build/unit/{test}"]
        done = subprocess.run(command, cwd=tree, text=True, capture_output=True, check=False,
                              env={**os.environ, "SYNCWARD_PROGRAM": os.path.join(tree, "build/syncward")})
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.long
def test_the_rules_of_the_house_hold_behind_them(tree):
    done = subprocess.run(["tests/check-layers"], cwd=tree, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
