# SPDX-License-Identifier: Apache-2.0
"""Whatever answers at a peer's address, asking it takes little memory and its time, and no more."""

import contextlib
import functools
import itertools
import os
import threading
import time

import pytest
from daemon import Daemon
from hostile import (
    TLS, endless, entry, greets, half, huge, message, peer, result, slow, splinters, tls_alerts, tls_drips, tls_hello, tlv)
from lone import Lone
from probes import UNBOUNDED_SEC, codes, probe
from slapd import syncrepl, wait_until

pytestmark = pytest.mark.one_release
MIB = 1 << 20
# What `make` builds: the program as it is installed.
PLAIN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../build/syncward")


def private_kib(pid):
    """What the process alone has."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError), open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        return sum(int(line.split()[1]) for line in file if line.startswith("Private_"))
    return 0


def children(pid):
    with contextlib.suppress(FileNotFoundError, ProcessLookupError), \
            open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return file.read().split()
    return []


class Watched:
    """The most memory that children of a process had, each and together, while the block ran; of this process
    those of the tools that it runs."""

    def __init__(self, pid=None):
        self._pid, self._end = pid, threading.Event()
        self.each = self.together = 0

    def _pids(self):
        parents = [self._pid] if self._pid else children(os.getpid())
        return [pid for parent in parents for pid in children(parent)]

    def _watch(self):
        while not self._end.wait(0.02):
            sizes = [private_kib(pid) for pid in self._pids()]
            self.each = max([self.each, *sizes])
            self.together = max(self.together, sum(sizes))

    def __enter__(self):
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._end.set()
        self._thread.join(10)


@pytest.mark.parametrize("way, code", [
    (endless, "too-much"), (splinters, None), (huge, None), (slow, "silent"), (greets, None), (half, "silent"),
    (tls_hello, None), (tls_alerts, None), (tls_drips, "silent")])
@pytest.mark.parametrize("depth", ["id", "whole"])
def test_its_answers_are_heard_no_longer_than_is_useful(way, code, depth):
    """That it could not be tested is all that is known of it."""
    with peer(way) as there:
        (found,) = probe(syncrepl(1, there.uri, timeout="2"), depth=depth)
    assert found["duration_msec"] < 1000 * UNBOUNDED_SEC, found
    assert found["verdict"] in ("could-not-test", "refused" if way in (greets, *TLS) else "could-not-test"), found
    assert not code or codes(found) == [code], found


@pytest.mark.parametrize("way, code", [(endless, "too-much"), (half, "silent"), (slow, "silent")])
def test_a_link_over_ldapi_is_bounded_as_well(tmp_path, way, code):
    """There libldap alone connects, which puts the socket on top of what is there."""
    with peer(way, str(tmp_path / "ldapi")) as there:
        (found,) = probe(syncrepl(1, there.uri, timeout="2"), depth="id")
    assert codes(found) == [code] and found["verdict"] == "could-not-test", found


WAYS = (endless, splinters, huge, slow, greets, half, *TLS)


@pytest.mark.parametrize("ways", [WAYS, (endless,), (splinters,), (huge,), (tls_hello,)], ids=lambda ways: ways[-1].__name__)
def test_the_daemon_s_probes_take_little_memory(slapd_factory, program, ways):
    """As many peers as are asked at once, and one more; of the program as it is installed."""
    node = Lone(slapd_factory, program, n_peers=10)
    node.program = PLAIN
    node.document["policy"]["mode"] = "audit"
    with contextlib.ExitStack() as stack:
        for there, way in zip(node.document["peers"][1:], itertools.cycle(ways)):
            there["uri"] = stack.enter_context(peer(way)).uri
        node.write()
        daemon = stack.enter_context(Daemon(node))
        with Watched(daemon.pid) as watched:
            wait_until(lambda: daemon.last_pass()[1] == ["probe"], "the peers were asked", 90)
        assert watched.each < 32 * 1024 and watched.together < 128 * 1024, (watched.each, watched.together)
        assert private_kib(daemon.pid) < 32 * 1024


def schema(number):
    """As much as the schema of a peer with everything has."""
    return message(number, entry(b"y" * 1000)) * 330


@functools.cache
def short_values(number):
    return message(number, tlv(0x64, tlv(4, b"dc=example,dc=org"), tlv(0x30, tlv(
        0x30, tlv(4, b"contextCSN"), tlv(0x31, b"\x04\x01x" * 150000)))))


def once(much):
    """A way of answering: much to the first question, nothing to the others."""
    def say(send, number):
        if number == 2:
            send(much(number))
            time.sleep(0.5)  # until others have sent it, too
        send(message(number, result(0x65)))
    return say


@pytest.mark.parametrize("way", [once(schema), once(short_values)], ids=["schemas", "splinters"])
def test_many_that_say_much_are_all_heard_and_take_little_memory(way, monkeypatch):
    """They wait for each other, and that is not the time of a peer."""
    monkeypatch.setenv("SYNCWARD_PROGRAM", PLAIN)  # sanitizers take memory of their own
    with contextlib.ExitStack() as stack:
        links = [syncrepl(n, "ldap://" + stack.enter_context(peer(way)).address, timeout="4") for n in range(1, 61)]
        watched = stack.enter_context(Watched())
        found = probe(*links, depth="id")
        alone = probe(links[0], depth="id")
    assert [codes(one) for one in found] == [codes(alone[0])] * 60 and "too-much" not in codes(alone[0])
    assert watched.each < 32 * 1024 and watched.together < 128 * 1024, (watched.each, watched.together)


def test_a_worker_has_a_bound_to_its_memory(node):
    """Of the program as it is installed: sanitizers take any address space, and are given it."""
    node.program = PLAIN
    with node.silent_peers(), Daemon(node) as daemon:
        def is_bounded():
            for pid in daemon.children():
                with contextlib.suppress(OSError), open(f"/proc/{pid}/limits", encoding="ascii") as file:
                    [limit] = [line.split()[3] for line in file if line.startswith("Max address space")]
                    if limit.isdigit() and int(limit) < 512 * MIB:
                        return True
            return False
        wait_until(is_bounded, "a worker with a bound")
