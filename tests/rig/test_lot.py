# SPDX-License-Identifier: Apache-2.0
"""A test against slapd runs on one OpenLDAP release, chosen by its name, unless it is about releases."""

import importlib.util
import os
import re
import subprocess
import types

import pytest
from lots import commit, has_its_turn, lot
from releases import is_every_wanted, name_without

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ALL = ["2.4", "2.5", "2.6"]


def collected(path, **variables):
    """{name of a test without the release: the releases that it would run on}"""
    environment = {name: text for name, text in os.environ.items()
                   if name not in ("SYNCWARD_LONG", "SYNCWARD_SLAPD_VERSIONS") and not name.startswith("PYTEST")}
    done = subprocess.run(["/usr/bin/python3", "-m", "pytest", "-q", "--collect-only", path], cwd=TOP, text=True,
                          env={**environment, **variables}, capture_output=True, check=True)
    found = {}
    for nodeid in re.findall(r"^\S+::.*$", done.stdout, re.MULTILINE):
        for version in ALL:
            if re.search(rf"[\[-]{re.escape(version)}[\]-]", nodeid):
                found.setdefault(name_without(nodeid, version), []).append(version)
                break
    return found


def test_a_name_always_draws_the_same_release():
    drawn = [lot(f"slapd/test_it.py::test_{name}[]", ALL) for name in ("one", "two", "three", "four")]
    assert drawn == ["2.4", "2.6", "2.4", "2.6"]  # on any machine, in any process, with any Python


def test_commits_take_turns():
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=TOP, capture_output=True, text=True, check=False)
    assert commit() == head.stdout.strip() if head.returncode == 0 else commit()


def test_names_spread_over_the_releases():
    drawn = [lot(f"slapd/test_it.py::test_{i}[]", ALL) for i in range(3000)]
    assert all(900 < drawn.count(version) < 1100 for version in ALL)


