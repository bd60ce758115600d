# SPDX-License-Identifier: Apache-2.0
"""A new node takes writes when the peers read from it: whom its first change finds away reads everything anew, and brings
back what is deleted meanwhile."""

import copy

import ldap
import pytest
from cluster import Cluster, add_person, apply_until_joined
from whole import wait_equal, whole
from slapd import PASSWORD, SUFFIX, Database, syncrepl, wait_until
from test_joining import is_provider
from test_joining_lost import release_line, run_line


def join_unread(slapd_factory, program):
    """The second node has everything, and the first one does not know of it yet."""
    cluster = Cluster(slapd_factory, program, 2, [Database(backend="mdb")])
    first, node = cluster
    first.server.seed()
    first.write({**cluster.document, "peers": [cluster.document["peers"][0], {"id": 9, "uri": "ldap://127.0.0.1:9"}]})
    first.apply_ok()
    expected = whole(first.server)

    def has_all():
        done = node.apply()
        assert done.returncode == 3 and not is_provider(node), done.stdout + done.stderr
        return "everything is here" in done.stdout and done
    held = wait_until(has_all, "everything is here", 30)
    assert whole(node.server) == expected and first.server.ldap_uri in held.stdout
    return cluster


def test_a_node_that_nobody_reads_yet_waits_and_goes_on_by_itself(slapd_factory, program):
    cluster = join_unread(slapd_factory, program)
    first, node = cluster
    with pytest.raises(ldap.UNWILLING_TO_PERFORM):
        add_person(node.server, "early")
    cluster.write()
    first.apply()
    apply_until_joined(node)
    add_person(node.server, "late")
    assert f"cn=late,{SUFFIX}" in wait_equal(cluster)


def test_who_only_looks_does_not_count(slapd_factory, program):
    """A session that is bound and asks nothing, as that of a consumer that waits for another refresh of its server."""
    node = join_unread(slapd_factory, program)[1]
    looking = node.server.bind(f"cn=replicator,{SUFFIX}", PASSWORD)
    wait_until(lambda: "(0 of 1 do)" in node.apply().stdout, "it is asked again")
    wait_until(lambda: node.server.sessions(f"cn=replicator,{SUFFIX}"), "the session is there")
    held = [node.apply() for _ in range(8)][-1]
    assert "(0 of 1 do)" in held.stdout and not is_provider(node), held.stdout
    looking.unbind_s()


def test_who_is_about_to_go_does_not_count(slapd_factory, program, network):
    """A mesh becomes a chain while the third node joins: the first one reads it still, the second one not yet."""
    cluster = Cluster(slapd_factory, program, 3, [Database(backend="mdb")], modules=("syncprov",), network=network)
    first, second, node = cluster
    for peer, others in zip(cluster.document["peers"], ([2], [1, 3], [2])):
        peer["reads"] = others
    cluster.write()
    first.server.seed()
    for one in (first, second):
        one.server.modify("cn=config", [(ldap.MOD_REPLACE, "olcServerID", str(one.id))])
        one.connect_by_hand([first, second], cluster.databases[0])
    link = syncrepl(node.id, node.server.ldap_uri, SUFFIX, timeout=1, network_timeout=1)
    first.edit([(ldap.MOD_ADD, "olcSyncrepl", [link])])

    def waits():
        held = node.apply()
        assert not is_provider(node), held.stdout
        return f"{second.server.ldap_uri} (0 of 1 do; connections of other peers: 1)" in held.stdout
    wait_until(waits, "the first node reads it, and nobody else", 60)
    second.edit([(ldap.MOD_ADD, "olcSyncrepl", [link])])
    apply_until_joined(node)
    add_person(node.server, "late")
    assert f"cn=late,{SUFFIX}" in wait_equal(cluster)


def test_who_reads_another_database_does_not_count(slapd_factory, program):
    """One account for both: slapd tells that the first node reads, not that it reads the first database alone."""
    databases = [Database(backend="mdb"), Database(backend="mdb", suffix="o=two")]
    cluster = Cluster(slapd_factory, program, 2, databases)
    first, node = cluster
    first.server.seed()
    first.server.seed(databases[1])
    cluster.document["databases"][1].update(rid_offset=100)
    cluster.document["databases"][1]["syncrepl"]["binddn"] = databases[0].replicator
    away = {"id": 9, "uri": "ldap://127.0.0.1:9"}
    document = {**copy.deepcopy(cluster.document), "peers": [*cluster.document["peers"], away]}
    document["databases"][0]["peers"] = [1, 2]
    document["databases"][1]["peers"] = [1, 9]
    first.write(document)
    first.apply()
    for database in cluster.document["databases"]:
        database["syncrepl"]["retry"] = "1 2 600 +"  # so long it would wait where slapd tells nothing
    node.write(cluster.document)

    def waits():
        text = node.apply().stdout
        return f"{SUFFIX}: everything is here" in text and "which database they read" in text and text
    assert "o=two: everything is here" in wait_until(waits, "the first node reads the first database", 30)
    assert not is_provider(node)


def test_a_person_lets_it_go_on_by_the_printed_line(slapd_factory, program):
    node = join_unread(slapd_factory, program)[1]
    done = run_line(node, release_line(node.apply()))
    assert done.returncode == 0 and is_provider(node), done.stdout + done.stderr
    add_person(node.server, "alone")


def test_where_slapd_does_not_tell_who_reads_it_waits_for_the_longest_retry(slapd_factory, program):
    cluster = join_unread(slapd_factory, program)
    node = cluster[1]
    monitor, = (dn for dn in node.server.config() if dn.startswith("olcDatabase={1}monitor"))
    node.server.modify(monitor, [(ldap.MOD_REPLACE, "olcAccess", "to * by * none")])
    document = copy.deepcopy(cluster.document)
    document["databases"][0]["syncrepl"]["retry"] = "1 2 600 +"
    node.write(document)
    assert "slapd does not say who does" in node.apply().stdout
    node.write(cluster.document)
    apply_until_joined(node)


@pytest.mark.newest_release
def test_what_validate_warns_of_between_providers_that_poll(slapd_factory, program):
    """The control: the first change of the second node has the first one read everything anew, and take back what it
    deleted and the second one has not read yet."""
    cluster = Cluster(slapd_factory, program, 2, [Database(backend="mdb")])
    first, node = cluster
    for peer, interval in zip(cluster.document["peers"], ("00:00:30:00", "00:00:00:01")):
        peer["syncrepl"] = {"type": "refreshOnly", "interval": interval}
    cluster.write()
    assert "first time, what was deleted within the interval may come back" in first.run("validate").stderr
    first.server.seed()
    first.apply_ok("--first-node")
    gone = add_person(first.server, "gone")
    apply_until_joined(node)
    wait_until(lambda: node.server.entries(gone), "the second node has it")
    connection = first.server.admin()
    connection.delete_s(gone)
    connection.unbind_s()
    assert not first.server.entries(gone)
    add_person(node.server, "new")
    wait_until(lambda: first.server.entries(gone), "it is back where it was deleted")
