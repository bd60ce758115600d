# SPDX-License-Identifier: Apache-2.0
"""Hubs: consumers that others read. What comes through them, who may read them, and when one is a hub."""

import contextlib

import ldap
import pytest
import remedies
from cluster import Cluster, add_person, apply_until_joined, wait_entry
from daemon import Daemon
from slapd import SUFFIX, Database, wait_until
from test_consumer_role import assert_refuses_writes, empty, rids
from test_joining import replace_server
from whole import wait_equal, whole

HUB, SECOND, LAST = 10, 11, 5003


def make(slapd_factory, program, reads, n_providers=2):
    """Providers, and behind them one node for each of reads: {id: whom it reads}; a hub when another one reads it."""
    cluster = Cluster(slapd_factory, program, n_providers + len(reads), [Database()])
    read = {peer for peers in reads.values() for peer in peers}
    for node, peer, (number, named) in zip(cluster.nodes[n_providers:], cluster.document["peers"][n_providers:], reads.items()):
        node.id = number
        peer.update(id=number, role="consumer", reads=list(named))
        if number in read:
            peer["hub"] = True
    cluster.write()
    return cluster


def form(cluster):
    """In step, provider by provider and hub by hub."""
    cluster[0].server.seed()
    for node in cluster:
        apply_until_joined(node)
    wait_equal(cluster.nodes)
    cluster.wait_persistent()
    return cluster


@pytest.fixture(name="chain")
def fixture_chain(slapd_factory, program):
    """Two providers, a hub that reads both, a hub that reads that, and a consumer at the end."""
    return form(make(slapd_factory, program, {HUB: (1, 2), SECOND: (HUB,), LAST: (SECOND,)}))


@pytest.fixture(name="tree")
def fixture_tree(slapd_factory, program):
    """Two providers, a hub, and a consumer that reads it alone."""
    return form(make(slapd_factory, program, {HUB: (1, 2), LAST: (HUB,)}))


def changes(cluster, name, meanwhile=contextlib.nullcontext):
    """Adds at each of the two providers; meanwhile deletes, renames and changes what the other one added."""
    providers = cluster.nodes[:2]
    for node in providers:
        admin = node.server.admin()
        for what in ("stays", "goes", "moves"):
            cn = f"{name}-{what}{node.id}"
            admin.add_s(f"cn={cn},{SUFFIX}", [("objectClass", [b"person"]), ("sn", [b"x"]), ("cn", [cn.encode()])])
    wait_equal(cluster.nodes)
    with meanwhile():
        for node, other in zip(providers, reversed(providers)):
            admin = node.server.admin()
            add_person(node.server, f"{name}-late{node.id}")
            admin.modify_s(f"cn={name}-stays{other.id},{SUFFIX}", [(ldap.MOD_REPLACE, "sn", b"y")])
            admin.rename_s(f"cn={name}-moves{other.id},{SUFFIX}", f"cn={name}-moved{other.id}")
            admin.delete_s(f"cn={name}-goes{other.id},{SUFFIX}")
        wait_equal(providers)
    entries = wait_equal(cluster.nodes, seconds=60)
    assert not any(f"{name}-goes" in dn or f"{name}-moves" in dn for dn in entries)
    assert sum(f"{name}-moved" in dn or f"{name}-late" in dn for dn in entries) == 4
    cluster.wait_in_step()


def away(*nodes):
    @contextlib.contextmanager
    def gone():
        for node in nodes:
            node.server.stop()
        yield
        for node in nodes:
            node.server.start()
    return gone


def has_overlay(node):
    return any("syncprov" in dn for dn, _ in node.server.search("cn=config"))


def is_hub(server):
    """An overlay, and nothing else of a provider."""
    return (any("syncprov" in dn for dn, _ in server.search("cn=config")) and server.values("cn=config", "olcServerID") == [] and
            server.values(server.database_dn(), server.flag()) == [])


