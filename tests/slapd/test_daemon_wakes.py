# SPDX-License-Identifier: Apache-2.0
"""However things stand, a daemon does not spin: passes that nobody's change causes follow each other slowly, while what
somebody changes is repaired at once."""

import contextlib
import itertools
import json
import os
import signal
import socket
import threading
import time

import ldap
import pytest
import traced
from cluster import Cluster
from daemon import Daemon
from own_time import OwnTime
from slapd import wait_until

pytestmark = pytest.mark.one_release
SPIN_SEC = 3


@contextlib.contextmanager
def few_passes(daemon, most=None):
    """Inside, no more passes are made than that, or than ten and one a second."""
    began, before = time.monotonic(), daemon.last_pass()[0]
    yield
    n_passes, seconds = daemon.last_pass()[0] - before, time.monotonic() - began
    print(f"{n_passes} passes in {seconds:.1f} s")
    assert n_passes <= (most or 10 + seconds + 3), f"{n_passes} passes in {seconds:.1f} s: {daemon.lines}"


def limits(node):
    return node.server.values(node.server.database_dn(), "olcLimits")


def repaired(node):
    """Somebody's change of something that nobody contests is undone long before the interval is over."""
    node.edit([(ldap.MOD_DELETE, "olcLimits", None)])
    wait_until(lambda: limits(node), "the limits are back")


def watching(node, daemon):
    wait_until(lambda: daemon.sees(node.server.config_dir), "it watches slapd.d")
    daemon.wait_at_rest()


def test_another_peers_json_ends_a_contest(node):
    with Daemon(node) as daemon:
        watching(node, daemon)
        for n in (1, 2, 3):
            repaired(node)
            daemon.wait_for("correction-applied", n)
        daemon.wait_for("contested")
        daemon.wait_at_rest()
        with few_passes(daemon, most=4):
            node.document["policy"]["comment"] = "another one"
            node.write()
            daemon.wait_for("desired-loaded", 2)
            time.sleep(SPIN_SEC)  # it is what happens meanwhile that counts
        repaired(node)


@contextlib.contextmanager
def state_open_to_others(node):
    os.chmod(node.state_dir, 0o777)
    yield
    os.chmod(node.state_dir, 0o700)


OUR_NAMES = sorted({socket.gethostname(), socket.getfqdn()})


@contextlib.contextmanager
def two_peers_match(node):
    node.document["peers"][1]["names"] = OUR_NAMES
    node.write()
    yield
    del node.document["peers"][1]["names"]
    node.write()


def by_its_name(node):
    """A daemon that finds itself by the host's name."""
    daemon = Daemon(node)
    at = daemon.command.index("--node")
    del daemon.command[at:at + 2]
    return daemon


@pytest.mark.parametrize("trouble, begins, ends", [
    (state_open_to_others, "state-trouble", "state-mended"), (two_peers_match, "desired-refused", "desired-loaded")])
def test_slapd_goes_while_passes_end_before_they_ask_it(node, trouble, begins, ends):
    """Its connection is at its end from then on, and nobody reads that."""
    node.document["peers"][0]["names"] = OUR_NAMES
    node.write()
    with by_its_name(node) as daemon:
        watching(node, daemon)
        with trouble(node):
            daemon.reload()
            daemon.wait_for(begins)
            with few_passes(daemon, most=5):
                node.server.restart()
                time.sleep(SPIN_SEC)
            told = len(daemon.events(ends))
        daemon.reload()
        daemon.wait_for(ends, told + 1)
        watching(node, daemon)
        repaired(node)


def test_a_peer_hangs_while_it_is_asked_again(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 2, modules=("syncprov",)).form_by_hand()
    node, peer = cluster
    cluster.document["databases"][0]["syncrepl"].update({"timeout": 3, "network-timeout": 3})
    cluster.write()
    with Daemon(node) as daemon:
        watching(node, daemon)
        wait_until(daemon.has_asked_all, "the first round")
        with few_passes(daemon), peer.server.frozen():
            daemon.reload()
            repaired(node)
            wait_until(lambda: [line for line in daemon.lines if "link-down" in line] or None, "it is told", 60)


@contextlib.contextmanager
def again_and_again(what):
    """Somebody does that twenty times a second."""
    end = threading.Event()

    def run():
        while not end.wait(0.05):
            what()
    with contextlib.ExitStack() as stack:
        stack.callback(lambda: (end.set(), thread.join()))
        thread = threading.Thread(target=run)
        thread.start()
        yield


def reloads(_, daemon):
    return daemon.reload


def secret_in_two_modes(node, _):
    """What is refused in one moment is not in the next."""
    modes = itertools.cycle((0o644, 0o600))
    return lambda: os.chmod(node.secret_file, next(modes))


def peers_json_by_halves(node, _):
    with open(node.peers_file, encoding="utf-8") as file:
        text = file.read()

    def write():
        with open(node.peers_file, "w", encoding="utf-8") as file:
            file.write(text[:100])
            file.flush()
            file.write(text[100:])
    return write


@pytest.mark.parametrize("disturbance", [reloads, secret_in_two_modes, peers_json_by_halves])
def test_somebody_does_the_same_without_end(node, disturbance):
    """No credit is used up that a foreign change needs afterwards."""
    with Daemon(node) as daemon:
        watching(node, daemon)
        with few_passes(daemon), again_and_again(disturbance(node, daemon)):
            time.sleep(4)
        own = OwnTime(daemon.pid)
        repaired(node)
        assert own.seconds() < 5, daemon.lines


def test_a_connection_that_slapd_closes_for_its_idleness_is_no_loss(node):
    """Neither told nor waited for: the next pass has another one."""
    node.server.modify("cn=config", [(ldap.MOD_REPLACE, "olcIdleTimeout", "1")])
    with Daemon(node) as daemon:
        watching(node, daemon)
        for _ in range(2):
            before = daemon.last_pass()[0]
            wait_until(lambda n=before: daemon.last_pass()[0] > n, "slapd closed it")
            assert daemon.last_pass()[1] == ["answer"]
        assert [name for name, _ in daemon.events()] == ["started", "desired-loaded"], daemon.lines


def settings(node, **keys):
    path = os.path.join(node.folder, "agent.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(keys, file)
    return path


def test_a_daemon_that_cannot_wait_any_more_ends(node):
    """A loop that lost its sources would turn for ever, and systemd would think it well."""
    with Daemon(node) as daemon:
        watching(node, daemon)
        with traced.inject_into(daemon.pid, "epoll_ctl", "error=ENOMEM"):
            daemon.reload()
            assert daemon.process.wait(60) == 1
        daemon.stop = lambda *_: 0
        wait_until(lambda: any("the event loop broke" in line for line in daemon.lines), "it says why")


def test_what_cannot_be_watched_is_told_and_found_by_the_timer(node):
    prefix = ["strace", "-f", "-o", "/dev/null", "-e", "trace=inotify_add_watch",
              "-e", "inject=inotify_add_watch:error=ENOSPC"]
    with Daemon(node, "--agent-config", settings(node, interval=5), prefix=prefix, env=traced.environment()) as daemon:
        told = daemon.wait_for("state-trouble")
        assert f"{node.server.config_dir} cannot be watched" in told and "within 5 s" in told
        repaired(node)
        found = node.run("doctor", "--agent-config", settings(node, interval=5)).stdout
        assert "the daemon says: " in found and "cannot be watched" in found, found
        # strace hands no signal on to what it runs.
        [child] = daemon.children()
        os.kill(int(child), signal.SIGTERM)
        assert daemon.process.wait(30) == 0
        daemon.stop = lambda *_: 0
