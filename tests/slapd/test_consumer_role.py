# SPDX-License-Identifier: Apache-2.0
"""Peers with "role": "consumer": they read, take no writes, and nobody reads or waits for them."""

import contextlib
import copy
import json
import os

import ldap
import pytest
import remedies
import tools
from cluster import Cluster, add_person, apply_until_joined, wait_entry
from daemon import Daemon
from jsonschema import Draft202012Validator
from slapd import SUFFIX, Database, wait_until
from test_joining import replace_server
from whole import wait_equal, whole

CONSUMER = 5003  # no server ID: slapd takes 4095 at most


def make(slapd_factory, program, n_providers=2, **database):
    """Providers, and a consumer behind them in the list."""
    cluster = Cluster(slapd_factory, program, n_providers + 1, [Database(**database)])
    cluster.document["peers"][-1].update(id=CONSUMER, role="consumer")
    cluster.nodes[-1].id = CONSUMER
    cluster.write()
    return cluster


def form_providers(cluster):
    """In step, and syncward has seen it."""
    cluster[0].server.seed()
    for node in cluster.nodes[:-1]:
        apply_until_joined(node)


@pytest.fixture(name="cluster")
def fixture_cluster(slapd_factory, program):
    """Two providers and an empty consumer."""
    cluster = make(slapd_factory, program)
    form_providers(cluster)
    return cluster


@pytest.fixture(name="joined")
def fixture_joined(cluster):
    apply_until_joined(cluster[-1])
    wait_equal(cluster.nodes)
    cluster.wait_persistent()
    return cluster


def changes(cluster, name, meanwhile=contextlib.nullcontext):
    """Adds at each provider; meanwhile deletes, renames and changes what the other one added."""
    providers = cluster.nodes[:-1]
    for node in providers:
        admin = node.server.admin()
        for what in ("stays", "goes", "moves"):
            cn = f"{name}-{what}{node.id}"
            admin.add_s(f"cn={cn},{SUFFIX}", [("objectClass", [b"person"]), ("sn", [b"x"]), ("cn", [cn.encode()])])
    wait_equal(cluster.nodes)
    with meanwhile():
        for node, other in zip(providers, reversed(providers)):
            admin = node.server.admin()
            admin.delete_s(f"cn={name}-goes{other.id},{SUFFIX}")
            admin.rename_s(f"cn={name}-moves{other.id},{SUFFIX}", f"cn={name}-moved{other.id}")
            admin.modify_s(f"cn={name}-stays{other.id},{SUFFIX}", [(ldap.MOD_REPLACE, "sn", b"y")])
            add_person(node.server, f"{name}-late{node.id}")
        wait_equal(providers)
    entries = wait_equal(cluster.nodes)
    assert not any(f"{name}-goes" in dn or f"{name}-moves" in dn for dn in entries)
    assert sum(f"{name}-moved" in dn or f"{name}-late" in dn for dn in entries) == 2 * len(providers)


def rids(node):
    return sorted(int(value.partition("rid=")[2][:3]) for value in node.syncrepl())


def is_plain(server):
    """Nothing of a provider stands in cn=config."""
    entries = dict(server.search("cn=config"))
    return (not any("syncprov" in dn for dn in entries) and server.values("cn=config", "olcServerID") == [] and
            server.values(server.database_dn(), server.flag()) == [])


def assert_refuses_writes(server):
    """As slapd says it of a copy without olcUpdateRef: the same on 2.4, 2.5 and 2.6."""
    with pytest.raises(ldap.UNWILLING_TO_PERFORM) as refused:
        add_person(server, "refused")
    assert refused.value.args[0]["info"] == "shadow context; no update referral"


@pytest.mark.every_release
def test_a_consumer_from_empty_to_in_step(cluster):
    """It reads one provider first, then both; every change arrives, also what came while it was away."""
    consumer = cluster[-1]
    done = consumer.apply("--first-node")
    assert done.returncode == 3 and consumer.syncrepl() == [], done.stdout
    apply_until_joined(consumer)
    assert rids(consumer) == [1, 2] and is_plain(consumer.server)
    wait_equal(cluster.nodes)
    cluster.wait_persistent()
    assert_refuses_writes(consumer.server)
    changes(cluster, "there")

    @contextlib.contextmanager
    def away():
        consumer.server.stop()
        yield
        consumer.server.start()
    changes(cluster, "away", away)
    for node in cluster:
        node.assert_in_step()
    done = consumer.run("verify")
    assert done.returncode == 0 and f"{CONSUMER} {consumer.server.ldap_uri} (this node): in step" in done.stdout, done.stdout
    assert "not asked from here: 1" in cluster[0].run("verify").stdout