@pytest.mark.every_release
def test_everything_comes_through_a_chain_of_hubs(chain):
    """Also what happened while one of them, or both, or the last one was away."""
    hub, second, last = chain.nodes[2:]
    assert rids(hub) == [1, 2] and rids(second) == [HUB] and rids(last) == [SECOND]
    assert is_hub(hub.server) and is_hub(second.server) and not has_overlay(last)
    for node in (hub, second, last):
        assert_refuses_writes(node.server)
    changes(chain, "there")
    changes(chain, "first", away(hub))
    changes(chain, "second", away(second))
    changes(chain, "both", away(hub, second))
    changes(chain, "last", away(hub, last))
    for node in chain:
        node.assert_in_step()


@pytest.mark.every_release
def test_a_hub_that_was_wiped_joins_again(slapd_factory, program, chain):
    """A new machine under its address: it is read when it has everything, and whoever read it goes on by itself."""
    changes(chain, "before")
    hub, second = chain.nodes[2:4]
    hub.server.stop()
    gone = add_person(chain[0].server, "gone")
    chain[1].server.admin().delete_s(f"cn=before-stays1,{SUFFIX}")
    again = replace_server(slapd_factory, program, chain, 2)
    chain[0].server.admin().delete_s(gone)
    assert "held joining" in again.plan().stdout
    apply_until_joined(again)
    log = again.server.log()
    assert log.index('MOD dn="olcDatabase=') < log.index('ADD dn="olcOverlay='), "nobody reads what is not complete"
    assert is_hub(again.server) and rids(again) == [1, 2]
    entries = wait_equal(chain.nodes, seconds=60)
    assert gone not in entries and f"cn=before-stays1,{SUFFIX}" not in entries
    changes(chain, "after", away(second))
    for node in chain:
        node.assert_in_step()


@pytest.mark.every_release
def test_a_hub_whose_database_was_emptied_is_filled(chain):
    """Its overlay is there all the time: slapd tells who reads it nothing until it has everything."""
    changes(chain, "before")
    hub = chain[2]
    before = whole(chain[0].server)
    chain[0].server.stop()
    chain[1].server.stop()
    empty(hub)
    held = hub.apply()
    assert held.returncode == 3 and "no provider that this consumer reads shows data" in held.stdout, held.stdout
    assert whole(chain[4].server) == before, "nobody took over that it is empty"
    chain[0].server.start()
    chain[1].server.start()
    apply_until_joined(hub)
    wait_equal(chain.nodes, seconds=60)
    chain.wait_persistent()
    changes(chain, "after")


@pytest.mark.remedy("role-leaf")
@pytest.mark.every_release
def test_a_consumer_that_the_file_makes_a_hub_is_held(slapd_factory, program):
    """The printed line ends it; a person's word makes it one, and whoever reads it then has everything."""
    cluster = form(make(slapd_factory, program, {HUB: (1, 2), LAST: (1,)}))
    node, last = cluster.nodes[2:]
    peer, reader = cluster.document["peers"][2:]
    before = node.server.config_writes()
    peer["hub"] = True
    reader["reads"] = [HUB]
    cluster.write()
    held = node.apply()
    assert held.returncode == 3 and "held role" in held.stdout and "nobody read" in held.stdout, held.stdout
    assert node.server.config_writes() == before
    reader["reads"] = [1]
    peer.update(remedies.line(held.stdout, "role-leaf"))
    cluster.write()
    node.assert_in_step()

    peer["hub"] = True
    reader["reads"] = [HUB]
    cluster.write()
    remedies.run(node, node.apply().stdout, "release-role", statuses=(0, 3))
    apply_until_joined(node)
    assert is_hub(node.server)
    apply_until_joined(last)
    assert rids(last) == [HUB]
    changes(cluster, "then", away(node))
    for other in cluster:
        other.assert_in_step()


