# SPDX-License-Identifier: Apache-2.0
"""What all Python tests share: tests/lib can be imported, a leak of GnuTLS is none of ours, whoever fails says how to be run
alone, and which build of the program a test has.

SYNCWARD_PROGRAM_ELSEWHERE, if it is there, is the build for all releases of slapd but the usual one; with --turns also for
those tests on that one whose turn it is not. In `make check` this keeps sanitizers for a share of the tests: they make a
command take four times as long, most of it at its start.
"""

import collections
import os
import sys

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
os.environ.setdefault("LSAN_OPTIONS", "print_suppressions=0:suppressions=" + os.path.join(
    os.path.dirname(os.path.abspath(__file__)), "lib", "lsan.supp"))

import alone  # noqa: E402 pylint: disable=wrong-import-position
import lots  # noqa: E402 pylint: disable=wrong-import-position
from releases import usual_version, version_of  # noqa: E402 pylint: disable=wrong-import-position

PROGRAM = os.environ.get("SYNCWARD_PROGRAM", os.path.join(lots.TOP, "build", "syncward"))
PROGRAM_ELSEWHERE = os.environ.get("SYNCWARD_PROGRAM_ELSEWHERE", PROGRAM)
PROGRAM_SHARE = 3  # one in so many


def pytest_addoption(parser):
    parser.addoption("--turns", action="store_true",
                     help="of the neighbours that are marked turns(N) take one in N, which the commit chooses")


@pytest.hookimpl(hookwrapper=True)
def pytest_collection_modifyitems(config, items):
    yield  # what is left to other releases is no neighbour
    if not config.getoption("--turns"):
        return
    seen, left = collections.Counter(), set()
    for item in sorted(items, key=lambda item: item.nodeid):
        mark = item.get_closest_marker("turns")
        if mark:
            family = (item.path, mark.args)
            if not lots.has_its_turn(seen[family], mark.args[0], lots.commit()):
                left.add(item)
            seen[family] += 1
    config.hook.pytest_deselected(items=list(left))
    items[:] = [item for item in items if item not in left]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    is_usual = version_of(item) in (None, usual_version())
    has_turn = not item.config.getoption("--turns") or lots.draws(item.nodeid, lots.commit(), PROGRAM_SHARE)
    os.environ["SYNCWARD_PROGRAM"] = PROGRAM if is_usual and has_turn else PROGRAM_ELSEWHERE


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    report = (yield).get_result()
    if report.failed:
        report.sections.append(("alone", alone.command(item.nodeid, report.capstdout, os.environ)))
