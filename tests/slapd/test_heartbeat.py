# SPDX-License-Identifier: Apache-2.0
"""Heartbeats: each node writes one entry about itself where that is proven to be safe, and shows those of all."""

import json
import os
import re

import ldap
import pytest
import remedies
from backups import put_back, saved
from cluster import Cluster, Node, add_person, apply_until_joined, wait_entry
from daemon import Daemon
from heartbeats import (ACCESS, BLIND, CONTAINER, WRITER, add_container, beat, csn_of, daemons, drop_beat, fleet, give_account,
                        give_heartbeat, make_cluster, name_of, options, put_beat, settings, states, status)
from own_time import OwnTime
from played import Played
from slapd import PASSWORD, SUFFIX, Database, wait_until


@pytest.fixture(name="cluster")
def fixture_cluster(slapd_factory, program):
    return make_cluster(slapd_factory, program)


def check_all(node):
    """(exit status, lines) of check --all."""
    done = node.run("check", "--all", *options(node))
    return done.returncode, done.stdout.splitlines()


# Every node

def test_every_node_shows_all_nodes_from_its_own_copy(cluster):
    with daemons(cluster):
        for node in cluster:
            wait_until(lambda node=node: states(node) == ["heard"] * 3, f"node {node.id} hears all", 120)
        for node in cluster:
            code, lines = check_all(node)
            assert code == 0 and len(lines) == 4, lines
            assert "nodes_heard=3;;;0 nodes_silent=0;;;0 nodes_unknown=0;;;0" in lines[0]
            shown = node.run("status", "--all", *options(node))
            assert shown.returncode == 0, shown.stdout + shown.stderr
            for i, other in enumerate(cluster):
                assert re.fullmatch(rf"node {other.id}, {other.server.ldap_uri}: revision 7, in-step, at most \d+ s ago",
                                    lines[1 + i]), lines
                ours = ", this node" if other is node else ""
                assert re.search(rf"(?m)^  {other.id} +{other.server.ldap_uri} +7 +in-step +at most \d+ s ago{ours}$",
                                 shown.stdout), shown.stdout
        # Each wrote its own, as the account, and nobody had to change anything.
        for node in cluster:
            entry = beat(cluster[0].server, node)
            assert entry["objectClass"] == [b"applicationProcess"] and entry["creatorsName"] == [WRITER.encode()]
            assert entry["entryCSN"][0].split(b"#")[2] == b"%03x" % node.id
            assert {b"id=%d" % node.id, b"revision=7", b"mode=enforce", b"state=in-step", b"held=-"} <= set(entry["description"])
        with open(os.path.join(cluster[0].run_dir, "metrics.prom"), encoding="utf-8") as file:
            assert 'syncward_nodes{state="heard"} 3\n' in file.read()


def test_without_a_heartbeat_in_peers_json_nothing_is_written_or_shown(cluster):
    del cluster.document["databases"][0]["heartbeat"]
    cluster.write()
    with daemons(cluster.nodes[:1]) as (daemon,):
        wait_until(daemon.has_asked_all, "peers were asked")
        daemon.wait_at_rest()
        assert "fleet" not in status(cluster[0]) and "nodes_silent" not in status(cluster[0])
        code, lines = check_all(cluster[0])
        assert code == 3 and len(lines) == 1 and 'no database has a "heartbeat"' in lines[0]
        assert beat(cluster[0].server, cluster[0]) is None


def make_passive(slapd_factory, program, *peers, access=ACCESS):
    """Two providers in step and behind them consumers: what each of peers says of one."""
    cluster = Cluster(slapd_factory, program, 2 + len(peers), [Database(attributes=access)])
    for node, peer, more in zip(cluster.nodes[2:], cluster.document["peers"][2:], peers):
        peer.update(role="consumer", **more)
        node.id = more["id"]
    cluster.write()
    cluster[0].server.seed()
    for node in cluster.nodes[:2]:
        apply_until_joined(node)
    give_account(cluster)
    add_container(cluster[0].server)
    for node in cluster.nodes[2:]:
        apply_until_joined(node)
    give_heartbeat(cluster)
    return cluster