def test_what_a_consumer_did_not_read_keeps_it_from_being_a_hub(slapd_factory, program):
    """contextCSN is equal, and whoever read it next would delete what its filter left out."""
    cluster = make(slapd_factory, program, {HUB: (1, 2), LAST: (1,)})
    node, last = cluster.nodes[2:]
    cluster.document["peers"][2]["as_consumer"] = {"filter": "(!(cn=hidden*))"}
    cluster.write()
    cluster[0].server.seed()
    apply_until_joined(cluster[0])
    apply_until_joined(cluster[1])
    hidden = add_person(cluster[0].server, "hidden-from-it")
    for _ in range(3):
        node.apply("--release", "G13")
        wait_entry(node.server, SUFFIX)
    shown = add_person(cluster[1].server, "shown")
    wait_entry(node.server, shown)
    apply_until_joined(last)
    del cluster.document["peers"][2]["as_consumer"]
    cluster.write()
    apply_until_joined(node)
    cluster.document["peers"][2]["hub"] = True
    cluster.document["peers"][3]["reads"] = [HUB]
    cluster.write()
    for _ in range(2):
        held = node.apply("--release", "role")
        assert held.returncode == 3 and "has are missing (" in held.stdout and not has_overlay(node), held.stdout
        last.apply()
    assert hidden in whole(last.server) and 1 in rids(last), "who is to read it stays with what it reads"


@pytest.mark.every_release
def test_a_hub_becomes_a_consumer_again_when_nobody_reads_it(tree):
    """The file may not say so while somebody is to; its overlay stays, and what reads it does so until a person ends it."""
    hub, last = tree.nodes[2:]
    peer, reader = tree.document["peers"][2:]
    del peer["hub"]
    tree.write()
    refused = hub.apply()
    assert refused.returncode == 78 and "nobody may read it" in refused.stderr, refused.stderr
    reader["reads"] = [1]
    tree.write()
    before = hub.server.config_writes()
    hub.assert_in_step()
    assert hub.server.config_writes() == before
    held = last.apply()
    assert held.returncode == 3 and "held G4" in held.stdout and rids(last) == [1, HUB], held.stdout
    changes(tree, "between")
    remedies.run(last, held.stdout, "release-g4")
    assert rids(last) == [1]
    changes(tree, "then", away(hub))


def test_a_hub_does_not_leave_those_who_read_it_alone(tree):
    """What is written would come to them no more."""
    hub, last = tree.nodes[2:]
    held = hub.run("leave")
    assert held.returncode == 3 and "falls into parts" in held.stdout and rids(hub) == [1, 2], held.stdout
    tree.document["peers"][3]["reads"] = [1, HUB]
    tree.write()
    apply_until_joined(last)
    left = hub.run("leave")
    assert left.returncode == 0 and hub.syncrepl() == [], left.stdout
    wait_entry(last.server, add_person(tree[0].server, "late"))
    assert_closed(hub.server)


def assert_closed(server):
    with pytest.raises(ldap.UNWILLING_TO_PERFORM):
        add_person(server, "refused")


@pytest.mark.every_release
def test_a_provider_becomes_a_hub_by_a_persons_word(slapd_factory, program):
    """Clients' writes end there, and what it wrote goes on to all; then it is a provider again."""
    cluster = Cluster(slapd_factory, program, 4)
    cluster.document["peers"][3].update(role="consumer", reads=[3])
    cluster.write()
    form(cluster)
    node = cluster[2]
    own = add_person(node.server, "written-here")
    wait_equal(cluster.nodes)
    cluster.document["peers"][2].update(role="consumer", hub=True)
    cluster.write()
    held = node.apply()
    assert held.returncode == 3 and "held role" in held.stdout and "multi-provider flag" in held.stdout, held.stdout
    remedies.run(node, held.stdout, "release-role", statuses=(0, 3))
    for other in cluster.nodes[:2]:
        other.apply("--release", "G4")
    for other in cluster:
        apply_until_joined(other)
    assert_refuses_writes(node.server)
    changes(cluster, "hub")
    assert own in wait_equal(cluster.nodes)
    assert [rids(other) for other in cluster] == [[2], [1], [1, 2], [3]]

    for key in ("role", "hub"):
        del cluster.document["peers"][2][key]
    cluster.write()
    assert "held role" in node.apply().stdout
    node.apply("--release", "role")
    for _ in range(2):
        for other in cluster:
            apply_until_joined(other)
    again = add_person(node.server, "again")
    assert again in wait_equal(cluster.nodes)


