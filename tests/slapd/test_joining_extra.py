# SPDX-License-Identifier: Apache-2.0
"""What was deleted at a cluster does not come back by a node that joins it, nor stay there."""

import contextlib
import re
import threading
import time

import ldap
import pytest
from backups import put_back, saved
from cluster import Cluster, Node, add_person, apply_until_joined
from daemon import Daemon
from old_entries import formed_as_0_1_0_did
from relay import Relay
from slapd import SUFFIX, Database, wait_until
from test_joining import cut_refreshes, is_provider, load, replace_server
from whole import wait_equal, whole

GONE = f"cn=person3,{SUFFIX}"
REPLICATOR = f"cn=replicator,{SUFFIX}"


def list_too(cluster, node):
    """The node becomes a peer of the others, which get the new peers.json."""
    cluster.nodes.append(node)
    cluster.document["peers"].append({"id": node.id, "uri": node.server.ldap_uri})
    cluster.write()


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
    list_too(cluster, node)
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


@contextlib.contextmanager
def changes_at(server):
    """Something is changed there all the time."""
    is_over = threading.Event()

    def work():
        i = 0
        while not is_over.wait(0.02):
            i += 1
            add_person(server, f"change{i}")
    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def after_a_break(slapd_factory, program):
    """Its first refresh broke off, and what it had got by then was deleted before the next try."""
    cluster = Cluster(slapd_factory, program, 2, [Database(backend="mdb")]).form()
    load(cluster[0].server, 20)
    cluster.wait_in_step()
    cluster.wait_persistent()
    undo = cut_refreshes(cluster[0], cluster.databases[0].replicator)
    node = replace_server(slapd_factory, program, cluster, 1)
    assert node.apply().returncode == 3
    wait_until(lambda: len(whole(node.server)) > 2, "a part of the refresh")
    gone = next(dn for dn in sorted(whole(node.server)) if "person" in dn)
    delete(cluster[0].server, gone)
    undo()
    return cluster, gone


def after_a_bare_copy(slapd_factory, program):
    """It came without contextCSN: it gets everything anew, and nothing tells it what is not there any more."""
    return with_old_copy(slapd_factory, program, (), context_csn=False), GONE


@pytest.mark.newest_release
@pytest.mark.parametrize("make", [after_a_break, after_a_bare_copy])
def test_what_was_deleted_meanwhile_is_gone_before_clients_write(slapd_factory, program, make):
    """Nothing is changed: it waits. Something is: a reader that comes back behind it is told what is not there any more."""
    cluster, gone = make(slapd_factory, program)
    node = cluster.nodes[-1]

    def held():
        done = node.apply()
        assert done.returncode == 3 and not is_provider(node), done.stdout + done.stderr
        return "but so are entries that" in done.stdout
    wait_until(held, "it is told", 40)
    assert gone in whole(node.server)

    def joined():
        return [one.apply().returncode for one in cluster] == [0] * len(cluster.nodes)
    with changes_at(cluster[0].server):
        wait_until(joined, "all have joined", 90)
    assert gone not in wait_equal(cluster)


@pytest.mark.long
@pytest.mark.newest_release
def test_a_link_is_not_changed_in_each_pass_while_much_is_changed(slapd_factory, program):
    """By what it had found up to 30 s before, a daemon had it read at intervals again, and interrupted each refresh."""
    cluster, gone = after_a_break(slapd_factory, program)
    node = cluster.nodes[-1]

    def written():
        return sum("olcSyncrepl" in text for _, text in daemon.events("correction-applied"))

    with Daemon(node) as daemon:
        daemon.wait_for("joining", text="but so are entries that", timeout=60)
        with changes_at(cluster[0].server):
            for _ in range(40):
                daemon.reload()
                time.sleep(1)
        assert written() <= 4, "\n".join(daemon.lines)
        add_person(cluster[0].server, "last")
        wait_until(lambda: daemon.reload() or is_provider(node), "it has joined", 90)
    assert gone not in wait_equal(cluster)


ALL_OF_IT = r'SRCH attr=entryUUID entryCSN$'
PAGES = b"1.2.840.113556.1.4.319"


def wait_pass(daemon):
    before = daemon.last_pass()[0]
    daemon.reload()
    wait_until(lambda: daemon.last_pass()[0] > before, "a pass")


def test_a_daemon_that_waits_reads_both_copies_once(slapd_factory, program):
    """In each pass it read all of it again, here and at the peer, as long as it was held."""
    cluster, _ = after_a_bare_copy(slapd_factory, program)
    node = cluster.nodes[-1]
    with Daemon(node) as daemon:
        daemon.wait_for("joining", text="but so are entries that", timeout=60)
        peer = next(one.server for one in cluster if one.server.ldap_uri in daemon.events("joining")[-1][1])
        before = peer.log_count(ALL_OF_IT)
        assert before > 0
        for _ in range(3):
            wait_pass(daemon)
        assert peer.log_count(ALL_OF_IT) == before
        assert not is_provider(node)