@pytest.mark.every_release
def test_a_consumer_and_a_hub_write_at_a_provider_and_show_all_nodes(slapd_factory, program):
    """It comes back to them by the ordinary way; who reads no provider has nowhere to write one, and says so."""
    cluster = make_passive(slapd_factory, program, {"id": 10, "hub": True}, {"id": 5003}, {"id": 5004, "reads": [10]})
    hub, consumer, far = cluster.nodes[2:]
    with daemons(cluster):
        for node in cluster:
            wait_until(lambda node=node: states(node) == ["heard"] * 4 + ["none"], f"node {node.id} hears all", 150)
        wait_until(lambda: "this one reads none" in (fleet(far)["not_written"] or ""), "it says why it writes none")
        assert fleet(consumer)["not_written"] is None and fleet(hub)["not_written"] is None
        code, lines = check_all(consumer)
        assert code == 0 and "nowhere to write a heartbeat" in lines[5], lines
        assert "revision 7, in-step" in lines[4], lines
    for node in (hub, consumer):
        entry = beat(cluster[1].server, node)
        assert entry["creatorsName"] == [WRITER.encode()] and entry["entryCSN"][0].split(b"#")[2] in (b"001", b"002")
    assert all(beat(node.server, far) is None for node in cluster)


def test_what_a_consumer_wrote_elsewhere_does_not_count_and_old_is_silent(slapd_factory, program):
    """As of a provider: the server ID must be that of one."""
    cluster = make_passive(slapd_factory, program, {"id": 5003})
    one, two, consumer = cluster
    with daemons([one]) as (daemon,):
        wait_until(lambda: states(one)[:1] == ["heard"], "node 1 hears itself", 60)
        assert states(one)[2] == "not-known"
        put_beat(two, consumer, age=600)
        wait_until(lambda: one.server.context_csns() == two.server.context_csns(), "it is at node 1")
        daemon.reload()
        assert f"node 5003, {consumer.server.ldap_uri}" in daemon.wait_for("node-silent", timeout=60)
        wait_until(lambda: states(one)[2] == "silent", "the status says so")
        two.server.modify("cn=config", [(ldap.MOD_REPLACE, "olcServerID", "77")])
        put_beat(two, consumer)
        wait_until(lambda: b"#04d#" in beat(one.server, consumer)["entryCSN"][0], "it is at node 1")
        daemon.reload()
        assert "it was not written at a provider" in daemon.wait_for("finding", text="heartbeat-ignored", timeout=60)


def test_a_provider_that_hangs_holds_no_consumer_up(slapd_factory, program):
    """Passes go on meanwhile, and the next provider gets what it writes."""
    cluster = make_passive(slapd_factory, program, {"id": 10, "hub": True}, {"id": 5003, "reads": [1, 2, 10]})
    one, two, _, consumer = cluster
    add_person(two.server, "own")  # a provider's first change is no consumer's
    apply_until_joined(consumer)
    with Played(consumer, settings(consumer)[1]) as played:
        def says():
            """Under which server ID it wrote, once it did."""
            played.ask("trigger 1")
            entry = beat(two.server, consumer)
            return entry and entry["entryCSN"][0].split(b"#")[2]
        while not played.probes():
            played.next()
        assert wait_until(says, "it writes", 60) == b"001"
        with one.server.frozen():
            played.ask("advance 61000")
            own = OwnTime(played.pid)
            played.ask("trigger 1")
            assert own.seconds() < 4, "the pass waited for it"
            wait_until(lambda: says() and "not" in str(fleet(consumer)["not_written"]), "it gives up", 60)
            played.ask("advance 31000")
            wait_until(lambda: says() == b"002", "the other provider takes it", 60)
        played.end()


