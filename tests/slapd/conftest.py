# SPDX-License-Identifier: Apache-2.0
"""Fixtures for tests against real slapd servers; each runs once for every OpenLDAP release.

SYNCWARD_SLAPD_VERSIONS="2.5" narrows the releases, SYNCWARD_PROGRAM names the program to test.
"""

import os
import subprocess

import pytest
from lone import Lone
from netns import Network
from releases import release, versions
from slapd_farm import SlapdFarm

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def pytest_generate_tests(metafunc):
    if "slapd_release" in metafunc.fixturenames:
        every = versions()
        chosen = ["2.5" if "2.5" in every else every[-1]] if metafunc.definition.get_closest_marker("one_release") else every
        metafunc.parametrize("slapd_release", chosen, indirect=True)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    if call.when == "call":
        item.has_failed = outcome.get_result().failed


@pytest.fixture
def slapd_release(request):
    """The OpenLDAP release of this run of the test."""
    try:
        return release(request.param)
    except (OSError, RuntimeError, subprocess.CalledProcessError) as error:
        pytest.exit(f"OpenLDAP {request.param} cannot be had: {error}", returncode=3)


@pytest.fixture
def slapd_factory(slapd_release, request):
    """Makes servers (see SlapdFarm); afterwards none is left, and none may have died on its own."""
    farm = SlapdFarm(slapd_release)
    yield farm
    if getattr(request.node, "has_failed", False):
        for server in farm.servers:
            print(f"--- the end of the log of {server}\n{server.log_tail()}")
    problems = farm.close()
    if problems:
        pytest.fail("\n".join(problems), pytrace=False)


@pytest.fixture
def node(slapd_factory, program):
    """One server of a cluster, in step; what most tests of the daemon start from."""
    made = Lone(slapd_factory, program)
    made.apply_ok()
    return made


@pytest.fixture
def network():
    """A network of its own, whose hosts servers and commands can run on."""
    with Network() as made:
        yield made


@pytest.fixture(scope="session")
def program():
    """The path of the program under test."""
    path = os.environ.get("SYNCWARD_PROGRAM", os.path.join(TOP, "build", "syncward"))
    if not os.path.exists(path):
        pytest.exit(f"{path} does not exist: run make first", returncode=2)
    return os.path.abspath(path)


@pytest.fixture
def syncward(program):
    """Runs the program with the arguments given; returns the completed process with text output."""
    def run(*arguments, **options):
        options = {"text": True, "capture_output": True, "timeout": 120, "check": False, **options}
        return subprocess.run([program, *map(str, arguments)], stdin=subprocess.DEVNULL, **options)
    return run
