# SPDX-License-Identifier: Apache-2.0
"""The main job: peers.json becomes cn=config on a running slapd, and stays as it is once it is right."""

import ldap
import pytest
from cluster import Cluster, add_person, finish_with_writes, wait_entry
from lone import Lone
from slapd import PASSWORD, SUFFIX, wait_until
from test_guards import in_step
from traced import Stopped


def test_three_fresh_servers_become_a_multi_provider_cluster(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 3).form()
    for node in cluster:
        dn = add_person(node.server, f"testuser{node.id}")
        for other in cluster:
            wait_entry(other.server, dn)
    cluster.wait_in_step()
    for node in cluster:
        node.assert_in_step()
        node.server.restart()
        node.assert_in_step()


def test_a_person_reads_in_the_plan_what_will_happen(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 2)
    cluster[0].server.seed()
    before = cluster[0].server.config_writes()
    planned = cluster[0].plan()
    assert planned.returncode == 2, planned.stderr
    assert f"+ peer {cluster[1].server.ldap_uri} (rid 002)" in planned.stdout
    assert "no replication session will restart" in planned.stdout
    assert cluster[0].server.config_writes() == before


@pytest.mark.every_release
def test_damage_by_hand_is_repaired(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 3).form()
    node = cluster[0]
    flag = [name for name in ("olcMultiProvider", "olcMirrorMode")
            if node.server.values(node.server.database_dn(), name)][0]
    wrong = node.syncrepl()[0].replace('credentials=secret', 'credentials=Secret')
    assert wrong != node.syncrepl()[0]
    damages = [
        [(ldap.MOD_DELETE, "olcSyncrepl", node.syncrepl()[1])],
        [(ldap.MOD_REPLACE, "olcSyncrepl", [wrong, node.syncrepl()[1]])],
        [(ldap.MOD_DELETE, flag, None)],
        [(ldap.MOD_ADD, "olcSyncrepl", f"rid=077 provider=ldap://127.0.0.1:9 searchbase={SUFFIX} "
          "retry=\"60 +\" timeout=1 network-timeout=1")],
        [(ldap.MOD_DELETE, "olcDbIndex", None), (ldap.MOD_DELETE, "olcLimits", None)],
    ]
    for damage in damages:
        node.edit(damage)
        assert node.plan().returncode == 2, damage
        node.apply_ok()
        node.assert_in_step()
    dn = add_person(cluster[1].server, "after")
    wait_entry(node.server, dn)
    wait_until(lambda: node.consumers() in (None, [(2, cluster[1].server.ldap_uri),
                                                   (3, cluster[2].server.ldap_uri)]),
               "exactly the declared consumers run")


def test_audit_mode_tells_and_writes_nothing(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 2)
    cluster[0].server.seed()
    del cluster.document["policy"]
    cluster.write()
    before = cluster[0].server.config_writes()
    applied = cluster[0].apply()
    assert applied.returncode == 3
    assert '"mode": "enforce"' in applied.stdout
    assert cluster[0].server.config_writes() == before


def test_what_somebody_changes_back_before_it_is_verified_is_told_as_that(slapd_factory, program):
    """It is no fault of slapd's: the next pass finds drift as ever."""
    node = Lone(slapd_factory, program)
    finish_with_writes(node)
    assert node.server.values(node.dn(), "olcLimits")
    node.server.modify("olcDatabase={0}config,cn=config", [(ldap.MOD_REPLACE, "olcRootPW", PASSWORD)])
    by_hand = node.server.bind("cn=admin,cn=config", PASSWORD)

    def take_away():
        by_hand.modify_s(node.dn(), [(ldap.MOD_DELETE, "olcLimits", None)])
    take_away()
    with Stopped(node, calls="fchmod", when=3) as stopped:  # it notes in its history what it has just written
        assert node.server.values(node.dn(), "olcLimits")
        take_away()
        done = stopped.go_on()
    assert done.returncode == 1, done.stdout + done.stderr
    assert "somebody changed them back: the entry was last written by cn=admin,cn=config at 2" in done.stderr
    node.apply_ok()
    in_step(node)