def test_a_consumer_never_writes_to_a_provider_that_was_restored(slapd_factory, program):
    """Fact 14 by somebody else's hand: the write would be that provider's, and its peers would delete what its backup lacks."""
    cluster = make_passive(slapd_factory, program, {"id": 5003})
    one, two, consumer = cluster
    people = [f"person{i}" for i in range(20)]
    with daemons([consumer]):
        wait_until(lambda: beat(two.server, consumer) is not None, "it writes", 120)
        backup = saved(one.server)
        for name in people:
            add_person(one.server, name)
        cluster.wait_in_step()
        # Nobody reads the restored one, and it reads nobody: what it lacks does not come back.
        two.server.stop()
        consumer.server.stop()
        put_back(one.server, backup)
        one.edit([(ldap.MOD_DELETE, one.server.flag(), None), (ldap.MOD_DELETE, "olcSyncrepl", None)])
        before = one.server.context_csns()
        two.server.start()
        consumer.server.start()
        wait_until(lambda: "lacks changes of its own" in (fleet(consumer)["not_written"] or ""), "it says why it writes none", 150)
        assert one.server.context_csns() == before
    assert all(f"cn={name},{SUFFIX}" in node.server.entries() for node in (two, consumer) for name in people)


def test_it_is_written_at_every_interval_and_not_oftener(cluster):
    node = cluster[0]
    node.apply_ok()
    with Played(node, settings(node)[1]) as played:
        played.next()
        assert played.probes()
        first = csn_of(node)
        played.ask("advance 59000")
        played.begin("trigger 1")
        played.answer()
        assert csn_of(node) == first
        played.ask("advance 1000")
        played.ask("trigger 1")
        second = csn_of(node)
        assert second > first
        # Something else is true: soon, and not at once.
        cluster.document["revision"] = 8
        cluster.write()
        played.ask("trigger 1")
        assert csn_of(node) == second
        played.ask("advance 10000")
        played.ask("trigger 1")
        assert csn_of(node) > second and b"revision=8" in beat(node.server, node)["description"]
        played.end()


# Who is silent, and what does not count

def test_silence_is_told_and_so_is_what_does_not_count(cluster):
    one, two, three = cluster
    with daemons([one]) as (daemon,):
        wait_until(lambda: states(one)[:1] == ["heard"], "node 1 hears itself", 60)
        assert states(one) == ["heard", "not-known", "not-known"]
        code, lines = check_all(one)
        assert code == 3 and lines[0].startswith("SYNCWARD UNKNOWN") and "no heartbeat here" in lines[2]
        # By another account, and one that is old.
        put_beat(two, two, dn=two.server.databases[0].rootdn, password=PASSWORD)
        put_beat(three, three, age=600)
        cluster.wait_in_step()
        daemon.reload()
        text = daemon.wait_for("finding", text="heartbeat-ignored", timeout=60)
        assert f"node 2, {two.server.ldap_uri}" in text and "another account made it" in text
        assert f"node 3, {three.server.ldap_uri}" in daemon.wait_for("node-silent")
        wait_until(lambda: states(one) == ["heard", "not-known", "silent"], "the status says so")
        code, lines = check_all(one)
        assert code == 2 and "SILENT since" in lines[0] and "SILENT since" in lines[3], lines
        # The plain check is of this node; what may be forged concerns whoever watches it.
        assert one.run("check", *options(one)).returncode == 1
        # Written at another node, and one that says nothing.
        drop_beat(two)
        put_beat(one, two)
        put_beat(three, three, values=[b"nonsense"])
        cluster.wait_in_step()
        daemon.reload()
        daemon.wait_for("finding", text="cannot be read", timeout=60)
        wait_until(lambda: states(one) == ["heard", "not-known", "not-known"], "the status says so")
        found = [finding["text"] for finding in status(one)["findings"]]
        assert len(found) == 2 and "it was not written under server ID 2" in found[0], found
        # Right again.
        put_beat(two, two)
        put_beat(three, three)
        cluster.wait_in_step()
        daemon.reload()
        daemon.wait_for("node-heard", timeout=60)
        wait_until(lambda: states(one) == ["heard"] * 3, "all are heard")
        assert check_all(one)[0] == 0


