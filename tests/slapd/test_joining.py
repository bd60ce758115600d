# SPDX-License-Identifier: Apache-2.0
"""An empty node reads first and becomes a provider when it has everything; a wrong database never does."""

import copy
import json
import os
import re
import shutil
import threading
import time

import ldap
import ldap.modlist
import pytest
import remedies
from cluster import Cluster, Node, add_person, apply_until_joined, finish_with_writes
from slapd import SUFFIX, Database, syncrepl, wait_until

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


@pytest.mark.remedy("first-node")
def test_the_first_node_is_declared_by_a_person(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 2)
    node = cluster[0]
    cluster[1].server.stop()
    alone = node.apply()
    assert alone.returncode == 3
    assert alone.stdout.count("held joining") == 1
    remedies.run(node, alone.stdout, "first-node")
    node.server.seed()
    node.assert_in_step()


@pytest.mark.remedy("first-node-empty")
def test_beside_peers_that_refuse_the_first_node_is_believed_only_about_those_that_somebody_looked_at(slapd_factory, program):
    """They have no account of ours: empty, or a password that is wrong at three peers full of data."""
    cluster = Cluster(slapd_factory, program, 3)
    node = cluster[0]
    for held in (node.plan(), node.apply("--first-node")):
        assert held.returncode == 3
        assert "syncward apply --first-node --empty 2,3" in held.stdout
        assert cluster[1].server.ldap_uri in held.stdout and cluster[2].server.ldap_uri in held.stdout
    assert node.server.config_writes() == 0
    one_left = node.apply("--first-node", "--empty", "2").stdout
    assert "syncward apply --first-node --empty 2,3" in one_left
    assert f"whether these peers hold data: {cluster[2].server.ldap_uri}" in one_left
    assert node.apply("--first-node", "--empty", "2,9").returncode == 64
    assert node.apply("--empty", "2").returncode == 64
    remedies.run(node, one_left, "first-node-empty")
    node.server.seed()
    node.assert_in_step()


def test_first_node_is_nothing_that_a_node_with_entries_may_be(slapd_factory, program):
    """It says of an empty node that it begins a cluster; here are entries, which nobody compared with what a silent peer has."""
    cluster = Cluster(slapd_factory, program, 2)
    node = cluster[0]
    node.server.seed()
    with cluster[1].server.frozen():
        held = node.apply("--first-node")
    assert held.returncode == 3 and "was never compared with a peer" in held.stdout, held.stdout + held.stderr
    assert not node.syncrepl() and not is_provider(node)


def test_nobody_can_vouch_for_a_peer_that_shows_data(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 2)
    cluster[1].server.seed()
    refused = cluster[0].apply("--first-node", "--empty", "2")
    assert refused.returncode == 3 and "this is not the first node" in refused.stdout
    assert cluster[0].server.config_writes() == 0


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


@pytest.mark.remedy("release-g10")
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
    assert node.syncrepl() == []  # a link would merge the two
    assert node.server.values("cn=config", "olcServerID") == []  # it waits for the overlay
    again = node.apply()
    assert again.returncode == 3 and "held G10" in again.stdout
    remedies.run(node, again.stdout, "release-g10", statuses=(0, 3))
    finish_with_writes(node, (0, 3), ("--release", "G10"))
    apply_until_joined(node)
    cluster.wait_in_step()
    node.assert_in_step()


@pytest.mark.remedy("database-anew", "database-load")
@pytest.mark.parametrize("code", ["database-anew", "database-load"])
def test_a_database_that_is_not_the_clusters_joins_when_the_printed_words_were_followed(slapd_factory, program, code):
    cluster = Cluster(slapd_factory, program, 2).form()
    node = replace_server(slapd_factory, program, cluster, 1)
    node.server.seed()
    held = node.apply()
    assert held.returncode == 3 and cluster[0].server.ldap_uri in remedies.printed(held.stdout, "database-load")
    remedies.printed(held.stdout, code)
    folder, = node.server.values(node.server.database_dn(), "olcDbDirectory")
    node.server.stop()
    for name in os.listdir(folder):
        os.unlink(os.path.join(folder, name))
    if code == "database-load":
        path = node.server.directory + "/fresh.ldif"
        with open(path, "w", encoding="utf-8") as file:
            file.write(cluster[0].server.tool("cat", "-b", SUFFIX).stdout)
        node.server.tool("add", "-w", "-b", SUFFIX, "-l", path)
    node.server.start()
    for one in ("database-anew", "database-load"):
        remedies.did(one)  # each is one of the runs
    if code == "database-load":
        remedies.run(node, held.stdout, "release-g10", statuses=(0, 3))
    apply_until_joined(node)
    cluster.wait_in_step()
    assert dns(node.server) == dns(cluster[0].server)
    node.assert_in_step()


