# SPDX-License-Identifier: Apache-2.0
"""What all Python tests share: tests/lib can be imported, a leak of GnuTLS is none of ours, and whoever fails
says how to be run alone."""

import os
import sys

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
os.environ.setdefault("LSAN_OPTIONS", "print_suppressions=0:suppressions=" + os.path.join(
    os.path.dirname(os.path.abspath(__file__)), "lib", "lsan.supp"))

import alone  # noqa: E402 pylint: disable=wrong-import-position


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    report = (yield).get_result()
    if report.failed:
        report.sections.append(("alone", alone.command(item.nodeid, report.capstdout, os.environ)))