# Safety

def test_a_restored_backup_with_a_heartbeat_and_nobody_writing_loses_nothing(cluster):
    """Fact 14: one write of the restored node would have its healthy peers delete what its backup lacks."""
    one, two, three = cluster
    people = [f"person{i}" for i in range(20)]
    with daemons([two]) as (daemon,):
        wait_until(lambda: states(two)[1:2] == ["heard"], "node 2 writes", 60)
        backup = saved(two.server)
        for name in people:
            add_person(two.server, name)
        cluster.wait_in_step()
        # What its peers answered so far is older than these changes. They are away, and it is restored.
        for node in (one, three):
            node.server.stop()
        put_back(two.server, backup)
        before = csn_of(two)
        # There is something new to say, and it must not be said.
        cluster.document["revision"] = 8
        two.write(cluster.document)
        wait_until(lambda: "no peer was seen yet" in (fleet(two).get("not_written") or ""), "node 2 writes none", 60)
        first = daemon.last_pass()[0]
        wait_until(lambda: daemon.last_pass()[0] >= first + 3, "three passes more", 60)
        assert csn_of(two) == before
        for node in (one, three):
            node.server.start()
        # What was lost comes back, and then it is written.
        wait_until(lambda: b"revision=8" in (beat(one.server, two) or {}).get("description", []), "node 2 writes again", 180)
        cluster.wait_in_step()
    for node in cluster:
        found = {dn.split(",")[0].removeprefix("cn=").removeprefix("uid=") for dn in node.server.entries(attributes=["1.1"])}
        assert set(people) <= found, node


def test_what_peers_answered_before_slapd_was_started_proves_nothing(slapd_factory, program):
    cluster = make_cluster(slapd_factory, program, 2)
    two, one = cluster  # the first one asks at once, without a turn
    two.apply_ok()
    with Played(two, settings(two)[1]) as played:
        played.next()
        assert played.probes()
        # Without contextCSN in the backup slapd makes one of the present time, and loses by itself.
        two.server.restart()
        backup = saved(two.server)
        assert "syncward-heartbeat-1" in backup and re.search("(?m)^contextCSN: .*#001#", backup)
        add_person(two.server, "late")
        cluster.wait_in_step()
        # The answer is from before that change, and the change goes.
        one.server.stop()
        put_back(two.server, backup)
        before = csn_of(two)
        cluster.document["revision"] = 8
        cluster.write()
        played.ask("advance 60000")
        for _ in range(4):
            played.next()
        assert csn_of(two) == before and fleet(two)["not_written"]
        one.server.start()
        cluster.wait_in_step()
        played.ask("advance 60000")
        wait_until(lambda: played.probes() or played.next() < 0, "peers were asked anew")
        wait_until(lambda: played.next() >= 0 and (played.probes() or True) and csn_of(two) > before, "it writes again", 60)
        played.end()
    cluster.wait_in_step()
    for node in cluster:
        assert [dn for dn in node.server.entries(attributes=["1.1"]) if "late" in dn], node


def test_a_restored_node_whose_peers_answer_writes_again_when_it_has_everything(cluster):
    one, two, three = cluster
    with daemons([two]):
        wait_until(lambda: states(two)[1:2] == ["heard"], "node 2 writes", 60)
    backup = saved(two.server)
    add_person(two.server, "late")
    cluster.wait_in_step()
    put_back(two.server, backup)
    before = csn_of(two)
    with daemons([two]):
        wait_until(lambda: csn_of(two) > before, "node 2 writes again", 120)
    for node in (one, two, three):
        assert [dn for dn in node.server.entries(attributes=["1.1"]) if "late" in dn], node


