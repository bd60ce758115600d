# SPDX-License-Identifier: Apache-2.0
"""What all Python tests share: tests/lib can be imported, a leak of GnuTLS is none of ours, and whoever fails
says how to be run alone."""

import collections
import os
import sys

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
os.environ.setdefault("LSAN_OPTIONS", "print_suppressions=0:suppressions=" + os.path.join(
    os.path.dirname(os.path.abspath(__file__)), "lib", "lsan.supp"))

import alone  # noqa: E402 pylint: disable=wrong-import-position
import lots  # noqa: E402 pylint: disable=wrong-import-position


def pytest_addoption(parser):
    parser.addoption("--turns", action="store_true",
                     help="of the neighbours that are marked turns(N) take one in N, which the commit chooses")


@pytest.hookimpl(hookwrapper=True)
def pytest_collection_modifyitems(config, items):
    yield  # what is left to other releases is no neighbour
    if not config.getoption("--turns"):
        return
    seen, left = collections.Counter(), []
    for item in sorted(items, key=lambda item: item.nodeid):
        mark = item.get_closest_marker("turns")
        if mark:
            family = (item.path, mark.args)
            if not lots.has_its_turn(seen[family], mark.args[0], lots.commit()):
                left.append(item)
            seen[family] += 1
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if item not in left]


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    report = (yield).get_result()
    if report.failed:
        report.sections.append(("alone", alone.command(item.nodeid, report.capstdout, os.environ)))
