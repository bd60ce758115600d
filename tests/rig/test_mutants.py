# SPDX-License-Identifier: Apache-2.0
"""Which broken rules `make check` tries: each has its turn, and those left out are counted. And what is a verdict."""

import collections
import importlib.machinery
import importlib.util
import os
import signal
import subprocess
import sys

import pytest

RUN = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "mutants/run")
Named = collections.namedtuple("Named", "name test")
NAMES = [f"a-rule-{i}" for i in range(400)]


@pytest.fixture(scope="module", name="mutants")
def fixture_mutants():
    """tests/mutants/run as a module."""
    sys.dont_write_bytecode = True
    spec = importlib.util.spec_from_loader("mutants_run", importlib.machinery.SourceFileLoader("mutants_run", RUN))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_share_of_what_units_catch_is_tried_and_one_of_what_needs_servers(mutants):
    units = [Named(name, "test_error") for name in NAMES]
    others = [Named(name + "-s", "tests/slapd/test_apply.py::test_it") for name in NAMES]
    chosen, left = mutants.choose(units + others, 4, 2, "a commit")
    assert set(chosen) | set(left) == set(units + others) and not set(chosen) & set(left)
    assert 70 < len(set(chosen) & set(others)) < 130 and 160 < len(set(chosen) & set(units)) < 240
    assert mutants.choose(units + others, 4, 2, "a commit") == (chosen, left)
    assert mutants.choose(units + others, 1, 1, "a commit") == (units + others, [])


def test_commit_after_commit_each_has_its_turn(mutants):
    tried = [{name for name in NAMES if mutants.draws(name, f"commit {i}", 4)} for i in range(40)]
    assert set.union(*tried) == set(NAMES) and tried[0] != tried[1]


def test_a_patch_that_no_longer_applies_is_noticed_though_nobody_tries_it(mutants, tmp_path):
    (tmp_path / "file").write_text("one\ntwo\n", encoding="ascii")
    good, stale = tmp_path / "good.patch", tmp_path / "stale.patch"
    text = "Rule: a rule\nTest: tests/a.py::test_it\n\n--- a/file\n+++ b/file\n@@ -1,2 +1,2 @@\n {}\n-two\n+three\n"
    good.write_text(text.format("one"), encoding="ascii")
    stale.write_text(text.format("zero").replace("-two", "-zwei"), encoding="ascii")
    assert mutants.does_apply(mutants.Mutant(good), tmp_path) is None
    assert "does not apply" in mutants.does_apply(mutants.Mutant(stale), tmp_path)
    assert (tmp_path / "file").read_text(encoding="ascii") == "one\ntwo\n"


@pytest.mark.parametrize("test, is_there", [
    ("test_stamps", True), ("test_stamps it_counts", True), ("test_stamps it_count", False), ("test_stamps it_is_listed_no_more", False),
    ("test_stamp", False), ("tests/slapd/test_a.py", True), ("tests/slapd/test_a.py::test_one", True),
    ("tests/slapd/test_a.py::test_one[2.5-x]", True), ("tests/slapd/test_a.py::test_on", False), ("tests/slapd/test_b.py", False),
    ("tests/slapd/test_a.py -k ONE", True), ("tests/slapd/test_a.py -k 'one and not 2.5'", False),
    ("tests/slapd/test_a.py -k two", False)])
def test_a_test_that_is_no_longer_there_is_noticed_though_nobody_tries_it(mutants, tmp_path, test, is_there):
    (tmp_path / "tests/unit").mkdir(parents=True)
    (tmp_path / "tests/unit/test_stamps.c").write_text(
        "static void it_is_listed_no_more(void **state)\n\t\tSCENE_TEST(\n\t\t\tit_counts),\n", encoding="ascii")
    patch = tmp_path / "rule.patch"
    patch.write_text(f"Rule: a rule\nTest: {test}\n\n--- a/file\n", encoding="ascii")
    said = mutants.Tests(tmp_path, ["tests/slapd/test_a.py::test_one[2.5-x]"]).lacks(mutants.Mutant(patch))
    assert said is None if is_there else test in said


VERDICTS = """
import json
import pathlib
import subprocess
import sys

import pytest

@pytest.fixture
def before():
    raise OSError("the server does not start")

@pytest.fixture
def behind():
    yield
    raise OSError("a process is left")

def test_passes():
    pass

def test_fails(behind):
    assert not "the rule holds"

def test_awaits():
    raise TimeoutError("after 10 s still not: the entry is there")

def test_takes_apart():
    {}["finding"]

def test_misses_a_build():
    subprocess.run([pathlib.Path("build/syncward").resolve()], check=True)

def test_reads_nothing():
    json.loads("")

def test_sets_up_a_server():
    subprocess.run([sys.executable, "-c", "raise SystemExit(1)"], check=True)

def test_cannot_begin(before):
    pass

def test_leaves_something(behind):
    print("FAILED tests/other.py::test_of_another_pytest")
"""