def test_a_node_that_joins_writes_none(slapd_factory, program):
    cluster = make_cluster(slapd_factory, program, 2)
    one, two = cluster
    fresh = slapd_factory([Database(attributes=ACCESS)])
    joiner = Node(program, fresh, 3, slapd_factory.folder("joiner"))
    cluster.nodes.append(joiner)
    cluster.document["peers"].append({"id": 3, "uri": fresh.ldap_uri})
    cluster.write()
    for node in (one, two):
        node.server.stop()
    with daemons([joiner]) as (daemon,):
        wait_until(lambda: "not complete" in (fleet(joiner).get("problem") or ""), "it knows that it is empty")
        assert states(joiner) == ["not-known"] * 3
        for node in (one, two):
            node.server.start()
        for node in (one, two):
            node.apply_ok()
        daemon.wait_for("joined", timeout=120)
        # Under its server ID nothing was written before, and then its heartbeat alone.
        wait_until(lambda: states(joiner)[2:] == ["heard"], "it writes when it joined", 120)
        wait_until(lambda: beat(one.server, joiner), "that comes to its peers")
    own = [dn for dn, entry in joiner.server.search(SUFFIX, attributes=["entryCSN"]) if b"#003#" in entry["entryCSN"][0]]
    assert own == [name_of(joiner)]


@pytest.mark.every_release
def test_a_kill_that_left_an_entry_unsent_is_not_written_over(cluster):
    """contextCSN on disk is older than the entry, and is all that peers are asked by."""
    one, two, three = cluster
    for node in cluster:
        node.server.restart()  # writes contextCSN
    cluster.wait_in_step()
    cluster.wait_persistent()
    for node in (two, three):
        node.server.stop()
    unsent = add_person(one.server, "unsent")
    one.server.kill()
    one.server.start()
    for node in (two, three):
        node.server.start()
    with daemons([one]):
        if one.server.release.version != "2.4":  # which looks for the newest entryCSN when it starts
            wait_until(lambda: "never sent them" in (fleet(one).get("not_written") or ""), "it says why it writes none", 90)
            assert beat(one.server, one) is None
            with pytest.raises(ldap.NO_SUCH_OBJECT):
                two.server.admin().search_s(unsent, ldap.SCOPE_BASE)
            one.server.admin().modify_s(unsent, [(ldap.MOD_REPLACE, "description", b"sent")])
        for node in (two, three):
            wait_entry(node.server, unsent)
        wait_until(lambda: beat(two.server, one), "the heartbeat is at a peer", 90)


@pytest.mark.every_release
def test_who_wrote_nothing_while_others_wrote_much_is_heard(slapd_factory, program):
    """More newer entries of theirs than slapd shows root at once."""
    cluster = make_cluster(slapd_factory, program, 2)
    one, two = cluster
    add_person(one.server, "own")
    cluster.wait_in_step()
    for i in range(150):
        add_person(two.server, f"of-two-{i}")
    cluster.wait_in_step()
    one.edit([(ldap.MOD_REPLACE, "olcSizeLimit", "40")])
    with daemons([one]):
        wait_until(lambda: beat(one.server, one), "it writes a heartbeat", 60)
def test_the_first_change_of_a_node_waits_until_its_peers_read_from_it(slapd_factory, program):
    """One that comes back behind it reads everything anew, and would bring back what was deleted meanwhile."""
    cluster = make_cluster(slapd_factory, program, 2)
    one, two = cluster
    dn, flag = one.server.database_dn(), one.server.flag()
    links = one.server.values(dn, "olcSyncrepl")
    one.server.modify(dn, [(ldap.MOD_DELETE, flag, None), (ldap.MOD_DELETE, "olcSyncrepl", None)])
    with daemons([two]):
        wait_until(lambda: "not all peers read from here" in (fleet(two).get("not_written") or ""), "it says why it writes none", 90)
        assert not csn_of(two) and not any("#002#" in csn for csn in two.server.context_csns())
        one.server.modify(dn, [(ldap.MOD_ADD, "olcSyncrepl", links), (ldap.MOD_ADD, flag, "TRUE")])
        wait_until(lambda: states(two)[1:] == ["heard"], "it writes", 90)
    wait_until(lambda: csn_of(two) and beat(one.server, two), "the other has it")