def test_daemons_bring_a_consumer_in_step(slapd_factory, program):
    """All three from empty, told as what they are."""
    cluster = make(slapd_factory, program)
    cluster[0].server.seed()
    with contextlib.ExitStack() as stack:
        for node in cluster:
            stack.enter_context(Daemon(node))
        wait_until(lambda: all(node.run("check").returncode == 0 for node in cluster), "all are in step", 90)
        cluster.wait_persistent()
        changes(cluster, "there")
        status = cluster[-1].run("status").stdout
        assert f"{CONSUMER}, {cluster[-1].server.ldap_uri}, a consumer" in status and "not multi-provider" not in status
        assert "consumers, each of which reports only on itself: 1" in cluster[0].run("status").stdout
        assert "1 consumers not looked at" in cluster[0].run("check").stdout
        assert f"lag_{CONSUMER}=" in cluster[-1].run("check").stdout
        told = json.loads(cluster[-1].run("status", "--output", "json").stdout)
        assert told["node"]["role"] == "consumer"
        with open(os.path.join(tools.TOP, "etc/status.schema.json"), encoding="utf-8") as file:
            Draft202012Validator(json.load(file)).validate(told)
    assert is_plain(cluster[-1].server)


def test_a_new_consumer_changes_nothing_at_providers(joined):
    """No write and no dropped session there, whatever the id."""
    providers = joined.nodes[:-1]
    before = [(node.server.config_writes(), node.server.tcp_peers()) for node in providers]
    joined.document["peers"].append({"id": 65535, "uri": "ldap://127.0.0.1:1", "role": "consumer"})
    joined.document["revision"] = 2
    joined.write()
    for node in joined:
        done = node.apply_ok()
        assert "Nothing to change" in done.stdout
    assert [(node.server.config_writes(), node.server.tcp_peers()) for node in providers] == before


def test_with_an_account_of_its_own_a_consumer_is_let_read(joined):
    """By the limits of the providers that it reads, and of no other."""
    account = f"cn=reader,{SUFFIX}"
    joined.document["peers"].append({"id": 600, "uri": "ldap://127.0.0.1:1", "role": "consumer", "reads": [1],
                                     "as_consumer": {"binddn": account}})
    joined.write()
    assert account in joined[0].apply_ok().stdout
    assert "Nothing to change" in joined[1].apply_ok().stdout


def test_one_provider_and_a_consumer(slapd_factory, program):
    """The smallest cluster of all: the provider is given its overlay and server ID, and no flag, as it reads nobody."""
    cluster = make(slapd_factory, program, n_providers=1)
    form_providers(cluster)
    apply_until_joined(cluster[1])
    changes(cluster, "there")
    for node in cluster:
        node.assert_in_step()
    assert cluster[0].server.values(cluster[0].server.database_dn(), cluster[0].server.flag()) == []


@pytest.mark.every_release
def test_a_consumer_that_was_wiped_joins_again(slapd_factory, program, joined):
    """A new machine under the same address."""
    late = add_person(joined[0].server, "late")
    again = replace_server(slapd_factory, program, joined, 2)
    apply_until_joined(again)
    assert late in wait_equal(joined.nodes) and is_plain(again.server)
    changes(joined, "again")


def test_a_consumer_goes_on_while_one_provider_is_away(joined):
    """What the other one gets comes to it, and nothing of it waits."""
    joined[0].server.stop()
    there = add_person(joined[1].server, "meanwhile")
    wait_entry(joined[-1].server, there)
    joined[-1].assert_in_step()
    assert joined[-1].run("verify").returncode == 1
    joined[0].server.start()
    assert there in wait_equal(joined.nodes)
    assert joined[-1].run("verify").returncode == 0