def test_an_empty_node_reads_no_peer_beside_a_provider_that_somebody_keeps(slapd_factory, program):
    """slapd tries it again within a minute: until then it may fill this copy, and a second provider brings back what is deleted."""
    cluster = Cluster(slapd_factory, program, 2).form()
    node = replace_server(slapd_factory, program, cluster, 1)
    kept = "ldap://127.0.0.1:9"
    cluster.document["policy"]["keep"] = [kept]
    cluster.write()
    node.edit([(ldap.MOD_ADD, "olcSyncrepl", syncrepl(9, kept, retry="60 +", timeout=1, network_timeout=1))])
    held = node.apply()
    assert held.returncode == 3 and f"still reads {kept}" in held.stdout, held.stdout + held.stderr
    assert len(node.syncrepl()) == 1
    assert node.apply("--release", "joining").returncode in (0, 3)
    assert len(node.syncrepl()) == 2
    apply_until_joined(node)
    assert dns(node.server) == dns(cluster[0].server)


@pytest.mark.remedy("suffix-visible")
def test_a_peer_that_hides_its_suffix_entry_is_read_when_it_shows_it(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 3).form()
    peer, node = cluster[0].server, cluster[1]
    node.edit([(ldap.MOD_REPLACE, "olcSyncrepl", [value for value in node.syncrepl() if peer.ldap_uri not in value])])
    shutil.rmtree(node.state_dir)  # it never knew that peer
    peer.modify(peer.database_dn(), [(ldap.MOD_ADD, "olcAccess", [
        f'{{0}}to dn.base="{SUFFIX}" by * none', '{1}to * by * read'])])
    held = node.apply()
    assert "held G10" in held.stdout
    remedies.printed(held.stdout, "suffix-visible")
    peer.modify(peer.database_dn(), [(ldap.MOD_ADD, "olcAccess", (
        f'{{0}}to dn.base="{SUFFIX}" by dn.exact="{cluster.databases[0].replicator}" read by * break'))])
    remedies.did("suffix-visible")
    assert "held G10" not in node.apply().stdout
    assert any(peer.ldap_uri in value for value in node.syncrepl())


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
    cluster[0].apply_ok("--first-node", "--empty", "2,3")
    cluster[0].server.seed()
    apply_until_joined(cluster[1])
    assert dns(cluster[1].server) == dns(cluster[0].server)


def cut_off(node):
    """The node's slapd no longer finds its suffix entry's contextCSN: as in the middle of its first refresh."""
    text = node.server.tool("cat", "-b", SUFFIX).stdout
    node.server.stop()
    path = node.server.directory + "/first.ldif"
    with open(path, "w", encoding="utf-8") as file:
        file.write("".join(line + "\n" for line in text.split("\n\n", 1)[0].splitlines() if not line.startswith("contextCSN")))
    return path


def test_a_peer_in_its_own_refresh_keeps_nobody_from_joining(slapd_factory, program):
    """It has the suffix entry and not yet the account: that it refuses the password says nothing about it."""
    cluster = Cluster(slapd_factory, program, 3)
    cluster[0].server.seed()
    cluster[0].apply_ok()
    path = cut_off(cluster[0])
    cluster[0].server.start()
    half = cluster[2].server
    half.stop()
    half.tool("add", "-b", SUFFIX, "-l", path)
    half.start()
    apply_until_joined(cluster[1])
    assert dns(cluster[1].server) == dns(cluster[0].server)


def cut_refreshes(node, reader):
    """Whoever reads there gets three entries and no end: a refresh that is never complete. Returns how to undo it.

    A persistent search that a limit ends stays in syncprov's list, freed: slapd dies when a connection is closed before
    the end of its last request was noted. Seen in 1 of 100 to 400 such searches on 2.4 and 2.5, of 3000 on 2.6.
    """
    def limit(size):
        node.server.modify(node.server.database_dn(), [(ldap.MOD_REPLACE, "olcLimits", f"dn.exact={reader} size={size}")])
    limit(3)
    return lambda: limit("unlimited")


def let_time_pass(node):
    """What is remembered of a peer that is gone becomes older; where slapd tells what runs that does not matter."""
    path = os.path.join(node.state_dir, "databases.json")
    with open(path, encoding="utf-8") as file:
        document = json.load(file)
    for database in document["databases"]:
        if "source_gone" in database:
            database["source_gone"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 300))
    with open(path, "w", encoding="utf-8") as file:
        json.dump(document, file)


def is_provider(node):
    return bool(node.server.values(node.server.database_dn(), node.server.flag()))


