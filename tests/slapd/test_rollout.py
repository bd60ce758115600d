# SPDX-License-Identifier: Apache-2.0
"""policy.rollout: a new revision is tried on its first nodes, and all others wait until these did well with it."""

import contextlib
import copy
import hashlib
import json
import os
import random
import time

import ldap
import pytest
import remedies
from cluster import Cluster, Node, apply_until_joined
from heartbeats import (ACCESS, add_container, beat, csn_of, daemons, drop_beat, give_account, give_heartbeat, make_cluster,
                        options, put_beat, settings, states, status)
from played import DAY_BEGINS, Played
from slapd import PASSWORD, Database, wait_until


def stage(cluster, first=(1,), soak="10s", revision=8):
    """policy.rollout in the document of all."""
    cluster.document["revision"] = revision
    cluster.document["policy"]["rollout"] = {"first": list(first), "soak": soak}


def change(cluster, checkpoint="200 20"):
    """A setting that every node must write, in the document alone."""
    cluster.document["revision"] += 1
    cluster.document["databases"][0]["syncprov"] = {"checkpoint": checkpoint}


def checkpoint(node):
    """olcSpCheckpoint as it is."""
    found = node.server.search("cn=config", "(olcOverlay=syncprov)", ["olcSpCheckpoint"])
    return found[0][1].get("olcSpCheckpoint", [b""])[0].decode()


def set_checkpoint(node, value):
    """By hand."""
    dn = node.server.search("cn=config", "(olcOverlay=syncprov)", ["1.1"])[0][0]
    node.server.modify(dn, [(ldap.MOD_REPLACE, "olcSpCheckpoint", value)])


def rollout_state(node):
    """What the state folder remembers of it."""
    try:
        with open(os.path.join(node.state_dir, "rollout.json"), encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return {}


def held(node):
    """The text of the hold, by status.json; None: nothing is held by it."""
    return next((hold["text"] for hold in status(node).get("holds", []) if hold["guard"] == "rollout"), None)


def digest(node):
    """As syncward knows the file."""
    with open(node.peers_file, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


@pytest.fixture(name="cluster")
def fixture_cluster(slapd_factory, program):
    cluster = make_cluster(slapd_factory, program)
    stage(cluster)
    cluster.write()
    for node in cluster:
        settings(node)
        node.apply_ok(*options(node))
    return cluster


@pytest.mark.long
def test_a_revision_goes_to_its_canary_and_then_to_all_by_itself(cluster):
    one, two, three = cluster
    with daemons(cluster):
        for node in cluster:
            wait_until(lambda node=node: states(node) == ["heard"] * 3, f"node {node.id} hears all", 120)
        change(cluster)
        for node in (three, one, two):
            node.write(cluster.document)
        wait_until(lambda: checkpoint(one) == "200 20", "the canary has it", 60)
        for node in (two, three):
            wait_until(lambda node=node: held(node), f"node {node.id} says that it waits", 30)
            assert checkpoint(node) == "100 10" and status(node)["desired"]["revision"] == 8
        for node in (two, three):
            wait_until(lambda node=node: checkpoint(node) == "200 20", f"node {node.id} has it", 240)
            wait_until(lambda node=node: not held(node), f"node {node.id} waits no more", 60)


class Watcher:
    """The daemon of a node under a clock of its own, and heartbeats of a canary as the test writes them there."""

    def __init__(self, node, canary, played, day):
        self.node, self.canary, self.played, self.day = node, canary, played, day

    def wait(self, seconds):
        """Time passes, and it looks."""
        self.played.ask(f"advance {seconds * 1000}")
        self.day += seconds
        self.look()

    def look(self, n=3):
        for _ in range(n):
            self.played.ask("trigger 1")

    def say(self, sha256, by=None, age=0, revision=9, **said):
        """The canary's heartbeat, written at the server `by` and come to the node."""
        when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.day - age))
        put_beat(by or self.canary, self.canary, revision=revision, sha256=sha256, time=when,
                 **{"rollout": "in-step", **said})
        wanted = beat((by or self.canary).server, self.canary)["entryCSN"]
        wait_until(lambda: (beat(self.node.server, self.canary) or {}).get("entryCSN") == wanted, "the heartbeat comes here")


@contextlib.contextmanager
def watched(node, canary, day=DAY_BEGINS):
    """A Watcher whose daemon is in step with the revision in force."""
    with Played(node, settings(node)[1]) as played:
        watcher = Watcher(node, canary, played, day)
        played.set_day(day)
        watcher.look()
        yield watcher
        played.end()


