# SPDX-License-Identifier: Apache-2.0
"""The harness tells the truth: what the other tests conclude from it holds."""

import os
import signal

import ldap
import pytest
from releases import release, versions
from slapd import SUFFIX, Database, SlapdFailed, syncrepl, wait_until
from slapd_farm import SlapdFarm, processes_with

pytestmark = pytest.mark.every_release

SYNCPROV = Database(overlays=("syncprov",))


def make_pair(slapd_factory):
    """A seeded provider and a consumer of it, as multi-providers."""
    first = slapd_factory([SYNCPROV], seed=True)
    second = slapd_factory([SYNCPROV])
    for i, (server, peer) in enumerate([(first, second), (second, first)], start=1):
        flag = "olcMirrorMode" if server.release.number < (2, 5) else "olcMultiProvider"
        server.modify("cn=config", [(ldap.MOD_REPLACE, "olcServerID", str(i))])
        server.modify(server.database_dn(), [
            (ldap.MOD_ADD, "olcSyncrepl", syncrepl(3 - i, peer.ldap_uri)), (ldap.MOD_ADD, flag, "TRUE")])
    return first, second


def test_two_servers_replicate_both_ways(slapd_factory):
    first, second = make_pair(slapd_factory)
    wait_until(lambda: len(second.entries()) == 2, "the second has the first's entries")
    second.add("cn=b," + SUFFIX, {"objectClass": "organizationalRole", "cn": "b"}, second.admin())
    wait_until(lambda: "cn=b," + SUFFIX in first.entries(), "the first has the second's entry")
    wait_until(lambda: first.context_csns() == second.context_csns(), "both have the same contextCSN")
    assert len(first.context_csns()) == 2


def test_running_consumers_are_listed_where_slapd_can_tell(slapd_factory):
    first, second = make_pair(slapd_factory)
    replicator = first.databases[0].replicator
    wait_until(lambda: first.sessions(replicator), "the second's session at the first")
    assert len(first.tcp_peers()) >= len(first.sessions(replicator)) == 1
    if second.release.number < (2, 5):
        assert second.consumers() is None
        return
    wait_until(lambda: [(c.rid, c.provider, c.phase) for c in second.consumers()]
               == [(1, first.ldap_uri, "Persist")], "the second persists")
    assert second.consumers()[0].database == 2
    second.modify(second.database_dn(), [(ldap.MOD_DELETE, "olcMultiProvider", None),
                                         (ldap.MOD_DELETE, "olcSyncrepl", None)])
    assert second.consumers() == []


def test_writes_to_cn_config_are_counted_and_searches_are_not(slapd_factory):
    server = slapd_factory()
    server.config()
    assert server.config_writes() == 0
    server.modify("cn=config", [(ldap.MOD_REPLACE, "olcIdleTimeout", "0")])
    server.modify(server.database_dn(), [(ldap.MOD_ADD, "olcSizeLimit", "9")])
    assert server.config_writes() == 2


def test_values_come_back_verbatim_also_after_a_restart(slapd_factory):
    value = '{0}rid=007  provider=ldap://127.0.0.1:9 searchbase="%s" credentials="ü\\" retry="5 +"' % SUFFIX
    server = slapd_factory()
    server.modify(server.database_dn(), [(ldap.MOD_ADD, "olcSyncrepl", value)])
    assert server.values(server.database_dn(), "olcSyncrepl") == [value]
    port = server.port
    server.restart()
    assert server.values(server.database_dn(), "olcSyncrepl") == [value]
    assert server.port == port
    assert server.connect().whoami_s() == ""


def test_every_backend_of_the_release_can_be_had(slapd_factory, slapd_release):
    expected = ["hdb", "mdb"] if slapd_release.number < (2, 5) else ["mdb"]
    assert slapd_release.backends == expected
    for backend in expected:
        server = slapd_factory([Database(backend=backend)], seed=True)
        assert backend in server.database_dn()
        assert server.entries().keys() == {SUFFIX, "cn=replicator," + SUFFIX}


def test_a_server_that_refuses_to_start_is_told_with_its_reason(slapd_factory):
    server = slapd_factory(global_attributes={"olcServerID": "1 ldap://192.0.2.1"}, start=False)
    with pytest.raises(SlapdFailed, match="no serverID / URL match found"):
        server.start()
    assert not server.is_running()


def test_a_killed_server_is_noticed_and_nothing_is_left(slapd_release):
    farm = SlapdFarm(slapd_release)
    victim, other = farm(), farm()
    assert len(processes_with(farm.directory)) == 2
    os.kill(victim.process.pid, signal.SIGKILL)
    victim.wait()
    assert victim.has_died() and not other.has_died()
    assert ["died on its own" in problem for problem in farm.close()] == [True]
    assert processes_with(farm.directory) == {}
    assert not os.path.exists(farm.directory)


def test_a_server_killed_on_purpose_can_be_started_again(slapd_factory):
    server = slapd_factory(seed=True)
    assert server.kill() == -signal.SIGKILL
    server.start()
    assert SUFFIX in server.entries()
    # slapd ends with 1 when SIGTERM finds its main thread still waiting for the listeners to be up.
    assert server.stop() == 0 or "listener initialization failed" in server.log_tail()


def test_releases_are_what_they_say():
    for version in versions():
        assert release(version).version == version


def test_a_frozen_server_answers_nobody_and_goes_on_afterwards(slapd_factory):
    server = slapd_factory()
    for _ in range(20):
        connection = server.connect()
        with server.frozen():
            connection.set_option(ldap.OPT_TIMEOUT, 0.02)
            with pytest.raises((ldap.TIMEOUT, ldap.SERVER_DOWN)):
                connection.whoami_s()
    assert server.root.whoami_s()