@pytest.mark.newest_release
@pytest.mark.remedy("apply")
def test_an_empty_node_reads_one_peer_until_it_has_everything_of_it(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 3).form()
    load(cluster[0].server, 20)
    cluster.wait_in_step()
    undo = cut_refreshes(cluster[0], cluster.databases[0].replicator)
    node = replace_server(slapd_factory, program, cluster, 1)
    for _ in range(2):
        applied = node.apply()
        assert applied.returncode == 3
        assert [cluster[0].server.ldap_uri in value for value in node.syncrepl()] == [True]
        assert not is_provider(node)
    undo()
    wait_until(lambda: remedies.run(node, applied.stdout, "apply", statuses=(0, 3)).returncode == 0, "it has joined", 30)
    assert len(node.syncrepl()) == 2
    cluster.wait_in_step()
    assert dns(node.server) == dns(cluster[0].server)


@pytest.mark.newest_release
def test_when_the_peer_that_is_read_first_is_gone_another_takes_its_place(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 3).form()
    load(cluster[0].server, 20)
    cluster.wait_in_step()
    undo = cut_refreshes(cluster[0], cluster.databases[0].replicator)
    node = replace_server(slapd_factory, program, cluster, 1)
    assert node.apply().returncode == 3
    wait_until(lambda: len(dns(node.server)) > 1, "a part of the refresh")
    cluster[0].server.stop()
    node.apply()
    let_time_pass(node)
    # From another one it gets everything. With a first change under its new server ID it would bring back what is
    # deleted at the one that is away, which reads it then for the first time: clients wait for that one.
    wait_until(lambda: "everything is here" in node.apply().stdout, "it has everything", 30)
    assert dns(node.server) == dns(cluster[2].server) and not is_provider(node)
    cluster[0].server.start()
    undo()
    apply_until_joined(node)
    cluster.wait_in_step()
    assert dns(node.server) == dns(cluster[2].server) == dns(cluster[0].server)


def test_half_joined_nodes_do_not_prove_each_other_complete(slapd_factory, program):
    """The only one that has everything is away: whoever has a part of it waits, says for what, and a person ends it."""
    cluster = Cluster(slapd_factory, program, 3).form()
    load(cluster[0].server, 20)
    entries = cluster[0].server.tool("cat", "-b", SUFFIX).stdout.split("\n\n")
    cluster[0].server.stop()
    account = next(entry for entry in entries if entry.startswith(f"dn: {cluster.databases[0].replicator}"))
    first = re.sub("(?m)^contextCSN.*\n", "", f"{entries[0]}\n\n{account}\n")
    nodes = []
    for index in (1, 2):
        node = replace_server(slapd_factory, program, cluster, index)
        node.server.stop()
        path = node.server.directory + "/half.ldif"
        with open(path, "w", encoding="utf-8") as file:
            file.write(first)
        node.server.tool("add", "-b", SUFFIX, "-l", path)
        node.server.start()
        node.edit([(ldap.MOD_ADD, "olcSyncrepl", node_value(cluster[0], SUFFIX))])
        nodes.append(node)
    for node in nodes + nodes:
        held = node.apply()
        assert held.returncode == 3, held.stdout + held.stderr
        assert "syncward apply --release joining" in held.stdout
        assert not any(node.server.values(node.server.database_dn(), node.server.flag()))
    cluster[0].server.start()
    for node in nodes:
        apply_until_joined(node)
    cluster.wait_in_step()
    assert dns(nodes[0].server) == dns(nodes[1].server) == dns(cluster[0].server)


def node_value(peer, suffix):
    """How a guide would have a node read the peer."""
    return syncrepl(peer.id, peer.server.ldap_uri, suffix, timeout=1, network_timeout=1)


def in_its_first_refresh(slapd_factory, program):
    """(cluster, an empty node of it that has a part of the entries, what lets it have the rest)."""
    cluster = Cluster(slapd_factory, program, 2).form()
    load(cluster[0].server, 20)
    undo = cut_refreshes(cluster[0], cluster.databases[0].replicator)
    node = replace_server(slapd_factory, program, cluster, 1)
    assert node.apply().returncode == 3
    wait_until(lambda: len(dns(node.server)) > 1, "a part of the refresh")
    return cluster, node, undo


def drop_links(node):
    node.edit([(ldap.MOD_DELETE, "olcSyncrepl", None)])


def drop_memory(node):
    os.unlink(os.path.join(node.state_dir, "databases.json"))
    drop_links(node)


def drop_and_restart(node):
    drop_links(node)
    node.server.restart()


def drop_state_folder(node):
    shutil.rmtree(node.state_dir)
    drop_and_restart(node)


def read_nobody_instead(node):
    """Somebody's guess at what is wrong with it: a link to where nothing is."""
    node.edit([(ldap.MOD_REPLACE, "olcSyncrepl", syncrepl(9, "ldap://127.0.0.1:9", timeout=1, network_timeout=1))])