def soaked(node):
    """For how many seconds each canary was seen to do well."""
    return {canary["id"]: canary["soaked"] for canary in rollout_state(node).get("canaries", [])}


def test_a_waiting_node_corrects_by_the_revision_in_force_and_says_what_it_waits_for(cluster):
    one, two, _ = cluster
    with watched(two, one) as watcher:
        change(cluster)
        two.write(cluster.document)
        watcher.look()
        before = two.server.config_writes()
        text = held(two)
        assert "revision 9, waits since " in text and "node 1: " in text and "Revision 8 stays in force" in text, text
        assert two.server.config_writes() == before and checkpoint(two) == "100 10"
        # What departs from the revision in force is put right, by daemon and apply; the new one is not.
        for correct, code in ((watcher.look, None), (lambda: two.apply(*options(two)).returncode, 3)):
            set_checkpoint(two, "300 30")
            assert correct() == code and checkpoint(two) == "100 10"
        planned = two.plan(*options(two))
        assert planned.returncode == 3 and "held rollout" in planned.stdout + planned.stderr, planned.stdout
        shown = two.run("check", *options(two))
        assert shown.returncode == 1 and "rollout" in shown.stdout, shown.stdout
        assert remedies.printed(two.run("status", *options(two)).stdout, "release-rollout")
        assert status(two)["desired"]["revision"] == 8


def test_only_what_the_canary_itself_shows_of_this_file_counts(cluster):
    one, two, three = cluster
    with watched(two, one) as watcher:
        old = digest(one)
        change(cluster)
        cluster.write()
        new = digest(two)
        # Which was there before it was looked for; of another file with this revision, and of the one before.
        watcher.say(new)
        watcher.wait(20)
        for sha256, revision in (("0" * 64, 9), (old, 8), ("0" * 64, 10)):
            for _ in range(3):
                watcher.say(sha256, revision=revision)
                watcher.wait(60)
            assert soaked(two) == {1: 0}
        # Forged: by another account, at another server, old, and of a time to come.
        forgers = {"dn": three.server.databases[0].rootdn, "password": PASSWORD}
        for said in ({"age": 600}, {"age": -600}, {"by": three}, forgers):
            for _ in range(3):
                watcher.say(new, **said)
                watcher.wait(60)
            assert soaked(two) == {1: 0}, said
        # Something held or ill there, and one that says nothing of it.
        drop_beat(one)
        for said in ({"rollout": "held", "held": "G6"}, {"rollout": "ill"}, {"rollout": "trouble"}, {"rollout": ""}):
            for _ in range(3):
                watcher.say(new, **said)
                watcher.wait(60)
            assert soaked(two) == {1: 0}, said
        assert "canary" in [finding["code"] for finding in status(two)["findings"]]
        assert checkpoint(two) == "100 10" and held(two)
        # It does well.
        watcher.say(new)
        watcher.wait(60)
        assert checkpoint(two) == "100 10" and "it does well, for 10 s more" in held(two)
        watcher.say(new)
        watcher.wait(20)
        assert checkpoint(two) == "200 20" and not held(two)


def do_well(watcher, sha256, revision=9):
    """The canary shows that file for longer than the soak."""
    watcher.wait(20)
    for _ in range(2):
        watcher.say(sha256, revision=revision)
        watcher.wait(60)


def test_what_was_seen_counts_on_when_the_daemon_starts_again_and_its_gap_does_not(cluster):
    one, two, _ = cluster
    cluster.document["policy"]["rollout"]["soak"] = "100s"
    change(cluster)
    with watched(two, one) as watcher:
        cluster.write()
        do_well(watcher, digest(two))
        assert soaked(two) == {1: 60}
        day = watcher.day
    # What was there before proves nothing of the time without a daemon.
    with watched(two, one, day + 60) as watcher:
        watcher.say(digest(two))
        watcher.wait(20)
        assert soaked(two) == {1: 60} and checkpoint(two) == "100 10"
        watcher.wait(40)
        watcher.say(digest(two))
        watcher.wait(20)
        assert checkpoint(two) == "200 20" and not held(two)


def test_a_clock_that_jumps_at_the_canary_or_here_makes_it_no_shorter(cluster):
    one, two, _ = cluster
    cluster.document["policy"]["rollout"]["soak"] = "120s"
    change(cluster)
    with watched(two, one) as watcher:
        cluster.write()
        watcher.wait(20)
        watcher.say(digest(two))
        watcher.wait(20)
        watcher.wait(40)
        watcher.say(digest(two))
        watcher.wait(20)
        assert soaked(two) == {1: 60}
        # The canary's clock goes ahead; then ours does, and its goes back.
        watcher.say(digest(two), age=-50)
        watcher.wait(20)
        assert soaked(two) == {1: 80}
        watcher.played.ask("step 100")
        watcher.say(digest(two), age=-50)
        watcher.wait(20)
        assert soaked(two) == {1: 100}
        watcher.say(digest(two), age=40)
        watcher.wait(20)
        assert soaked(two) == {1: 100} and checkpoint(two) == "100 10" and held(two)


