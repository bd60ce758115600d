# SPDX-License-Identifier: Apache-2.0
"""What tests/sim does not hold against syncward, seen with two slapd that nobody's agent looks after."""

import selectors
import time

import faketime
import ldap
import pytest
from relay import Relay
from slapd import Database, syncrepl, wait_until

SUFFIX = "o=alone"
INTERVAL_SEC = 4


class Slow(Relay):
    """A network over which what is sent arrives later."""

    def hold(self):
        self._ask(lambda: [self._selector.unregister(one) for one in self._other])

    def let_go(self):
        self._ask(lambda: [self._selector.register(one, selectors.EVENT_READ) for one in self._other])


def make(slapd_factory, server_id=None):
    database = Database(suffix=SUFFIX, backend="mdb", overlays=("syncprov",), attributes={"olcAccess": "to * by * manage"})
    return slapd_factory([database], modules=("syncprov",), global_attributes={"olcServerID": server_id} if server_id else {})


def bind(server):
    server.data = server.bind(server.databases[0].rootdn, server.databases[0].rootpw, server.ldapi_uri)


def dn_of(name):
    return f"cn={name},{SUFFIX}"


def put(server, name, description=b"-"):
    server.data.add_s(dn_of(name), [("objectClass", b"device"), ("cn", name.encode()), ("description", description)])


def has(server, name):
    try:
        return bool(server.data.search_s(dn_of(name), ldap.SCOPE_BASE))
    except ldap.NO_SUCH_OBJECT:
        return False


def describe(server, text):
    server.data.modify_s(dn_of("e"), [(ldap.MOD_REPLACE, "description", text)])


def described(server):
    return server.data.search_s(dn_of("e"), ldap.SCOPE_BASE, None, ["description"])[0][1]["description"]


def read(server, other, **keywords):
    dn = server.database_dn(SUFFIX)
    server.modify(dn, [(ldap.MOD_ADD, "olcSyncrepl", syncrepl(1, other.ldap_uri, SUFFIX, timeout=1, network_timeout=1, **keywords))])


def connect(one, two, **keywords):
    """Two reads all of one, and then one reads two."""
    read(two, one)
    wait_until(lambda: has(two, "e") and two.context_csns(SUFFIX) == one.context_csns(SUFFIX), "two has everything")
    read(one, two, **keywords)
    for server in (one, two):
        server.modify(server.database_dn(SUFFIX), [(ldap.MOD_ADD, server.flag(), "TRUE")])


def await_step(one, two):
    wait_until(lambda: one.context_csns(SUFFIX) == two.context_csns(SUFFIX), "contextCSN is equal")


@pytest.mark.long
@pytest.mark.parametrize("is_known", (False, True))
def test_who_polls_takes_back_what_was_deleted_for_a_server_id_that_it_does_not_know(is_known, slapd_factory):
    """SimCluster.was_anew: entries from before the server ID, else slapd takes a covered one of the lowest ID for old. It goes
    back to where it came from (refreshed_take()), which got the deletion first."""
    one, two = make(slapd_factory), make(slapd_factory, "2")
    one.add_seed(one.databases[0])
    one.modify("cn=config", [(ldap.MOD_ADD, "olcServerID", "1")])
    one.stop()
    one.start()
    bind(one)
    bind(two)
    put(one, "e")
    with Slow(one) as network:
        connect(one, two, type="refreshOnly", interval=f"00:00:00:{INTERVAL_SEC:02}")
        if is_known:
            put(two, "former")
            await_step(one, two)
        network.hold()
        one.data.delete_s(dn_of("e"))
        put(two, "first")
        wait_until(lambda: has(one, "first"), "one polled")
        assert has(one, "e") is not is_known
        network.let_go()
        await_step(one, two)
        time.sleep(INTERVAL_SEC + 1)
        assert (has(one, "e"), has(two, "e")) == (not is_known, not is_known)


@pytest.mark.long
@pytest.mark.parametrize("is_known", (False, True))
def test_whose_connection_breaks_while_a_first_change_is_on_its_way_takes_back_what_it_deleted(is_known, slapd_factory):
    """SimLink.lost_first: it was connected when the other made its first change, and reads all of it anew all the same."""
    one, two = make(slapd_factory), make(slapd_factory, "2")
    one.add_seed(one.databases[0])
    one.modify("cn=config", [(ldap.MOD_ADD, "olcServerID", "1")])
    one.stop()
    one.start()
    bind(one)
    bind(two)
    put(one, "e")
    with Slow(one) as there, Relay(two) as back:
        connect(one, two)
        if is_known:
            put(two, "former")
            await_step(one, two)
        there.hold()
        back.forget()
        one.data.delete_s(dn_of("e"))
        put(two, "first")
        back.drop()
        wait_until(lambda: has(one, "first"), "one is connected again")
        assert has(one, "e") is not is_known
        there.let_go()
        await_step(one, two)
        time.sleep(1)
        assert (has(one, "e"), has(two, "e")) == (not is_known, not is_known)


@pytest.mark.long
@pytest.mark.one_release  # libfaketime is this machine's; 2.6.10 does the same
def test_of_a_clock_that_is_less_than_a_minute_late_each_keeps_its_own_version(slapd_factory):
    """SimRecord.is_tolerated: contextCSN is equal, so nothing short of a comparison of entries tells."""
    one, two = make(slapd_factory, "1"), make(slapd_factory, "2")
    one.add_seed(one.databases[0])
    two.stop()
    two.environment = faketime.environment("-57s")
    two.start()
    bind(one)
    bind(two)
    put(one, "e")
    connect(one, two)
    put(two, "first")
    wait_until(lambda: has(one, "first"), "one reads two")
    describe(one, b"one")
    await_step(one, two)
    describe(two, b"two")
    await_step(one, two)
    time.sleep(2)
    assert (described(one), described(two)) == ([b"one"], [b"two"])
    assert one.context_csns(SUFFIX) == two.context_csns(SUFFIX)
