# SPDX-License-Identifier: Apache-2.0
"""`make check` counts what test programs say of themselves."""

import importlib.machinery
import importlib.util
import os
import sys

import pytest

CHECK = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "check")


@pytest.fixture(scope="module")
def check():
    """tests/check as a module."""
    sys.dont_write_bytecode = True
    spec = importlib.util.spec_from_loader("check", importlib.machinery.SourceFileLoader("check", CHECK))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("line, passed, failed, skipped", [
    ("[  PASSED  ] 7 test(s).", 7, 0, 0),
    ("[  FAILED  ] 2 test(s), listed below:", 0, 2, 0),
    ("[       OK ] a_name", 0, 0, 0),
    ("25 passed in 7.79s", 25, 0, 0),
    ("===== 1 failed, 24 passed, 2 skipped in 13.82s =====", 24, 1, 2),
    ("1 failed, 16 passed, 8 errors in 283.24s (0:04:43)", 16, 9, 0),
    ("mutants: 3 passed, 1 failed", 3, 1, 0),
    ("no tests ran in 0.01s", 0, 0, 0),
])
def test_a_closing_line_is_counted(check, line, passed, failed, skipped):
    tally = check.Tally()
    tally.read(line)
    assert (tally.passed, tally.failed, tally.skipped) == (passed, failed, skipped)


def test_the_slowest_tests_and_the_share_of_each_stage_are_told(check, tmp_path):
    report = tmp_path / "times.xml"
    report.write_text('<testsuites><testsuite><testcase classname="slapd.test_a" name="test_one[2.4]" time="3.25"/>'
                      '<testcase classname="test_b" name="test_two" time="11"/></testsuite></testsuites>', encoding="ascii")
    tally = check.Tally()
    tally.read("caught    7.5 s  some-rule: a rule that holds (tests/slapd/test_a.py::test_one)")
    tally.read_times(report)
    tally.read_times(tmp_path / "none.xml")
    assert tally.slowest(2) == ["    11.0  tests/test_b.py::test_two", "     7.5  tests/mutants/run some-rule"]
    assert tally.slowest(9)[2:] == ["     3.2  tests/slapd/test_a.py::test_one[2.4]"]
    assert check.shares({"unit": (25.0, 30.0), "slapd": (75.0, 100.5)}, 100.0) == [
        "    25.0   25.0 %      30.0  unit", "    75.0   75.0 %     100.5  slapd", "   100.0  100.0 %     130.5  together"]


def words(check, long, tree, monkeypatch):
    """All words of all commands of a run at that commit."""
    monkeypatch.setattr(check, "commit", lambda: tree)
    return {word for _, _, commands in check.stages(long) for command in commands for word in command}


def test_what_stages_leave_to_other_commits_has_its_turn_and_check_long_has_all(check, monkeypatch):
    each = [("bullseye", "trixie"), ("SYNCWARD_SYSTEMD=252 247", "SYNCWARD_SYSTEMD=252 257")]
    guest = "--ignore=tests/selinux/test_enforcing.py"
    runs = [words(check, False, f"commit {i}", monkeypatch) for i in range(20)]
    for pair in each:
        assert {tuple(word in run for word in pair) for run in runs} == {(True, False), (False, True)}
    assert {guest in run for run in runs} == {True, False} and all("--turns" in run for run in runs)
    everything = words(check, True, "commit 0", monkeypatch)
    assert {"bullseye", "trixie", "SYNCWARD_SYSTEMD=252 247 257", "HISTORIES=500000"} <= everything
    assert not {guest, "--turns", "--share"} & everything


def test_the_time_of_processors_is_counted(check):
    tally = check.Tally()
    busy = "import time\nwhile time.process_time() < 0.3: pass"
    assert check.run_command([sys.executable, "-c", busy], dict(os.environ), tally)[0] and 0.3 <= tally.cpu_sec < 5


def test_each_run_of_pytest_gives_its_times(check):
    tally = check.Tally()
    command = ["/usr/bin/python3", "-m", "pytest", "-q", "tests/rig/test_tally.py", "-k", "closing_line"]
    assert check.run_command(command, dict(os.environ), tally) == (True, {})
    assert len(tally.slow) == tally.passed == 8
    assert all(name.startswith("tests/rig/test_tally.py::test_a_closing_line_is_counted[") for _, name in tally.slow)