@pytest.mark.newest_release
@pytest.mark.turns(2)
@pytest.mark.parametrize("take_away", [drop_memory, drop_links, drop_and_restart, drop_state_folder, read_nobody_instead])
def test_taking_the_consumers_and_the_memory_away_does_not_end_joining(slapd_factory, program, take_away):
    cluster, node, undo = in_its_first_refresh(slapd_factory, program)
    take_away(node)
    held = node.apply()
    assert held.returncode == 3 and "has changes that are not here yet" in held.stdout
    assert not is_provider(node)
    undo()
    ends = []
    if take_away is read_nobody_instead and not node.server.release.has_consumer_monitor:
        assert "held G4" in node.apply().stdout, "nothing shows that this link brings nothing"
        ends = ["--release", "G4"]
    wait_until(lambda: node.apply(*ends) and is_provider(node), "it has joined", 120)
    cluster.wait_in_step()
    assert dns(node.server) == dns(cluster[0].server)


@pytest.mark.long  # slapd 2.6.10 may die (signal 11) of a search with sync control that a size limit cuts
@pytest.mark.newest_release
def test_a_flag_that_somebody_sets_during_the_first_refresh_completes_nothing(slapd_factory, program):
    """Clients can write then, which is said; no peer reads from there, and it goes on to the end of the refresh."""
    cluster, node, undo = in_its_first_refresh(slapd_factory, program)
    node.edit([(ldap.MOD_ADD, node.server.flag(), "TRUE")])
    for _ in range(2):
        held = node.apply()
        assert held.returncode == 3 and "somebody set the multi-provider flag" in held.stdout, held.stdout + held.stderr
        assert not any("syncprov" in dn for dn, _ in node.server.search(node.server.database_dn()))
    undo()
    apply_until_joined(node)
    cluster.wait_in_step()
    assert dns(node.server) == dns(cluster[0].server)


@pytest.mark.newest_release
@pytest.mark.remedy("release-joining")
def test_what_cannot_be_proven_any_more_is_released_by_a_person(slapd_factory, program):
    """The only peer that had everything is lost for good; while it can be asked nobody overrules it."""
    cluster = Cluster(slapd_factory, program, 2).form()
    load(cluster[0].server, 20)
    cut_refreshes(cluster[0], cluster.databases[0].replicator)
    node = replace_server(slapd_factory, program, cluster, 1)
    assert node.apply().returncode == 3
    wait_until(lambda: len(dns(node.server)) > 1, "a part of the refresh")
    refused = node.apply("--release", "joining")
    assert refused.returncode == 3 and "this cannot be released" in refused.stdout
    cluster[0].server.stop()
    held = node.apply()
    assert held.returncode == 3 and "syncward apply --release joining" in held.stdout
    remedies.run(node, held.stdout, "release-joining")
    add_person(node.server, "after")
    node.assert_in_step()


def test_copies_that_were_seeded_by_hand_wait_for_a_person_who_names_the_source(slapd_factory, program):
    """slapcat here, slapadd there, no syncprov anywhere: nobody shows a contextCSN."""
    cluster = Cluster(slapd_factory, program, 2)
    cluster[0].server.add_seed()  # with 2.4 seed() leaves a contextCSN
    path = cut_off(cluster[0])
    cluster[0].server.start()
    text = cluster[0].server.tool("cat", "-b", SUFFIX).stdout
    with open(path, "w", encoding="utf-8") as file:
        file.write(re.sub("(?m)^contextCSN.*\n", "", text))
    cluster[1].server.stop()
    cluster[1].server.tool("add", "-b", SUFFIX, "-l", path)
    cluster[1].server.start()
    for node in cluster:
        held = node.apply()
        assert held.returncode == 3 and held.stdout.count("held joining") == 1, held.stdout
    finish_with_writes(cluster[0], words=("--first-node",))
    add_person(cluster[0].server, "after")
    apply_until_joined(cluster[1])
    cluster.wait_in_step()
    assert dns(cluster[0].server) == dns(cluster[1].server)


def test_a_foreign_database_is_read_by_nobody(slapd_factory, program):
    """Its own suffix entry, and an id that nobody used: slapd would merge both."""
    cluster = Cluster(slapd_factory, program, 2).form()
    stranger = slapd_factory(copy.deepcopy(cluster.databases), seed=True)
    add_person(stranger, "stranger")
    node = Node(program, stranger, 3, slapd_factory.folder("third"))
    cluster.nodes.append(node)
    cluster.document["peers"].append({"id": 3, "uri": node.server.ldap_uri})
    cluster.write()
    before = dns(cluster[0].server)
    for member in cluster:
        held = member.apply()
        assert held.returncode == 3 and "held G10" in held.stdout, held.stdout
        assert not any(node.server.ldap_uri in value for value in member.syncrepl())
    assert node.syncrepl() == []
    assert dns(cluster[0].server) == before == dns(cluster[1].server)
