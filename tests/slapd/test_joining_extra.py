# SPDX-License-Identifier: Apache-2.0
"""What was deleted at a cluster does not come back by a node that joins it, nor stay there."""

import pytest
from backups import put_back, saved
from cluster import Cluster, Node, apply_until_joined
from slapd import SUFFIX, Database
from test_joining import is_provider, load
from whole import wait_equal

GONE = f"cn=person3,{SUFFIX}"


def delete(server, dn):
    admin = server.admin()
    admin.delete_s(dn)
    admin.unbind_s()


def with_old_copy(slapd_factory, program, options, context_csn=True):
    """A cluster of two, and a third one under a new server ID with what they held before they deleted an entry."""
    cluster = Cluster(slapd_factory, program, 2, [Database(backend="mdb")]).form()
    load(cluster[0].server, 20)
    cluster.wait_in_step()
    cluster.wait_persistent()
    text = saved(cluster[0].server, context_csn=context_csn)
    delete(cluster[0].server, GONE)
    cluster.wait_in_step()
    node = Node(program, slapd_factory([Database(backend="mdb")]), 3, slapd_factory.folder("copied"))
    put_back(node.server, text, *options)
    cluster.nodes.append(node)
    cluster.document["peers"].append({"id": 3, "uri": node.server.ldap_uri})
    cluster.write()
    return cluster


def join_all(cluster):
    for node in cluster:
        node.apply()
    for node in cluster:
        apply_until_joined(node)
    return wait_equal(cluster)


@pytest.mark.parametrize("options", [(), ("-w",)], ids=["", "w"])
def test_an_old_copy_under_a_new_id_waits_for_one_of_those_who_wrote_it(slapd_factory, program, options):
    """Open at once it had all of them read it anew, and take back what they deleted."""
    cluster = with_old_copy(slapd_factory, program, options)
    for node in cluster.nodes[:2]:
        node.server.stop()
    held = cluster[2].apply()
    assert held.returncode == 3 and "syncward apply --release joining" in held.stdout, held.stdout
    assert not is_provider(cluster[2])
    for node in cluster.nodes[:2]:
        node.server.start()
    assert GONE not in join_all(cluster)
