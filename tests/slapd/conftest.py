# SPDX-License-Identifier: Apache-2.0
"""Fixtures for tests against real slapd servers.

A test runs on one OpenLDAP release, which its name chooses, or the newest (@pytest.mark.newest_release); in `make check-long`, or when it is about a release
(@pytest.mark.every_release), on all, or with --turns on all but one, which the commit chooses. SYNCWARD_SLAPD_VERSIONS="2.5" names those that each test runs on instead;
what an earlier release does not do (@pytest.mark.since("2.5")) never runs on it.
SYNCWARD_PROGRAM names the program to test (tests/conftest.py: which tests have another build of it).
"""

import os
import subprocess

import pytest
import remedies
from lone import Lone
from lots import commit, lot
from netns import Network
from releases import is_every_wanted, name_without, release, usual_version, version_of, versions
from slapd_farm import SlapdFarm

try:
    from xdist.scheduler import LoadScheduling
except ImportError:  # nobody who runs one test needs it
    LoadScheduling = object

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CHUNK = 4  # neighbours share what is made for a file
# Files with tests of twenty seconds and more, as `make check` tells them at its end.
LONGEST = ("test_fleet", "test_restart_safety", "test_property", "test_joining_killed", "test_joining_together", "test_joining_lost",
           "test_daemon_rotation", "test_daemon_links", "test_daemon_copies", "test_oracle", "test_sim_model", "test_playbook",
           "test_away", "test_heal", "test_fence", "test_scene", "test_tls_renewal", "test_daemon_days", "test_order")


def pytest_generate_tests(metafunc):
    if "slapd_release" in metafunc.fixturenames:
        is_one = metafunc.definition.get_closest_marker("one_release")
        metafunc.parametrize("slapd_release", [usual_version()] if is_one else versions(), indirect=True)


def usable(item):
    """The releases that do what the test is about."""
    since = item.get_closest_marker("since")
    return [one for one in versions() if not since or one >= since.args[0]]


def can_run(item):
    """False for the runs of a test on other releases."""
    return not version_of(item) or version_of(item) in usable(item)


def runs(item, has_turns):
    """False for the runs of a test on the releases that its name did not choose. Where commits take turns those that run on
    every release leave out one, but for those that take turns themselves."""
    version = version_of(item)
    if not version or item.get_closest_marker("one_release"):
        return True
    if item.get_closest_marker("every_release"):
        is_whole = not has_turns or item.get_closest_marker("turns") or len(versions()) < 2
        return is_whole or version != lot(f"{commit()} {name_without(item.nodeid, version)}", versions())
    if item.get_closest_marker("newest_release"):
        return version == versions()[-1]
    return version == lot(name_without(item.nodeid, version), usable(item))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """Leaves to check-long the runs on the releases that the names of tests did not choose."""
    is_every = is_every_wanted(os.environ)
    left = [item for item in items if not can_run(item) or not (is_every or runs(item, config.getoption("--turns")))]
    if left:
        config.hook.pytest_deselected(items=left)
        kept = set(items) - set(left)
        items[:] = [item for item in items if item in kept]

    # The longest first, so that none is left to one worker when the others are done. A stable sort.
    items.sort(key=lambda item: not item.path.name.startswith(LONGEST))


class ShortChunks(LoadScheduling):
    """Gives a worker a few tests at a time: with a twentieth of all, as is usual, the last one works alone for minutes."""

    def _send_tests(self, node, num):
        super()._send_tests(node, min(num, CHUNK))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return ShortChunks(config, log)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    if call.when == "call":
        item.has_failed = outcome.get_result().failed


@pytest.fixture(autouse=True)
def remedies_are_done(request):
    """A test that bears @pytest.mark.remedy(CODE, ...) did what those rows print."""
    remedies.done.clear()
    yield
    wanted = {code for mark in request.node.iter_markers("remedy") for code in mark.args}
    if not getattr(request.node, "has_failed", False) and wanted - remedies.done:
        pytest.fail(f"not done as it is printed: {', '.join(sorted(wanted - remedies.done))}", pytrace=False)


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


@pytest.fixture
def program():
    """The path of the program under test."""
    path = os.environ["SYNCWARD_PROGRAM"]
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
