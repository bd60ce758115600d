# SPDX-License-Identifier: Apache-2.0
"""Fixtures for tests on booted machines. `site` is one; how often a test runs, its marks say.

SYNCWARD_SYSTEMD="252 257" leaves out other releases: `make check` has systemd 252 and one of the two others.
"""

import os

import pytest
from booted import Site


def pytest_configure(config):
    config.addinivalue_line("markers", "every_systemd: runs with systemd 247, 252 and 257, not with 252 alone")
    config.addinivalue_line("markers", "systemd(version...): runs with these")


def pytest_generate_tests(metafunc):
    if "systemd" in metafunc.fixturenames:
        named = metafunc.definition.get_closest_marker("systemd")
        every = metafunc.definition.get_closest_marker("every_systemd")
        versions = named.args if named else ("252", "257", "247") if every else ("252",)
        wanted = os.environ.get("SYNCWARD_SYSTEMD", "252 257 247").split()
        metafunc.parametrize("systemd", [version for version in versions if version in wanted], scope="module")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    if call.when == "call":
        item.has_failed = outcome.get_result().failed


@pytest.fixture
def site(systemd, request):
    """A booted machine with slapd and syncward; afterwards it is powered off and nothing of it is left."""
    machine = Site(systemd)
    try:
        yield machine
        if getattr(request.node, "has_failed", False):
            print(machine.describe_failure())
    finally:
        machine.close()