def test_of_neighbours_one_in_so_many_has_its_turn_and_each_with_some_commit():
    for among in (2, 3):
        taken = [{place for place in range(6) if has_its_turn(place, among, f"commit {i}")} for i in range(30)]
        assert {len(places) for places in taken} == {6 // among}
        assert set().union(*taken) == set(range(6))


def test_who_takes_turns_is_left_out_where_that_is_asked_for():
    whole = collected("tests/slapd/test_away.py", SYNCWARD_SLAPD_VERSIONS="2.5")
    turns = collected("tests/slapd/test_away.py", SYNCWARD_SLAPD_VERSIONS="2.5", PYTEST_ADDOPTS="--turns")
    left = set(whole) - set(turns)
    assert set(turns) < set(whole) and all("killed_in_the_middle" in name for name in left)
    assert len(left) == 2 * sum("killed_in_the_middle" in name for name in turns)


@pytest.mark.parametrize("nodeid, version, name", [
    ("a.py::test_it[2.4]", "2.4", "a.py::test_it[]"),
    ("a.py::test_it[2.6-over 2.6]", "2.6", "a.py::test_it[-over 2.6]"),
    ("a.py::test_it[x-2.5-y]", "2.5", "a.py::test_it[x--y]"),
    ("a.py::test_2.4_things[2.4-12.4]", "2.4", "a.py::test_2.4_things[-12.4]"),
])
def test_the_runs_of_a_test_have_one_name(nodeid, version, name):
    assert name_without(nodeid, version) == name


def test_each_test_runs_somewhere_and_in_check_long_everywhere():
    """On one release, on those it is marked for, or on those that somebody names."""
    usual, long = (collected("tests/slapd", **variables) for variables in ({}, {"SYNCWARD_LONG": "1"}))
    for found in (usual, long):  # of these check-long has more parts, with names of their own
        for name in [name for name in found if re.search(r"test_(restart_safety|property|memory_directory|joining_together|joining_killed|away)\.py", name)]:
            del found[name]
    assert usual.keys() == long.keys() and len(usual) > 400
    spread = [versions[0] for name, versions in usual.items() if len(versions) == 1 and len(long[name]) == 3]
    assert all(len(spread) / 5 < spread.count(version) for version in ALL) and len(spread) > 200
    assert all(len(versions) in (1, 3) or versions in (["2.5", "2.6"], ["2.6"]) for versions in (*usual.values(), *long.values()))
    doubtful = {name for name in usual if "test_disk.py" in name or "test_harness.py" in name}
    assert doubtful and all(usual[name] == ALL for name in doubtful)


def test_whoever_names_releases_gets_each_test_on_each_of_them():
    named = collected("tests/slapd/test_apply.py", SYNCWARD_SLAPD_VERSIONS="2.4 2.6")
    assert named and all(versions == ["2.4", "2.6"] for versions in named.values())
    assert is_every_wanted({"SYNCWARD_LONG": "1"}) and not is_every_wanted({"SYNCWARD_SLAPD_VERSIONS": "", "SYNCWARD_LONG": ""})


def test_the_longest_come_first_and_there_are_such_files():
    with open(os.path.join(TOP, "tests/slapd/conftest.py"), encoding="utf-8") as file:
        longest = re.findall(r'"(test_\w+)"', re.search(r"LONGEST = \((.*?)\)", file.read(), re.DOTALL).group(1))
    files = sorted(name for name in os.listdir(os.path.join(TOP, "tests/slapd")) if name.startswith("test_"))
    assert longest and all(any(name.startswith(start) for name in files) for start in longest)
    order = [name.startswith(tuple(longest)) for name in
             (nodeid.split("::")[0].rsplit("/", 1)[1] for nodeid in ordered("tests/slapd"))]
    assert order == sorted(order, reverse=True) and True in order and False in order


def ordered(path):
    """The tests there in the order in which they are run."""
    done = subprocess.run(["/usr/bin/python3", "-m", "pytest", "-q", "--collect-only", path], cwd=TOP, text=True,
                          capture_output=True, check=True)
    return re.findall(r"^\S+::.*$", done.stdout, re.MULTILINE)


def test_runs_on_the_usual_release_have_the_first_program_and_others_the_other_one(tmp_path):
    """In `make check` the first is the one with sanitizers."""
    build = tmp_path / "build"
    build.mkdir()
    for name in ("first", "elsewhere"):
        (build / name).write_text(f'#!/bin/sh\necho "syncward {name}"\n')
        (build / name).chmod(0o755)
    done = subprocess.run(
        ["/usr/bin/python3", "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/slapd/test_which_program.py", "-s"], cwd=TOP,
        text=True, capture_output=True, check=False,
        env={**os.environ, "SYNCWARD_SLAPD_VERSIONS": " ".join(ALL), "SYNCWARD_PROGRAM": str(build / "first"),
             "SYNCWARD_PROGRAM_ELSEWHERE": str(build / "elsewhere")})
    assert re.findall(r"(2\.\d) has (\w+)", done.stdout) == [("2.4", "elsewhere"), ("2.5", "first"), ("2.6", "elsewhere")]


@pytest.fixture(name="slapd_conftest")
def fixture_slapd_conftest():
    """tests/slapd/conftest.py as a module."""
    spec = importlib.util.spec_from_file_location("slapd_conftest", os.path.join(TOP, "tests/slapd/conftest.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Item:
    """A test of every release as pytest has it."""

    def __init__(self, version, *marks):
        self.nodeid = f"slapd/test_it.py::test_it[{version}]"
        self.callspec = types.SimpleNamespace(params={"slapd_release": version})
        self.marks = ("every_release", *marks)

    def get_closest_marker(self, name):
        return name in self.marks or None


def test_what_runs_on_every_release_leaves_out_one_with_each_commit_and_none_for_ever(slapd_conftest, monkeypatch):
    monkeypatch.setattr(slapd_conftest, "versions", lambda: ALL)
    seen = set()
    for i in range(20):
        monkeypatch.setattr(slapd_conftest, "commit", lambda tree=f"commit {i}": tree)
        seen.add(tuple(version for version in ALL if slapd_conftest.runs(Item(version), True)))
        assert all(slapd_conftest.runs(Item(version), False) for version in ALL)
        assert all(slapd_conftest.runs(Item(version, "turns"), True) for version in ALL), "of these commits choose one in so many"
    assert seen == {("2.4", "2.5"), ("2.4", "2.6"), ("2.5", "2.6")}