def test_what_takes_longer_than_a_pass_is_read_to_its_end_beside_them(slapd_factory, program):
    """Above some hundred thousand entries a daemon never knew."""
    cluster = Cluster(slapd_factory, program, 1, [Database(backend="mdb")]).form()
    load(cluster[0].server, 20)
    server = slapd_factory([Database(backend="mdb")])
    with Relay(cluster[0].server) as relay:
        node = Node(program, server, 2, slapd_factory.folder("second"))
        cluster.nodes.append(node)
        cluster.document["peers"] = [{"id": one.id, "uri": one.server.ldap_uri} for one in cluster]
        cluster.write()
        relay.stall(PAGES)
        with Daemon(node) as daemon:
            daemon.wait_for("joining", text="not yet to the end", timeout=60)
            reading = daemon.children()
            for _ in range(2):  # the first may have been on its way
                wait_pass(daemon)
            assert set(reading) & set(daemon.children()) and not is_provider(node)
            relay.go_on()
            wait_until(lambda: cluster[0].apply() and is_provider(node), "it opens", 60)
            # Others ask peers meanwhile.
            wait_until(lambda: not set(reading) & set(daemon.children()), "who read to the end is gone")


OTHER_PASSWORD = "userPassword: another one\n"
IN_DANGER = "pwdChangedTime: 20300101000000Z\npwdFailureTime: 20300101000001Z\n"


def entry_changed(text, dn, change):
    """The LDIF with one entry otherwise."""
    entries = text.split("\n\n")
    return "\n\n".join(change(entry) if entry.startswith(f"dn: {dn}\n") else entry for entry in entries)


def with_password(entry):
    return re.sub("(?m)^userPassword:.*\n(?: .*\n)*", OTHER_PASSWORD, entry + "\n").rstrip("\n")


def with_failure(entry):
    return with_password(entry) + "\n" + IN_DANGER.rstrip("\n")


@pytest.mark.one_release  # 2.4 wants the schema of ppolicy besides
@pytest.mark.parametrize("change, n_sent", [(with_password, 1), (with_failure, 0)], ids=["refused", "in-danger"])
def test_a_password_that_is_refused_here_is_not_sent_in_each_pass(slapd_factory, program, change, n_sent):
    """The account's entry here has another password than at the peers; root may not see everything."""
    databases = [Database(backend="mdb", overlays=("ppolicy",))]
    cluster = Cluster(slapd_factory, program, 1, databases).form()
    load(cluster[0].server, 20)
    text = entry_changed(saved(cluster[0].server, context_csn=False), REPLICATOR, change)
    node = Node(program, slapd_factory(databases), 2, slapd_factory.folder("copied"))
    put_back(node.server, text)
    hidden = f'{{0}}to dn.base="{GONE}" by dn.exact="{REPLICATOR}" read by * none'
    node.edit([(ldap.MOD_ADD, "olcAccess", [hidden, "{1}to * by * read"])])
    list_too(cluster, node)

    def held():
        done = node.apply()
        assert done.returncode == 3 and not is_provider(node), done.stdout + done.stderr
        return "has deleted: here " in done.stdout
    wait_until(held, "it is not known", 40)
    refused = r"RESULT tag=97 err=49"
    assert node.server.log_count(refused) == n_sent
    assert held()
    assert node.server.log_count(refused) == n_sent


def test_what_a_peer_deleted_under_a_server_id_that_no_context_csn_has_opens_no_node(slapd_factory, program):
    """Entries of before 0.2.0: slapd never takes them away from a copy that kept one, and slapadd -w makes contextCSN of it."""
    def prepare(cluster):
        cluster[0].server.add_seed()
        load(cluster[0].server, 5)
    cluster = formed_as_0_1_0_did(slapd_factory, program, 1, prepare=prepare)
    add_person(cluster[0].server, "under1")
    text = saved(cluster[0].server, context_csn=True)
    delete(cluster[0].server, GONE)
    node = Node(program, slapd_factory([Database(backend="mdb")]), 2, slapd_factory.folder("copied"))
    put_back(node.server, text, "-w")
    list_too(cluster, node)

    def held():
        done = node.apply()
        assert done.returncode == 3 and not is_provider(node), done.stdout + done.stderr
        return "entries are here (1) that " in done.stdout and "no peer's contextCSN has" in done.stdout
    wait_until(held, "it is held", 40)
    put_back(node.server, None)
    node.apply()
    wait_equal(cluster)
    assert GONE not in whole(node.server) and not held()