def test_who_reads_a_hub_is_let_read_there(tree):
    """With an account of its own, by the hub's limits, and by no provider's."""
    account = f"cn=reader,{SUFFIX}"
    tree.document["peers"].append({"id": 600, "uri": "ldap://127.0.0.1:1", "role": "consumer", "reads": [HUB],
                                   "as_consumer": {"binddn": account}})
    tree.write()
    assert account in tree[2].apply_ok().stdout
    for node in (*tree.nodes[:2], tree[3]):
        assert "Nothing to change" in node.apply_ok().stdout


def test_a_hub_that_hides_attributes_from_its_readers_is_told(slapd_factory, program):
    """G12 as at a provider: it is given no overlay, and nobody reads it."""
    cluster = make(slapd_factory, program, {HUB: (1, 2), LAST: (HUB,)})
    hub, last = cluster.nodes[2:]
    cluster[0].server.seed()
    for node in cluster.nodes[:2]:
        apply_until_joined(node)
    root, reader = "gidNumber=0+uidNumber=0,cn=peercred,cn=external,cn=auth", cluster.databases[0].replicator
    hub.edit([(ldap.MOD_ADD, "olcAccess", [f'{{0}}to attrs=userPassword by dn.exact="{root}" read by dn.exact="{reader}" search by anonymous auth by * none',
                                           "{1}to * by * read"])])

    def is_complete():
        held = hub.apply()
        assert held.returncode == 3 and not has_overlay(hub), held.stdout
        return "held G12" in held.stdout and rids(hub) == [1, 2]
    wait_until(is_complete, "it has everything, and waits for the rights of its readers", 60)
    assert last.apply().returncode == 3 and whole(last.server) == {}
    hub.edit([(ldap.MOD_DELETE, "olcAccess", None)])
    apply_until_joined(hub)
    apply_until_joined(last)
    wait_equal(cluster.nodes)


def test_daemons_bring_a_chain_in_step(slapd_factory, program):
    """All from empty, in any order, told as what they are."""
    cluster = make(slapd_factory, program, {HUB: (1, 2), SECOND: (HUB,), LAST: (SECOND,)})
    cluster[0].server.seed()
    with contextlib.ExitStack() as stack:
        for node in reversed(cluster.nodes):
            stack.enter_context(Daemon(node))
        wait_until(lambda: all(node.run("check").returncode == 0 for node in cluster), "all are in step", 150)
        cluster.wait_persistent()
        changes(cluster, "there")
        changes(cluster, "away", away(cluster[2]))
        status = cluster[2].run("status").stdout
        assert f"{HUB}, {cluster[2].server.ldap_uri}, a hub" in status and "not multi-provider" not in status, status
        assert "consumers, each of which reports only on itself: 3" in cluster[0].run("status").stdout
        assert "consumers, each of which reports only on itself: 2" in cluster[2].run("status").stdout
    assert is_hub(cluster[2].server) and is_hub(cluster[3].server) and not has_overlay(cluster[4])


def test_what_only_a_provider_can_do_is_not_done_at_a_hub(tree):
    hub, last = tree.nodes[2:]
    before = hub.server.config_writes()
    for node in (hub, last):
        healed = node.run("heal")
        assert healed.returncode == 3 and "this node is a consumer" in healed.stdout, healed.stdout
    done = hub.run("doctor", "pending", "indices", "readers", "limits", "peer-provider")
    assert done.returncode == 0, done.stdout
    done = last.run("doctor", "pending", "indices", "peer-provider", "peer-read")
    assert done.returncode == 0, done.stdout
    assert hub.server.config_writes() == before


def test_a_session_log_at_a_hub_is_told(tree):
    """Somebody wrote it there: on every release what was away loses changes on their way through."""
    hub = tree[2]
    overlay, = (dn for dn, _ in hub.server.search("cn=config") if "syncprov" in dn)
    hub.server.modify(overlay, [(ldap.MOD_ADD, "olcSpSessionlog", "100")])
    told = hub.plan()
    assert "[session-log]" in told.stdout, told.stdout
    for database in tree.document["databases"]:
        database["syncprov"] = {"sessionlog": 100}
    tree.write()
    refused = hub.plan()
    assert refused.returncode == 78 and "not for a database with hubs" in refused.stderr, refused.stderr
