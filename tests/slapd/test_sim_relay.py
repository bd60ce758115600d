# SPDX-License-Identifier: Apache-2.0
"""What a node loses that begins to read a relay while that refreshes itself: the simulator's model against three slapd that
nobody's agent looks after, connected as a chain."""

import os
import selectors
import socket

import ldap
import pytest
from relay import Relay
from slapd import syncrepl, wait_until
from test_sim_exempted import SUFFIX, bind, has, make, put
from test_sim_model import model_says
from tools import TOP

CASE = os.path.join(TOP, "tests", "sim", "cases", "relay-cut.txt")
NAMES = {"3": "former", "4": "latter", "5": "newest"}
WIDE = 40000  # bytes of an entry, four of them: more than is passed on at once


class Held(Relay):
    """Passes on what the server sends up to an entry, and the rest later."""

    def __init__(self, server):
        super().__init__(server)
        self._text, self._waiting = b"", []

    def hold_behind(self, text):
        self._text = text

    def _pass_on(self, one):
        is_last = one in self._servers and self._text and self._text in one.recv(65536, socket.MSG_PEEK)
        super()._pass_on(one)
        if is_last:
            self._text = b""
            self._selector.unregister(one)
            self._waiting.append(one)

    def let_go(self):
        self._ask(lambda: [self._selector.register(one, selectors.EVENT_READ) for one in self._waiting])


def read(server, *others):
    server.modify(server.database_dn(SUFFIX), [(ldap.MOD_ADD, "olcSyncrepl", [
        syncrepl(int(server_id), other.ldap_uri, SUFFIX, timeout=1, network_timeout=1, retry="1 +") for server_id, other in others])])


def chain_make(servers):
    one, two, three = servers
    one.add_seed(one.databases[0])
    for server in servers:
        bind(server)
    read(two, (1, one))
    wait_until(lambda: two.context_csns(SUFFIX) == one.context_csns(SUFFIX) != set(), "two has everything")
    read(three, (2, two))
    wait_until(lambda: three.context_csns(SUFFIX) == one.context_csns(SUFFIX), "three has everything")
    read(two, (3, three))
    read(one, (2, two))
    for server in servers:
        server.modify(server.database_dn(SUFFIX), [(ldap.MOD_ADD, server.flag(), "TRUE")])
    for number, server in enumerate(servers):
        put(server, f"known{number}")
    wait_until(lambda: len({frozenset(server.context_csns(SUFFIX)) for server in servers}) == 1, "all are in step")


def is_up(server):
    consumer, = server.consumers()
    return consumer.phase == "Persist" and bool(consumer.connection)


@pytest.mark.since("2.5")
def test_who_begins_to_read_a_relay_that_refreshes_lacks_what_came_before(slapd_factory, tmp_path):
    with open(CASE, encoding="utf-8") as file:
        text = file.read()
    _, said = model_says(text, tmp_path / "h.txt")
    _, without = model_says(text, tmp_path / "w.txt", "--without", "fact-newest")
    assert [there.keys() - here.keys() for here, there in zip(said, without)] == 3 * [{"3"}], "the fact does not matter here"
    one, two, three = servers = [make(slapd_factory, str(server_id)) for server_id in (1, 2, 3)]
    with Held(one) as first, Relay(two) as middle, Relay(three) as last:
        chain_make(servers)
        for wire in (first, middle, last):
            wire.cut()
        put(one, "former")
        for number in range(4):
            put(one, f"wide{number}", b"x" * WIDE)
        put(one, "latter")
        put(three, "newest")
        first.hold_behind(b"cn=former,")
        first.heal()
        wait_until(lambda: has(two, "former"), "two refreshes itself")
        assert not has(two, "latter")
        middle.heal()
        wait_until(lambda: is_up(three), "three reads two")
        first.let_go()
        wait_until(lambda: has(three, "latter"), "what comes then arrives")
        last.heal()
        wait_until(lambda: len({frozenset(server.context_csns(SUFFIX)) for server in servers}) == 1, "all are in step")
        for at, server in enumerate(servers):
            assert {name for name, cn in NAMES.items() if has(server, cn)} == said[at].keys() & NAMES.keys(), at + 1