def test_a_consumer_waits_as_providers_do(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 3, [Database(attributes=ACCESS)])
    cluster.document["peers"][-1].update(id=5003, role="consumer")
    cluster.nodes[-1].id = 5003
    cluster.write()
    one, two, consumer = cluster
    one.server.seed()
    for node in (one, two):
        apply_until_joined(node)
    give_account(cluster)
    add_container(one.server)
    give_heartbeat(cluster)
    stage(cluster)
    cluster.write()
    apply_until_joined(consumer)
    with watched(consumer, one) as watcher:
        cluster.document["revision"] = 9
        cluster.document["databases"][0]["syncrepl"]["retry"] = "2 +"
        consumer.write(cluster.document)
        watcher.wait(20)
        assert held(consumer) and all('retry="1 +"' in value for value in consumer.syncrepl())
        do_well(watcher, digest(consumer))
        watcher.played.rest()
        assert not held(consumer) and all('retry="2 +"' in value for value in consumer.syncrepl())


# Ways out

@pytest.mark.remedy("release-rollout")
def test_a_dead_canary_holds_nobody_whom_a_person_releases(cluster):
    one, two, _ = cluster
    with watched(two, one) as watcher:
        change(cluster)
        two.write(cluster.document)
        watcher.say("0" * 64, revision=8)
        watcher.look()
        one.server.stop()
        for _ in range(5):
            watcher.wait(60)
        text = held(two)
        assert "node 1: it is silent: its last heartbeat that came here is of " in text, text
        assert any("canary" == finding["code"] and "silent" in finding["text"] for finding in status(two)["findings"])
        done = two.apply(*options(two))
        assert done.returncode == 3
        remedies.run(two, done.stdout + done.stderr, "release-rollout")
        assert checkpoint(two) == "200 20"
        # It stays let pass.
        watcher.look()
        assert checkpoint(two) == "200 20" and not held(two) and status(two)["desired"]["revision"] == 9
        one.server.start()


def test_a_dead_canary_goes_by_a_revision_that_names_another_one(cluster):
    one, two, three = cluster
    with watched(two, one) as watcher:
        change(cluster)
        two.write(cluster.document)
        watcher.wait(300)
        assert held(two)
        change(cluster)
        cluster.document["policy"]["rollout"]["first"] = [3]
        two.write(cluster.document)
        watcher.canary = three
        watcher.look()
        assert "revision 10, with another \"first\" than before, waits" in held(two) and "node 3: " in held(two) and "node 1" not in held(two)
        do_well(watcher, digest(two), revision=10)
        assert checkpoint(two) == "200 20" and not held(two)


@pytest.mark.remedy("rollout-off")
def test_a_revision_that_lost_its_rollout_waits(cluster):
    one, two, _ = cluster
    with watched(two, one) as watcher:
        change(cluster)
        del cluster.document["policy"]["rollout"]
        two.write(cluster.document)
        watcher.wait(20)
        assert "has no \"rollout\", and the revision in force has one" in held(two) and checkpoint(two) == "100 10"
        line = remedies.line(held(two), "rollout-off")
        cluster.document["policy"] |= line
        two.write(cluster.document)
        watcher.look()
        assert checkpoint(two) == "200 20" and not held(two)
        # From now on there is none.
        change(cluster, "300 30")
        two.write(cluster.document)
        watcher.look()
        assert checkpoint(two) == "300 30"


def test_where_the_revision_in_force_was_not_kept_nothing_is_corrected(cluster):
    _, two, _ = cluster
    change(cluster)
    two.write(cluster.document)
    # What is kept of another revision is no help.
    with open(os.path.join(two.state_dir, "peers.json"), "wb") as kept, open(two.peers_file, "rb") as file:
        kept.write(file.read())
    set_checkpoint(two, "300 30")
    before = two.server.config_writes()
    done = two.apply(*options(two))
    assert done.returncode == 3 and "was not kept here, so that nothing is corrected meanwhile" in done.stdout + done.stderr
    assert two.server.config_writes() == before and checkpoint(two) == "300 30"
    with open(os.path.join(two.state_dir, "revision.json"), encoding="utf-8") as file:
        assert json.load(file)["revision"] == 8


