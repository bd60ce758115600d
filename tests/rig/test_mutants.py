# SPDX-License-Identifier: Apache-2.0
"""Which broken rules `make check` tries: each has its turn, and those left out are counted."""

import collections
import importlib.machinery
import importlib.util
import os
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


def test_what_units_catch_is_always_tried_and_a_share_of_the_others(mutants):
    units = [Named(name, "test_error") for name in NAMES]
    others = [Named(name + "-s", "tests/slapd/test_apply.py::test_it") for name in NAMES]
    chosen, left = mutants.choose(units + others, 4, "a commit")
    assert set(units) < set(chosen) and set(chosen) | set(left) == set(units + others)
    assert 70 < len(chosen) - len(units) < 130 and not set(chosen) & set(left)
    assert mutants.choose(units + others, 4, "a commit") == (chosen, left)
    assert mutants.choose(others, 1, "a commit") == (others, [])


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
