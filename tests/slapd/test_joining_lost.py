# SPDX-License-Identifier: Apache-2.0
"""Who joins and loses the peer that it joins from: it waits, says for whom and for what, and does no harm when it ends."""

import re
import shlex

import ldap
import pytest
import remedies
from backups import put_back, saved
from cluster import Cluster, add_person, apply_until_joined
from daemon import Daemon
from whole import wait_equal, whole
from slapd import SUFFIX, Database, wait_until
from test_joining import cut_refreshes, is_provider, let_time_pass, load, replace_server


def release_line(done):
    """The command that the one hold of an apply ends with."""
    assert done.returncode == 3, done.stdout + done.stderr
    line, = re.findall(r"^      (syncward apply .*)$", done.stdout, re.MULTILINE)
    return line


def run_line(node, line):
    return node.run(*shlex.split(line)[1:])


def join_without(node, lost, seconds=60):
    """It has everything and waits for one that is down, which would read everything anew; a person ends that."""
    def waits():
        done = node.apply()
        return "everything is here" in done.stdout and done
    held = wait_until(waits, f"node {node.id} has everything", seconds)
    assert re.search(rf"read from here: .*{lost.server.ldap_uri}", held.stdout), held.stdout
    done = run_line(node, release_line(held))
    assert done.returncode == 0 and is_provider(node), done.stdout + done.stderr


def begin_to_join(slapd_factory, program, cluster, index):
    """Node index is a new, empty one that gets a part of what the first has, and no more."""
    node = replace_server(slapd_factory, program, cluster, index)
    assert node.apply().returncode == 3
    wait_until(lambda: len(whole(node.server)) > 1, "a part of the refresh")
    return node


@pytest.mark.newest_release
def test_of_two_that_wait_for_one_lost_for_good_a_person_lets_one_go_on(slapd_factory, program):
    """The other one gets by itself what the first has, and waits for the lost one as well before clients write to it."""
    cluster = Cluster(slapd_factory, program, 3).form()
    load(cluster[0].server, 20)
    cluster.wait_in_step()
    cut_refreshes(cluster[0], cluster.databases[0].replicator)
    nodes = [begin_to_join(slapd_factory, program, cluster, index) for index in (1, 2)]
    cluster[0].server.stop()
    for node in nodes:
        held = node.apply()
        assert remedies.unbound(release_line(held)) == "syncward apply --release joining"
        assert re.search(rf"server ID .*\b1 \(until \d\d\d\d-\S+Z, at {cluster[0].server.ldap_uri}\)", held.stdout), held.stdout
        assert f"{cluster[0].server.ldap_uri}: " in held.stdout and not is_provider(node)
    done = run_line(nodes[0], release_line(nodes[0].apply()))
    assert done.returncode == 0 and re.search(r"server ID .*\b1 \(until .*\[joining-released\]", done.stdout), done.stdout + done.stderr
    after = add_person(nodes[0].server, "after")
    nodes[1].apply()
    let_time_pass(nodes[1])
    join_without(nodes[1], cluster[0])
    cluster.nodes = nodes
    assert after in wait_equal(cluster)
    add_person(nodes[1].server, "later")
    wait_equal(cluster)


@pytest.mark.newest_release
def test_of_two_that_join_the_one_that_has_all_goes_first(slapd_factory, program):
    """The one that has a part waits for it, says so, and follows; clients may write there when the lost one is back."""
    cluster = Cluster(slapd_factory, program, 3, [Database(backend="mdb")]).form()
    load(cluster[0].server, 20)
    cluster.wait_in_step()
    text = saved(cluster[0].server)
    undo = cut_refreshes(cluster[0], cluster.databases[0].replicator)
    part = begin_to_join(slapd_factory, program, cluster, 1)
    full = replace_server(slapd_factory, program, cluster, 2)
    put_back(full.server, text)
    cluster[0].server.stop()
    for _ in range(2):
        held = part.apply()
        assert held.returncode == 3 and f"{full.server.ldap_uri} has changes that are not here, and nobody can read it until it is a provider" in held.stdout
        held = full.apply()
        assert held.returncode == 3 and f"{cluster[0].server.ldap_uri}: " in held.stdout and not is_provider(full), held.stdout
    assert cluster[0].server.ldap_uri in part.syncrepl()[0]
    full.apply("--release", "joining")
    after = add_person(full.server, "after")
    let_time_pass(part)
    part.apply()
    let_time_pass(part)
    wait_until(lambda: "everything is here" in part.apply().stdout, "it has everything of that one", 60)
    assert not is_provider(part)
    cluster[0].server.start()
    undo()
    cluster[0].apply()
    apply_until_joined(part, 60)
    apply_until_joined(full, 60)
    assert after in wait_equal(cluster)