def test_a_damaged_memory_lets_nothing_pass(cluster):
    _, two, _ = cluster
    change(cluster)
    two.write(cluster.document)
    with open(os.path.join(two.state_dir, "rollout.json"), "w", encoding="utf-8") as file:
        json.dump({"schema_version": 1, "passed": digest(two)}, file)
    done = two.apply(*options(two))
    assert done.returncode == 3 and "held rollout" in done.stdout + done.stderr and checkpoint(two) == "100 10"


def test_peers_are_removed_when_all_that_are_heard_show_the_revision(slapd_factory, program):
    cluster = make_cluster(slapd_factory, program, 4)
    one, two, three, _ = cluster
    stage(cluster)
    cluster.write()
    two.apply_ok()
    with watched(two, one) as watcher:
        cluster.document["revision"] = 9
        cluster.document["peers"] = cluster.document["peers"][:3]
        two.write(cluster.document)
        other = Watcher(two, three, watcher.played, watcher.day)
        other.say("0" * 64, revision=8)
        do_well(watcher, digest(two))
        text = held(two)
        assert status(two)["desired"]["revision"] == 9 and "stay until all nodes that are heard show its revision, 9" in text
        assert len(two.syncrepl()) == 3
        for node in (watcher, other):
            node.day = watcher.day
            node.say(digest(two))
        watcher.wait(20)
        watcher.played.rest()
        assert len(two.syncrepl()) == 2 and not held(two)


def test_a_canary_that_joins_holds_the_others_until_it_joined(slapd_factory, program):
    cluster = make_cluster(slapd_factory, program, 2)
    one, two = cluster
    stage(cluster)
    cluster.write()
    for node in cluster:
        settings(node)
        node.apply_ok()
    fresh = slapd_factory([Database(attributes=ACCESS)])
    joiner = Node(program, fresh, 3, slapd_factory.folder("joiner"))
    cluster.document["peers"].append({"id": 3, "uri": fresh.ldap_uri})
    stage(cluster, first=[3], revision=9)
    with watched(two, joiner) as watcher:
        for node in (one, two, joiner):
            node.write(cluster.document)
        watcher.wait(20)
        assert "node 3: no heartbeat of it is here (it is new: nodes that are to read it need" in held(two), held(two)
        # It has no revision in force, so that it waits for nobody, and joins when a person lets the others read it.
        joiner.apply(*options(one))
        for node in (one, two):
            done = node.apply(*options(node))
            assert done.returncode == 3 and len(node.syncrepl()) == 1
            remedies.run(node, done.stdout + done.stderr, "release-rollout", statuses=(0, 3))
        apply_until_joined(joiner)
        watcher.look()
        assert len(one.syncrepl()) == len(two.syncrepl()) == 2 and not held(two)


# Mistakes

def wrong_uri(document, node):
    """Another host than meant in the URI of a peer."""
    del node
    document["peers"][-1]["uri"] = document["peers"][-1]["uri"].replace("127.0.0.1", "127.0.0.21")


def wrong_secret(document, node):
    """A file with another password."""
    path = os.path.join(node.folder, "wrong-secret")
    with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write("wrong\n")
    document["databases"][0]["syncrepl"]["credentials"] = {"file": path}


def cut_graph(document, node):
    """Nobody reads the last peer."""
    del node
    for peer in document["peers"][:-1]:
        peer["reads"] = [other["id"] for other in document["peers"][:-1] if other is not peer]


def no_database(document, node):
    """What a template leaves that failed."""
    del node
    document["databases"] = []


MISTAKES = {"uri": [wrong_uri], "secret": [wrong_secret], "graph": [cut_graph], "template": [no_database],
            "two": [wrong_uri, wrong_secret]}


def mistaken(cluster, names):
    """The next revision, with those mistakes; the document itself stays right."""
    cluster.document["revision"] += 1
    document = copy.deepcopy(cluster.document)
    for mistake in MISTAKES[names]:
        mistake(document, cluster[0])
    return document


def links(node):
    """What slapd has of links, and of the rest that syncward would write."""
    return sorted(node.syncrepl()), checkpoint(node)


def tick(players, seconds):
    """Time passes for all of them, and what they ask is answered."""
    for played in players:
        played.ask(f"advance {seconds * 1000}")
        played.ask("trigger 1")
        while played.probes():
            pass


def tick_until(players, claim, what):
    """The same until it is so. cn=monitor shows readers' connections by slapd's own time, which is not played."""
    for _ in range(100):
        if claim():
            return
        tick(players, 20)
        time.sleep(0.05)
    raise AssertionError(f"not so after 2000 s: {what}")