@pytest.mark.parametrize("name, passes", [("test_passes", True), ("test_fails", False), ("test_awaits", False),
                                          ("test_takes_apart", False), ("test_misses_a_build", None),
                                          ("test_reads_nothing", None), ("test_sets_up_a_server", None),
                                          ("test_cannot_begin", None), ("test_leaves_something", None), ("no_such_test", None)])
def test_only_the_test_itself_catches_a_mutant_and_no_fixture(mutants, tmp_path, name, passes):
    (tmp_path / "test_it.py").write_text(VERDICTS, encoding="ascii")
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = -ra -p no:cacheprovider\n", encoding="ascii")
    words = ["test_it.py", "-k", name]
    if passes is None:
        with pytest.raises(mutants.Broken, match="no verdict"):
            mutants.pytest_run(words, tmp_path)
    else:
        assert mutants.pytest_run(words, tmp_path) == passes


DIES = """
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int deep(volatile int n)
{
	volatile char room[4096] = {(char)n};

	return n == 0 ? 0 : deep(n - 1) + room[0];
}

int main(int argc, char **argv)
{
	if (strcmp(argv[1], "reads nowhere") == 0)
		return *(volatile int *)(size_t)(argc - 2);
	if (strcmp(argv[1], "aborts") == 0)
		abort();
	if (strcmp(argv[1], "has no stack left") == 0)
		return deep(1 << 24);
	if (strcmp(argv[1], "its child does") == 0 && fork() == 0)
		abort();
	if (strcmp(argv[1], "is ended") == 0 && fork() == 0)
		return kill(getppid(), SIGABRT);
	if (strcmp(argv[1], "is ended") == 0)
		(void)pause();
	(void)wait(NULL);
	return 1;
}
"""


@pytest.fixture(scope="module", name="dies")
def fixture_dies(tmp_path_factory):
    """A program that dies as it is asked to, built as a mutant is, in a tree's build folder."""
    folder = tmp_path_factory.mktemp("tree")
    (folder / "build").mkdir()
    (folder / "dies.c").write_text(DIES, encoding="ascii")
    subprocess.run(["cc", "-O0", "-o", folder / "build/dies", folder / "dies.c",
                    os.path.join(os.path.dirname(RUN), "crash_note.c")], check=True)
    return folder


@pytest.mark.parametrize("way, status, counts", [
    ("reads nowhere", -signal.SIGSEGV, True), ("aborts", -signal.SIGABRT, True), ("has no stack left", -signal.SIGSEGV, True),
    ("its child does", 1, True), ("is ended", -signal.SIGABRT, False), ("fails", 1, False)])
def test_a_program_that_dies_by_its_own_fault_is_no_catch(mutants, dies, way, status, counts):
    assert mutants.run([dies / "build/dies", way], dies)[0] == status
    dead = mutants.crashed(dies)
    for name in dead:
        (dies / "build" / (name + ".crashed")).unlink()
    assert dead == (["dies"] if counts else [])
    assert (mutants.verdict_on(False, dead, []) or "caught").startswith("crashed: dies died" if counts else "caught")
    assert (mutants.verdict_on(False, dead, ["dies"]) or "caught").startswith("caught" if counts else "unusable: ")


@pytest.mark.parametrize("dead", [[], ["syncward"]])
def test_a_test_that_passes_has_missed_it(mutants, dead):
    assert mutants.verdict_on(True, dead, dead).startswith("missed")


@pytest.mark.parametrize("name, status, output, verdict", [
    ("", 0, "[       OK ] one\n[  PASSED  ] 1 test(s).", True),
    ("", 1, "[  FAILED  ] one\n[  FAILED  ] tests: 1 test(s), listed below:", False),
    ("one", 1, "[  FAILED  ] one\n[       OK ] two", False),
    ("two", 1, "[  FAILED  ] one\n[       OK ] two", True),
    ("one", -11, "[ RUN      ] one\n[  FAILED  ] one\n[ RUN      ] two", False),
    ("", -11, "[ RUN      ] one", "without a verdict"),
    ("one", -11, "[ RUN      ] one", "without a verdict"),
    ("", 127, "error while loading shared libraries", "without a verdict"),
    ("three", 1, "[  FAILED  ] one", "has no test three"),
])
def test_a_unit_program_that_dies_gives_no_verdict(mutants, name, status, output, verdict):
    if isinstance(verdict, str):
        with pytest.raises(mutants.Broken, match=verdict):
            mutants.cmocka_verdict("test_it", name, status, output)
    else:
        assert mutants.cmocka_verdict("test_it", name, status, output) == verdict


def test_a_test_that_does_not_end_catches_nothing(mutants, tmp_path, monkeypatch):
    monkeypatch.setattr(mutants, "SECONDS", 0.2)
    with pytest.raises(mutants.Broken, match="no end after"):
        mutants.run(["sleep", "60"], tmp_path)