def test_output_that_was_held_back_is_shown_on_failure(check, capsys):
    command = ["sh", "-c", "echo '[       OK ] one'; echo '[  FAILED  ] two'; exit 3"]
    assert check.run_command(command, dict(os.environ), check.Tally()) == (False, {})
    output = capsys.readouterr().out
    assert "[       OK ] one" in output and "[  FAILED  ] two" in output and "exit status 3" in output


def test_a_stage_in_which_no_test_passed_has_looked_at_nothing(check, capsys):
    """But for those whose programs count no tests."""
    one = ["sh", "-c", "echo 'some: 1 passed, 0 failed'"]
    for name, commands, failed in (("unit", [["true"]], ["unit"]), ("unit", [["true"], one], []), ("lint", [["true"]], []),
                                   ("slapd", [["sh", "-c", "echo '3 skipped in 0.1s'"]], ["slapd"])):
        assert check.run_stages([(name, "", commands)], dict(os.environ), check.Tally(), {}) == failed
        assert ("looked at nothing" in capsys.readouterr().out) == bool(failed)
    assert set(check.UNCOUNTED) < {name for name, _, _ in check.stages(False)}


@pytest.mark.parametrize("name, is_reached", [("unit", True), ("build", False)])
def test_failing_stages_are_named_and_end_the_run_where_others_need_them(check, capsys, name, is_reached):
    chosen = [("lint", "", [["true"]]), (name, "", [["false"], ["sh", "-c", "echo the rest"]]),
              ("demo", "", [["sh", "-c", "echo reached"]])]
    seconds = {}
    assert check.run_stages(chosen, dict(os.environ), check.Tally(), seconds) == [name]
    assert list(seconds) == ["lint", name] + (["demo"] if is_reached else [])
    output = capsys.readouterr().out
    assert ("reached" in output) == is_reached and "the rest" not in output
    assert f"check: stage {name} FAILED" in output


def test_stages_that_run_beside_each_other_are_told_one_after_the_other(check, capsys, tmp_path):
    """Each waits here until the other has begun; both count, and one that fails fails alone."""
    meet = "touch {0}/{1}; until [ -e {0}/{2} ]; do sleep 0.01; done; echo {1} one; sleep 0.05; echo '{1}: {3}'; exit {4}"
    chosen = [("lint", "", [["true"]]), ("selinux", "", [["sh", "-c", meet.format(tmp_path, "a", "b", "3 passed, 0 failed", 0)]]),
              ("rpm", "", [["sh", "-c", meet.format(tmp_path, "b", "a", "2 passed, 1 failed", 1)]]), ("demo", "", [["true"]])]
    tally, seconds = check.Tally(), {}
    assert check.run_stages(chosen, dict(os.environ), tally, seconds) == ["rpm"]
    assert list(seconds) == ["lint", "selinux", "rpm", "demo"] and (tally.passed, tally.failed) == (5, 1)
    said = [line for line in capsys.readouterr().out.splitlines() if line]
    assert said[:6] == ["=== lint: ", "=== selinux and rpm at the same time; they are told one after the other",
                        "=== selinux: ", "a one", "a: 3 passed, 0 failed", "=== rpm: "]
    assert said[6:8] == ["b one", "b: 2 passed, 1 failed"] and said[-2:] == ["check: stage rpm FAILED", "=== demo: "]


def test_only_stages_that_are_made_for_it_run_beside_each_other(check):
    names = [[stage[0] for stage in group] for group in check.groups(check.stages(False)) if len(group) > 1]
    assert names == [["simulate", "coverage", "trees"], ["systemd", "fuzz"], ["selinux", "rpm"]]
    assert all(len(group) == 1 for group in check.groups([("selinux", "", []), ("demo", "", []), ("rpm", "", [])]))


