# SPDX-License-Identifier: Apache-2.0
"""An empty node reads first and becomes a provider when it has everything; a wrong database never does."""

import copy
import threading

import ldap
import ldap.modlist
import pytest
from cluster import Cluster, Node, add_person, apply_until_joined
from slapd import SUFFIX, Database, wait_until

PEOPLE = 5000


def load(server, n):
    """Adds n entries under the suffix by LDAP, so that they carry the server's ID."""
    connection = server.admin()
    for i in range(n):
        connection.add_s(f"cn=person{i},{SUFFIX}", [("objectClass", [b"organizationalRole"]),
                                                    ("cn", [f"person{i}".encode()])])
    connection.unbind_s()


class Client(threading.Thread):
    """Writes to a server all the time; counts what was refused with 53 and what was accepted."""

    def __init__(self, server):
        super().__init__()
        self.server = server
        self.refused = 0
        self.other = []
        self.accepted = []
        self.is_done = threading.Event()

    def run(self):
        connection = self.server.admin()
        i = 0
        while not self.is_done.wait(0.002):
            i += 1
            dn = f"cn=client{i},{SUFFIX}"
            try:
                connection.add_s(dn, [("objectClass", [b"organizationalRole"]), ("cn", [f"client{i}".encode()])])
                self.accepted.append(dn)
            except ldap.UNWILLING_TO_PERFORM:
                self.refused += 1
            except ldap.LDAPError as error:
                self.other.append(error)
        connection.unbind_s()


def replace_server(slapd_factory, program, cluster, index):
    """Node index loses its machine: a new, empty server with the old server ID, the same for its peers."""
    old = cluster[index]
    old.server.stop()
    server = slapd_factory(copy.deepcopy(cluster.databases), start=False)
    server.port = old.server.port
    server.ldap_uri = old.server.ldap_uri
    server.listeners = [server.ldapi_uri, server.ldap_uri]
    server.start()
    node = Node(program, server, old.id, slapd_factory.folder(f"again{index}"))
    cluster.nodes[index] = node
    cluster.write()
    return node


def dns(server):
    """All entries, as the rootdn sees them: no size limit."""
    connection = server.admin()
    found = connection.search_s(SUFFIX, ldap.SCOPE_SUBTREE, attrlist=["1.1"])
    connection.unbind_s()
    return {dn for dn, _ in found}


def test_an_empty_node_under_a_used_id_loses_nothing_while_a_client_writes_to_it(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 2).form()
    healthy = cluster[0].server
    load(healthy, PEOPLE)
    own = add_person(cluster[1].server, "written-on-two")
    cluster.wait_in_step()
    before = dns(healthy)
    assert own in before and len(before) > PEOPLE

    joining = replace_server(slapd_factory, program, cluster, 1)
    held = joining.apply()
    assert held.returncode == 3, held.stdout + held.stderr
    assert "held joining" in held.stdout
    client = Client(joining.server)
    client.start()
    try:
        apply_until_joined(joining, 60)
        wait_until(lambda: client.accepted, "the joined node takes writes")
    finally:
        client.is_done.set()
        client.join()
    assert client.refused > 0
    assert client.other == []
    cluster.wait_in_step()
    assert dns(healthy) == dns(joining.server) == before | set(client.accepted)
    joining.assert_in_step()


def test_a_node_that_has_joined_prunes_like_any_other(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 2).form()
    node = cluster[1]
    node.edit([(ldap.MOD_ADD, "olcSyncrepl", f"rid=077 provider=ldap://127.0.0.1:9 searchbase={SUFFIX} "
                "retry=\"60 +\" timeout=1 network-timeout=1")])
    node.apply_ok()
    assert len(node.syncrepl()) == 1
    node.assert_in_step()


