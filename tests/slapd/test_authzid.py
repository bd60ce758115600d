# SPDX-License-Identifier: Apache-2.0
"""A link with an authzid binds as one and reads as another: it is tried as that one, and that one is the reader."""

import ldap
import pytest
import remedies
from cluster import Cluster, add_person, wait_entry
from slapd import SUFFIX
from test_link_guard import fixture_cluster, fixture_form, holds_of  # noqa: F401 pylint: disable=unused-import

REPLICATOR = f"cn=replicator,{SUFFIX}"
READER = f"cn=reader,{SUFFIX}"


def read_as(cluster: Cluster, authzid):
    cluster.document["databases"][0]["syncrepl"]["authzid"] = authzid
    cluster.write()


@pytest.mark.remedy("readers-named")
def test_a_link_that_may_not_read_as_another_does_not_replace_one_that_works(cluster):
    node, peer = cluster
    values = node.syncrepl()
    for authzid in (f"dn:{READER}", "u:reader"):
        read_as(cluster, authzid)
        if authzid.startswith("u:"):
            refused = node.apply()
            assert refused.returncode == 78, refused.stdout + refused.stderr
            remedies.printed(refused.stderr, "readers-named")
            cluster.document["databases"][0]["readers"] = [READER]
            remedies.did("readers-named")
            cluster.write()
        applied = node.apply()
        assert [hold[0] for hold in holds_of(applied.stdout)] == ["G6"], applied.stdout + applied.stderr
        assert "result 123" in applied.stdout and node.syncrepl() == values
    wait_entry(node.server, add_person(peer.server, "later"))


def test_who_reads_through_the_account_is_the_reader(cluster):
    node, peer = cluster
    for one in cluster:
        one.server.modify("cn=config", [(ldap.MOD_REPLACE, "olcAuthzPolicy", "to")])
    admin = peer.server.admin()
    peer.server.add(READER, {"objectClass": "organizationalRole", "cn": "reader"}, admin)
    admin.modify_s(REPLICATOR, [(ldap.MOD_ADD, "authzTo", f"dn.exact:{READER}".encode())])
    admin.unbind_s()
    cluster.wait_in_step()
    read_as(cluster, f"dn:{READER}")
    node.apply_ok()
    assert f'authzid="dn:{READER}"' in node.syncrepl()[0]
    assert any(READER in value for value in node.server.values(node.server.database_dn(), "olcLimits"))
    wait_entry(node.server, add_person(peer.server, "later"))