def test_a_typo_in_a_uri_leaves_the_working_link_of_a_consumer(joined):
    consumer, before = joined[2], joined[2].syncrepl()
    consumer.apply_ok()  # it sees that they work
    document = copy.deepcopy(joined.document)
    for peer in document["peers"][:2]:
        peer["uri"] = peer["uri"].replace("127.0.0.1", "ldap.nowhere.invalid")
    consumer.write(document)
    for _ in range(2):
        held = consumer.apply()
        assert held.returncode == 3 and "held G6" in held.stdout and "there is no host" in held.stdout, held.stdout
        assert consumer.syncrepl() == before
    for node in joined.nodes[:2]:
        wait_entry(consumer.server, add_person(node.server, f"still{node.id}"))


def test_a_consumer_that_is_behind_is_told_so(joined):
    """It alone knows; its links were ended by hand, and come back."""
    consumer = joined[-1]
    consumer.edit([(ldap.MOD_DELETE, "olcSyncrepl", None)])
    missed = add_person(joined[0].server, "missed")
    wait_equal(joined.nodes[:-1])
    done = consumer.run("verify", "--timeout", "1")
    assert done.returncode == 1 and "Not all are in step" in done.stdout, done.stdout
    apply_until_joined(consumer)
    assert missed in wait_equal(joined.nodes) and rids(consumer) == [1, 2]


def test_a_consumer_proves_nothing_to_a_provider_that_joins(slapd_factory, program, joined):
    """Wiped while the other provider is down, a provider waits for it, although the consumer has everything."""
    own = add_person(joined[1].server, "own")
    wait_equal(joined.nodes)
    joined[0].server.stop()
    again = replace_server(slapd_factory, program, joined, 1)
    done = again.apply()
    assert done.returncode == 3 and "held joining" in done.stdout and again.syncrepl() == [], done.stdout
    joined[0].server.start()
    apply_until_joined(again)
    assert own in wait_equal(joined.nodes)


@pytest.mark.remedy("role-provider")
@pytest.mark.every_release
def test_a_provider_that_the_file_makes_a_consumer_is_held(slapd_factory, program):
    """Nothing is written there; the printed line ends it, and so does what makes it a consumer."""
    cluster = Cluster(slapd_factory, program, 3).form()
    node = cluster[2]
    own = add_person(node.server, "written-here")
    wait_equal(cluster.nodes)
    before = node.server.config_writes()
    peer = cluster.document["peers"][2]
    peer["role"] = "consumer"
    cluster.write()
    held = node.apply("--release", "G10")
    assert held.returncode == 3 and "held role" in held.stdout and "multi-provider flag" in held.stdout, held.stdout
    assert node.server.config_writes() == before and rids(node) == [1, 2]
    others = [other.apply() for other in cluster.nodes[:2]]
    assert all(done.returncode == 3 and "peers.json makes it a consumer" in done.stdout for done in others), others
    assert [rids(other) for other in cluster.nodes[:2]] == [[2, 3], [1, 3]]
    still = add_person(node.server, "still-a-provider")
    assert still in wait_equal(cluster.nodes)
    peer.update(remedies.line(held.stdout, "role-provider"))
    cluster.write()
    node.assert_in_step()

    assert node.run("leave").returncode == 0
    peer["role"] = "consumer"
    cluster.write()
    assert "held" in node.apply().stdout and node.syncrepl() == []
    again = replace_server(slapd_factory, program, cluster, 2)
    for other in cluster.nodes[:2]:
        other.apply_ok("--release", "G4")
    apply_until_joined(again)
    assert own in wait_equal(cluster.nodes) and is_plain(again.server)


def empty(node, ldif=None):
    """Its database, not its configuration nor what syncward remembers; filled with the LDIF."""
    folder, = node.server.values(node.server.database_dn(), "olcDbDirectory")
    node.server.stop()
    for name in os.listdir(folder):
        os.unlink(os.path.join(folder, name))
    if ldif:
        path = node.folder + "/dump.ldif"
        with open(path, "w", encoding="utf-8") as file:
            file.write(ldif)
        node.server.tool("add", "-w", "-b", SUFFIX, "-l", path)
    node.server.start()