@pytest.mark.newest_release
def test_own_changes_that_only_a_peer_which_is_away_has_are_waited_for(slapd_factory, program):
    """Written under the used ID before, this node would have that peer delete them."""
    cluster = Cluster(slapd_factory, program, 3).form()
    load(cluster[0].server, 20)
    cluster.wait_in_step()
    cluster.wait_persistent()
    cluster[2].server.stop()
    own = add_person(cluster[1].server, "own")
    wait_until(lambda: own in whole(cluster[0].server), "the first has it")
    undo = cut_refreshes(cluster[0], cluster.databases[0].replicator)
    node = begin_to_join(slapd_factory, program, cluster, 1)
    cluster[0].server.stop()
    cluster[2].server.start()
    node.apply()
    let_time_pass(node)

    def waits():
        done = node.apply()
        assert done.returncode == 3 and not is_provider(node), done.stdout + done.stderr
        return "own server ID" in done.stdout and done
    held = wait_until(waits, "it has all that the other one has", 30)
    assert remedies.unbound(release_line(held)) == "syncward apply --release joining"
    assert re.search(rf"2 \(until \S+, at {cluster[0].server.ldap_uri}\)", held.stdout)
    cluster[0].server.start()
    undo()
    apply_until_joined(node, 60)
    later = add_person(node.server, "later")
    assert {own, later} <= set(wait_equal(cluster))


def test_a_peer_that_is_read_first_and_fails_once_stays_where_slapd_does_not_tell(slapd_factory, program):
    """Beginning anew with another one may cost hours; where slapd tells that it is cut off, it costs nothing."""
    cluster = Cluster(slapd_factory, program, 3).form()
    load(cluster[0].server, 20)
    cluster.wait_in_step()
    cut_refreshes(cluster[0], cluster.databases[0].replicator)
    node = begin_to_join(slapd_factory, program, cluster, 1)
    cluster[0].server.stop()
    node.apply()
    first, second = (peer.server.ldap_uri for peer in (cluster[0], cluster[2]))
    tells = node.server.release.has_consumer_monitor
    assert (second if tells else first) in node.syncrepl()[0]
    let_time_pass(node)
    node.apply()
    assert second in node.syncrepl()[0]
    join_without(node, cluster[0])
    assert f"cn=person1,{SUFFIX}" in whole(node.server)


@pytest.mark.newest_release
def test_a_database_that_cannot_be_read_for_a_while_is_still_joining(slapd_factory, program):
    """What it wrote before it was emptied is at the other one: that is no reason to take it for a stranger."""
    cluster = Cluster(slapd_factory, program, 2, [Database(backend="mdb")]).form()
    load(cluster[0].server, 20)
    add_person(cluster[1].server, "own")
    cluster.wait_in_step()
    undo = cut_refreshes(cluster[0], cluster.databases[0].replicator)
    node = begin_to_join(slapd_factory, program, cluster, 1)
    node.edit([(ldap.MOD_ADD, "olcAccess", "to * by * none")])
    held = node.apply()
    assert held.returncode == 3 and not is_provider(node)
    node.edit([(ldap.MOD_DELETE, "olcAccess", None)])
    held = node.apply()
    assert "held joining" in held.stdout and "G10" not in held.stdout, held.stdout
    undo()
    apply_until_joined(node, 60)
    wait_equal(cluster)


def test_who_is_taken_out_while_it_joins_is_not_told_as_joined(slapd_factory, program):
    """Nor who waits for something else then."""
    cluster = Cluster(slapd_factory, program, 2)
    cluster[0].server.seed()
    node = cluster[1]
    with Daemon(node) as daemon:
        daemon.wait_for("joining")
        cluster.document["peers"].pop()
        cluster.write()
        daemon.wait_for("held", text="G2")
        wait_until(lambda: daemon.events("released"), "the other hold is over")
        assert daemon.events("joined") == []
        # Back in the file it waits again, and is told as joined when it has what there is.
        cluster.document["peers"].append({"id": 2, "uri": node.server.ldap_uri})
        n_before = len(daemon.events("joining"))
        cluster.write()
        daemon.wait_for("joining", n_before + 1)
        cluster[0].apply()
        with Daemon(cluster[0]):
            daemon.wait_for("joined", timeout=120)
            assert is_provider(node)
