# SPDX-License-Identifier: Apache-2.0
"""Fixtures for tests on booted machines. `site` is one; tests marked every_systemd run on 247, 252 and 257."""

import pytest
from booted import Site


def pytest_configure(config):
    config.addinivalue_line("markers", "every_systemd: runs with systemd 247, 252 and 257, not with 252 alone")


def pytest_generate_tests(metafunc):
    if "systemd" in metafunc.fixturenames:
        every = metafunc.definition.get_closest_marker("every_systemd")
        metafunc.parametrize("systemd", ["252", "257", "247"] if every else ["252"])


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
