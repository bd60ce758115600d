# SPDX-License-Identifier: Apache-2.0
"""A link with an authzid binds as one and reads as another: it is tried as that one, and that one is the reader."""

import ldap
import pytest
import remedies
from cluster import Cluster, add_person, wait_entry
from copies import show_count
from slapd import SUFFIX
from test_compare import compare, fixture_pair, found, peer_of  # noqa: F401 pylint: disable=unused-import
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


def let_read_as_another(cluster):
    peer = cluster[1]
    for one in cluster:
        one.server.modify("cn=config", [(ldap.MOD_REPLACE, "olcAuthzPolicy", "to")])
    admin = peer.server.admin()
    peer.server.add(READER, {"objectClass": "organizationalRole", "cn": "reader"}, admin)
    admin.modify_s(REPLICATOR, [(ldap.MOD_ADD, "authzTo", f"dn.exact:{READER}".encode())])
    admin.unbind_s()
    cluster.wait_in_step()


def hide(node, dn):
    """From the reader alone."""
    node.edit([(ldap.MOD_REPLACE, "olcAccess", [
        f'to dn.base="{dn}" by dn.exact="{READER}" none by * read', "to * by * read"])])


def test_compare_reads_as_the_reader_too(pair):
    """Whoever binds sees an entry there that the reader, as which changes come, does not."""
    cluster = pair(n=5)
    let_read_as_another(cluster)
    show_count(cluster[1], name="reader")
    hide(cluster[1], f"cn=p1,{SUFFIX}")
    read_as(cluster, f"dn:{READER}")
    document = compare(cluster[0], "--lag", "0", status=3)
    peer = peer_of(document)
    assert (peer["sees"], peer["entries"]) == ("less", peer["counted"] - 1), peer
    assert f"it shows '{READER}'" in peer["text"] and found(peer) == [("missing-there", f"cn=p1,{SUFFIX}")]


def test_who_reads_through_the_account_is_the_reader(cluster):
    node, peer = cluster
    let_read_as_another(cluster)
    hide(peer, add_person(peer.server, "hidden"))
    read_as(cluster, f"dn:{READER}")
    held = node.apply()
    assert [hold[0] for hold in holds_of(held.stdout)] == ["G6"], held.stdout + held.stderr
    assert f"as 'dn:{READER}' this node would not see what it sees as '{REPLICATOR}'" in held.stdout
    peer.edit([(ldap.MOD_DELETE, "olcAccess", None)])
    node.apply_ok()
    assert f'authzid="dn:{READER}"' in node.syncrepl()[0]
    assert any(READER in value for value in node.server.values(node.server.database_dn(), "olcLimits"))
    wait_entry(node.server, add_person(peer.server, "later"))


def test_a_reader_that_is_shown_only_some_values_does_not_replace_one_that_sees_all(cluster):
    node, peer = cluster
    let_read_as_another(cluster)
    admin = peer.server.admin()
    admin.modify_s(REPLICATOR, [(ldap.MOD_REPLACE, "description", [b"one", b"two"])])
    admin.unbind_s()
    peer.edit([(ldap.MOD_REPLACE, "olcAccess", [
        f'to attrs=description val.regex="^two$" by dn.exact="{READER}" none by * read', "to * by * read"])])
    read_as(cluster, f"dn:{READER}")
    held = node.apply()
    assert [hold[0] for hold in holds_of(held.stdout)] == ["G6"], held.stdout + held.stderr
    assert "values of description of 1 of" in held.stdout and "two" not in held.stdout
    peer.edit([(ldap.MOD_DELETE, "olcAccess", None)])
    node.apply_ok()
    assert f'authzid="dn:{READER}"' in node.syncrepl()[0]