@pytest.mark.remedy("role-consumer", "role-anew")
def test_a_consumer_that_the_file_makes_a_provider_is_held(slapd_factory, program, joined):
    """The printed line ends it; so does what makes it a provider."""
    consumer = joined[-1]
    before = consumer.server.config_writes()
    peer = joined.document["peers"][2]
    peer.update(id=3, role="provider")
    joined.write()
    consumer.id = 3
    held = consumer.apply()
    assert held.returncode == 3 and "held role" in held.stdout, held.stdout
    assert consumer.server.config_writes() == before and is_plain(consumer.server)
    peer.update(remedies.line(held.stdout, "role-consumer"))
    joined.write()
    consumer.assert_in_step()

    remedies.printed(held.stdout, "role-anew")
    assert consumer.run("leave").returncode == 0
    peer["role"] = "provider"
    consumer = replace_server(slapd_factory, program, joined, 2)
    for node in joined.nodes[:2]:
        node.apply()
    apply_until_joined(consumer)
    own = add_person(consumer.server, "by-a-provider")
    for node in joined.nodes[:2]:
        apply_until_joined(node)
    assert own in wait_equal(joined.nodes)
    remedies.did("role-anew")


@pytest.mark.every_release
def test_a_consumer_with_entries_of_its_own_is_held(cluster):
    """Its first refresh would delete what no provider has; as a provider it is judged as any other."""
    consumer = cluster[-1]
    consumer.server.seed()
    own = add_person(consumer.server, "only-here")
    before = whole(consumer.server)
    held = consumer.apply()
    assert held.returncode == 3 and "held G10" in held.stdout, held.stdout
    assert consumer.syncrepl() == [] and whole(consumer.server) == before and own in before
    remedies.printed(held.stdout, "database-anew")
    empty(consumer)
    apply_until_joined(consumer)
    assert own not in wait_equal(cluster.nodes)


def test_a_copy_of_a_provider_is_taken_by_release(cluster):
    """The same entries, loaded from a dump: whether they are older than the providers' only a person knows."""
    consumer = cluster[-1]
    empty(consumer, cluster[0].server.tool("cat", "-b", SUFFIX).stdout)
    late = add_person(cluster[0].server, "late")
    held = consumer.apply()
    assert held.returncode == 3 and "held G10" in held.stdout and consumer.syncrepl() == [], held.stdout
    remedies.run(consumer, held.stdout, "release-g10", statuses=(0, 3))
    apply_until_joined(consumer)
    assert late in wait_equal(cluster.nodes) and rids(consumer) == [1, 2]


def test_a_consumer_that_was_emptied_is_filled_and_is_no_news_to_others(joined):
    """slapd reads it anew by the links that are there; syncward says that it joins, and then that it has."""
    consumer = joined[-1]
    for node in joined.nodes[:2]:
        node.server.stop()
    empty(consumer)
    held = consumer.plan()
    assert held.returncode == 3 and "no provider that this consumer reads shows data" in held.stdout, held.stdout
    for node in joined.nodes[:2]:
        node.server.start()
    apply_until_joined(consumer)
    wait_equal(joined.nodes)
    joined.wait_persistent()
    changes(joined, "again")


def test_what_only_a_provider_can_do_is_not_done_at_a_consumer(joined):
    consumer = joined[-1]
    before = consumer.server.config_writes()
    healed = consumer.run("heal")
    assert healed.returncode == 3 and "this node is a consumer" in healed.stdout, healed.stdout
    assert consumer.server.config_writes() == before
    done = consumer.run("doctor", "pending", "indices", "readers", "limits", "retired-ids")
    assert done.returncode == 0, done.stdout
    left = consumer.run("leave")
    assert left.returncode == 0 and consumer.syncrepl() == [], left.stdout
    with pytest.raises(ldap.UNWILLING_TO_PERFORM):
        add_person(consumer.server, "refused")
    assert_in_step_again(joined, consumer)


def assert_in_step_again(cluster, consumer):
    """It comes back by release, and is open for what it reads."""
    missed = add_person(cluster[0].server, "missed")
    assert "held left" in consumer.apply().stdout
    consumer.apply("--release", "left")
    apply_until_joined(consumer)
    assert missed in wait_equal(cluster.nodes) and rids(consumer) == [1, 2]
    assert consumer.server.values(consumer.server.database_dn(), "olcReadOnly") in ([], ["FALSE"])
    assert_refuses_writes(consumer.server)