def test_a_node_joins_by_a_staged_revision_and_nobody_is_asked(slapd_factory, program):
    """The node that tries it reads the new one, which is no provider yet, and does well all the same."""
    cluster = make_cluster(slapd_factory, program, 2)
    one, two = cluster
    stage(cluster)
    cluster.write()
    fresh = slapd_factory([Database(attributes=ACCESS)])
    joiner = Node(program, fresh, 3, slapd_factory.folder("joiner"))
    with contextlib.ExitStack() as stack:
        players = [stack.enter_context(Played(node, settings(node)[1])) for node in cluster]
        tick_until(players, lambda: all(beat(two.server, node) for node in cluster), "both write heartbeats")
        cluster.document["peers"].append({"id": 3, "uri": fresh.ldap_uri})
        cluster.document["revision"] += 1
        for node in (two, joiner, one):
            node.write(cluster.document)
        players.append(stack.enter_context(Played(joiner, settings(joiner)[1])))
        tick(players, 20)
        assert held(two) and len(two.syncrepl()) == 1
        nodes = (one, two, joiner)
        tick_until(players, lambda: all(len(node.syncrepl()) == 2 and not held(node) for node in nodes) and
                   fresh.values(fresh.database_dn(), fresh.flag()) == ["TRUE"], "the new node is a provider that all read")
        for played in players:
            played.end()


@pytest.mark.parametrize("names", MISTAKES)
def test_a_mistake_reaches_nobody_but_the_canary_and_when_it_is_mended_all_go_on(cluster, names, request):
    order = random.Random(request.node.name)
    with contextlib.ExitStack() as stack:
        players = [stack.enter_context(Played(node, settings(node)[1])) for node in cluster]
        tick_until(players, lambda: all(beat(cluster[1].server, node) for node in cluster), "all write heartbeats")
        before = [links(node) for node in cluster]
        document = mistaken(cluster, names)
        for node in order.sample(list(cluster), 3):
            node.write(document)
            tick(players, 1)
        for _ in range(12):
            tick(players, 20)
        assert status(cluster[0])["desired"]["revision"] == (9 if names in ("uri", "secret", "two") else 8)
        for node, was in zip(cluster.nodes[1:], before[1:]):
            assert links(node) == was, node.id
            assert status(node)["desired"]["revision"] == 8
        change(cluster)
        for node in order.sample(list(cluster), 3):
            node.write(cluster.document)
            tick(players, 1)
        tick_until(players, lambda: all(checkpoint(node) == "200 20" and len(node.syncrepl()) == 2 and not held(node)
                                        for node in cluster), "all have the mended revision")
        for played in players:
            played.end()


# SYNCWARD_ROLLOUT_NODES=8 is a form for a machine that has other work.
MANY = int(os.environ.get("SYNCWARD_ROLLOUT_NODES", "20"))


@pytest.mark.long
@pytest.mark.one_release
def test_mistakes_brought_to_many_nodes_in_random_order_reach_the_canary_alone(slapd_factory, program, request):
    cluster = make_cluster(slapd_factory, program, MANY)
    order = random.Random(request.node.name)
    stage(cluster, soak="1s")
    cluster.write()
    for node in cluster:
        node.apply_ok()
    with daemons(cluster):
        for node in cluster:
            wait_until(lambda node=node: states(node) == ["heard"] * MANY, f"node {node.id} hears all", 180 + 8 * MANY)
        before = [links(node) for node in cluster]
        for names in order.sample(list(MISTAKES), len(MISTAKES)):
            document = mistaken(cluster, names)
            for node in order.sample(list(cluster), MANY):
                node.write(document)
        for node in cluster.nodes[1:]:
            wait_until(lambda node=node: held(node) or "refused" in json.dumps(status(node)), f"node {node.id} has seen it", 60 + 4 * MANY)
        # Longer than the soak, and than a heartbeat takes.
        last = [csn_of(node) for node in cluster]
        wait_until(lambda: all(csn_of(node) > was for node, was in zip(cluster, last)), "each wrote another heartbeat", 180 + 4 * MANY)
        for node, was in zip(cluster.nodes[1:], before[1:]):
            assert links(node) == was, node.id
        change(cluster)
        for node in order.sample(list(cluster), MANY):
            node.write(cluster.document)
        for node in cluster:
            wait_until(lambda node=node: checkpoint(node) == "200 20" and not held(node), f"node {node.id} has it", 400 + 10 * MANY)
        wait_until(lambda: all(len(node.syncrepl()) == MANY - 1 for node in cluster), "all are linked", 60 + 4 * MANY)