def test_the_first_node_is_declared_by_a_person(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 2)
    node = cluster[0]
    alone = node.apply()
    assert alone.returncode == 3
    assert alone.stdout.count("syncward apply --first-node") == 1
    with pytest.raises(ldap.UNWILLING_TO_PERFORM):
        node.server.seed()
    node.apply_ok("--first-node")
    node.server.seed()
    node.assert_in_step()


def test_a_first_node_is_refused_when_a_peer_has_data(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 2)
    cluster[0].server.seed()
    cluster[0].apply_ok()
    refused = cluster[1].apply("--first-node")
    assert refused.returncode == 3
    assert "this is not the first node" in refused.stdout
    assert cluster[1].server.config_writes() == 0
    apply_until_joined(cluster[1])
    cluster.wait_in_step()


@pytest.mark.parametrize("how", ["seeded by hand", "restored from an old backup"])
def test_a_database_that_the_cluster_does_not_know_is_held(slapd_factory, program, how):
    cluster = Cluster(slapd_factory, program, 2).form()
    old = cluster[1].server
    backup = old.tool("cat", "-b", SUFFIX).stdout
    newer = add_person(old, "newer")
    cluster.wait_in_step()
    before = dns(cluster[0].server)
    assert newer in before

    node = replace_server(slapd_factory, program, cluster, 1)
    if how == "seeded by hand":
        node.server.seed()
    else:
        node.server.stop()
        path = node.server.directory + "/backup.ldif"
        with open(path, "w", encoding="utf-8") as file:
            file.write(backup)
        node.server.tool("add", "-b", SUFFIX, "-l", path)
        node.server.start()
    held = node.apply()
    assert held.returncode == 3, held.stdout + held.stderr
    assert "held G10" in held.stdout
    assert "syncward apply --release G10" in held.stdout
    config = node.server.config()
    assert not any("syncprov" in dn for dn in config)
    assert not any(name in entry for entry in config.values() for name in ("olcMultiProvider", "olcMirrorMode"))
    assert dns(cluster[0].server) == before
    # Its consumers bring the peer's entries now, which hides what is wrong: it stays held all the same.
    wait_until(lambda: before <= dns(node.server) or how == "seeded by hand", "the refresh")
    again = node.apply()
    assert again.returncode == 3 and "held G10" in again.stdout
    node.apply_ok("--release", "G10")
    node.assert_in_step()


def test_a_suffix_that_access_rules_hide_is_not_taken_for_an_empty_database(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 2, [Database(backend="mdb", attributes={"olcAccess": "to * by * none"})])
    node = cluster[0]
    node.server.seed()
    held = node.apply()
    assert held.returncode == 3, held.stdout + held.stderr
    assert "held joining: dc=example,dc=org cannot be read here: it holds entries" in held.stdout
    assert "syncprov" not in "".join(node.server.config())


def test_an_empty_peer_that_knows_no_account_keeps_nobody_from_joining(slapd_factory, program):
    """It refuses every password; asked first, or before there was any data, it says nothing about ours."""
    cluster = Cluster(slapd_factory, program, 3)
    assert all(node.apply().returncode == 3 for node in cluster)
    cluster[0].apply_ok("--first-node")
    cluster[0].server.seed()
    apply_until_joined(cluster[1])
    assert dns(cluster[1].server) == dns(cluster[0].server)


def test_a_peer_in_its_own_refresh_keeps_nobody_from_joining(slapd_factory, program):
    """It has the suffix entry and not yet the account: that it refuses the password says nothing about it."""
    cluster = Cluster(slapd_factory, program, 3)
    cluster[0].apply_ok("--first-node")
    cluster[0].server.seed()
    suffix = cluster.databases[0].suffix
    admin = cluster[2].server.admin(cluster.databases[0])
    cluster[2].server.add(suffix, {"objectClass": ["dcObject", "organization"], "dc": "example", "o": "half"}, admin)
    admin.unbind_s()
    apply_until_joined(cluster[1])
    assert dns(cluster[1].server) == dns(cluster[0].server)