@pytest.mark.parametrize("wanted, skipped, is_ci, said", [
    ([], ["systemd"], True, "not for CI"),
    ([], ["unit"], False, "may name"),
    (["sytsemd"], [], False, "no such stage: sytsemd"),
])
def test_a_stage_is_not_left_out_by_mistake(check, wanted, skipped, is_ci, said):
    with pytest.raises(ValueError, match=said):
        check.choose(check.stages(False), wanted, skipped, is_ci)


def test_stages_are_chosen_and_skipped(check):
    known = [("unit", "", []), ("systemd", "", []), ("demo", "", [])]
    assert [stage[0] for stage in check.choose(known, [], ["systemd"], False)] == ["unit", "demo"]
    assert [stage[0] for stage in check.choose(known, ["systemd"], [], True)] == ["systemd"]
    assert check.choose(known, [], [], True) == known


FALLEN_ONCE = """
import pathlib
import pytest

@pytest.mark.parametrize("n", range({n}))
def test_falls(n):
    seen = pathlib.Path({folder!r}, str(n))
    fails = {always} or not seen.exists()
    seen.touch()
    assert not fails
"""


@pytest.mark.parametrize("n, always, is_long, passed, flaky", [
    (3, False, False, 3, 3), (1, True, False, 0, 0), (4, False, False, 0, 0), (1, False, True, 0, 0)])
def test_a_few_that_fall_get_a_second_chance_which_is_told(check, tmp_path, capfd, monkeypatch, n, always, is_long, passed, flaky):
    """Not in check-long, and not when many fall."""
    path = tmp_path / "tests" / "test_fallen.py"
    path.parent.mkdir()
    path.write_text(FALLEN_ONCE.format(n=n, folder=str(tmp_path), always=always), encoding="ascii")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="ascii")
    environment = {name: text for name, text in os.environ.items() if name != "SYNCWARD_LONG" and not name.startswith("PYTEST")}
    if is_long:
        environment["SYNCWARD_LONG"] = "1"
    monkeypatch.setattr(check, "TOP", str(tmp_path))
    tally = check.Tally()
    good = check.run_patiently(["/usr/bin/python3", "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_fallen.py"],
                               environment, tally)
    assert (good, tally.passed, len(tally.flaky)) == (flaky > 0, passed, flaky)
    assert tally.failed == n - passed and capfd.readouterr().out.count("check: FLAKY: tests/test_fallen.py") == flaky
    assert all("seen = pathlib.Path(" in text and "assert not fails" in text for _, text in tally.flaky)


@pytest.mark.parametrize("n, is_ci, fails", [(0, True, False), (1, True, False), (2, True, True), (2, False, False)])
def test_where_ci_is_set_one_may_be_flaky_and_what_it_said_stands_at_the_end(check, n, is_ci, fails):
    tally, failed = check.Tally(), []
    tally.passed = 7
    tally.flaky = [(f"tests/test_a.py::test_{i}", f"what {i}\nsaid") for i in range(n)]
    lines = check.closing(tally, failed, [], is_ci)
    assert failed == (["flaky"] if fails else []) and ("check: FAILED: flaky" in lines) == fails
    assert lines[-1] == f"check: 7 passed, {int(fails)} failed" + (f", {n} FLAKY" if n else "")
    for i in range(n):
        assert f"check: FLAKY: tests/test_a.py::test_{i}" in lines and f"what {i}\nsaid" in lines


def test_what_pytest_said_of_a_test_ends_where_the_next_one_begins(check):
    lines = ["=== FAILURES ===", "____ test_one[2.4] ____", "E  one", "--- Captured stdout ---", "more", "____ Kind.test_two ____",
             "E  two", "=== short test summary info ===", "FAILED tests/a.py::test_one[2.4] - assert",
             "FAILED tests/a.py::Kind::test_two", "2 failed in 1.00s"]
    found = check.fallen_of(lines)
    assert list(found) == ["tests/a.py::test_one[2.4]", "tests/a.py::Kind::test_two"]
    assert found["tests/a.py::test_one[2.4]"].splitlines()[1:] == ["E  one", "--- Captured stdout ---", "more"]
    assert found["tests/a.py::Kind::test_two"].splitlines()[1:] == ["E  two"]