@pytest.mark.since("2.5")  # 2.4 looks for the newest entryCSN when it starts
def test_no_consumer_writes_over_what_a_provider_that_was_killed_never_sent(slapd_factory, program):
    """The same at the provider, where the write would be that provider's, and whose entries the account may not see."""
    cluster = make_passive(slapd_factory, program, {"id": 5003}, access=BLIND)
    one, two, consumer = cluster
    for node in (one, two):
        node.server.restart()
    cluster.wait_in_step()
    for node in (two, consumer):
        node.server.stop()
    unsent = add_person(one.server, "unsent")
    one.server.kill()
    one.server.start()
    before = one.server.context_csns()
    for node in (two, consumer):
        node.server.start()
    with daemons([consumer]):
        wait_until(lambda: "never sent them" in (fleet(consumer).get("not_written") or ""), "it says why it writes none", 120)
        assert [csn for csn in one.server.context_csns() if "#001#" in csn] == [csn for csn in before if "#001#" in csn]
        one.server.admin().modify_s(unsent, [(ldap.MOD_REPLACE, "description", b"sent")])
        for node in (two, consumer):
            wait_entry(node.server, unsent)


# What people must do

@pytest.mark.remedy("heartbeat-container")
def test_a_missing_container_is_told_and_an_administrator_adds_it(slapd_factory, program):
    cluster = make_cluster(slapd_factory, program, 2, container=False)
    with daemons([cluster[0]]) as (daemon,):
        text = daemon.wait_for("finding", text="[heartbeat]", timeout=60)
        assert CONTAINER in text and "organizationalUnit" in remedies.printed(text, "heartbeat-container")
        remedies.did("heartbeat-container")
        assert not cluster[0].server.search(SUFFIX, "(ou=syncward)")
        add_container(cluster[0].server)
        wait_until(lambda: states(cluster[0])[:1] == ["heard"], "it writes", 90)
        daemon.wait_for("finding-gone", text="heartbeat")


@pytest.mark.remedy("heartbeat-account")
def test_without_an_account_the_line_for_agent_json_is_told(slapd_factory, program):
    cluster = make_cluster(slapd_factory, program, 2)
    node = cluster[0]
    words = settings(node)
    with open(words[1], "w", encoding="utf-8") as file:
        json.dump({"interval": 5}, file)
    with Daemon(node, *words) as daemon:
        text = daemon.wait_for("finding", text="[heartbeat]", timeout=60)
        line = remedies.line(text, "heartbeat-account")
        assert line["verify"]["binddn"] == f"cn=syncward-verify,{SUFFIX}"
        line["verify"] |= {"binddn": WRITER, "credentials": {"file": os.path.join(node.folder, "verify-secret")}}
        with open(words[1], "w", encoding="utf-8") as file:
            json.dump({"interval": 5, **line}, file)
        wait_until(lambda: states(node)[:1] == ["heard"], "it writes", 90)
        daemon.wait_for("finding-gone", text="heartbeat")


@pytest.mark.remedy("heartbeat-reload")
def test_a_refused_password_is_not_sent_again_until_the_daemon_is_told_to(slapd_factory, program):
    cluster = make_cluster(slapd_factory, program, 2)
    node = cluster[0]
    with Daemon(node, *settings(node, "wrong")) as daemon:
        text = daemon.wait_for("finding", text="[heartbeat]", timeout=60)
        remedies.printed(text, "heartbeat-reload")
        n_binds = node.server.log_count(rf'BIND dn="{WRITER}" method=128')
        first = daemon.last_pass()[0]
        wait_until(lambda: daemon.last_pass()[0] >= first + 3, "three passes more", 60)
        assert node.server.log_count(rf'BIND dn="{WRITER}" method=128') == n_binds > 0
        # The directory's password is mended, not the file.
        connection = node.server.admin()
        connection.modify_s(WRITER, [(ldap.MOD_REPLACE, "userPassword", b"wrong")])
        connection.unbind_s()
        daemon.reload()
        remedies.did("heartbeat-reload")
        wait_until(lambda: states(node)[:1] == ["heard"], "it writes", 90)
