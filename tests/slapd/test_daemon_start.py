# SPDX-License-Identifier: Apache-2.0
"""Whatever others do, the first pass is soon over, and says what it does not know."""

import contextlib
import os
import random
import socket
import threading

import ldap
import pytest
from cluster import Cluster
from daemon import Daemon
from hostile import endless, greets, huge, peer, slow
from lone import Lone
from manager import Manager
from own_time import OwnTime
from slapd import Database, wait_until

pytestmark = pytest.mark.one_release
PLAIN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../build/syncward")
SOON_SEC = 5  # of the daemon's own time; what it must not wait for takes more than 20 s


@contextlib.contextmanager
def started(node, prefix=(), is_named=True):
    """A daemon that said READY soon, and its manager; not named, it finds its peer by the host's name."""
    manager = Manager(node.folder)
    made = Daemon(node, prefix=prefix, env=manager.environment())
    if not is_named:
        at = made.command.index("--node")
        del made.command[at:at + 2]
    with made as daemon:
        own = OwnTime(daemon.pid)
        wait_until(lambda: manager.with_name("READY"), "READY=1", 60)
        seconds = own.seconds()
        assert seconds < SOON_SEC, f"READY after {seconds:.1f} s: {daemon.lines}"
        daemon.manager = manager
        yield daemon
    manager.close()


def test_silent_peers_of_many_databases_hold_up_no_start(slapd_factory, program):
    """They are asked all at once; that they were not heard in time is no fault of slapd's."""
    node = Lone(slapd_factory, program, [Database(suffix=f"o=db{n}") for n in range(6)], seed=False)
    for database in node.document["databases"]:
        database["syncrepl"].update({"timeout": 30, "network-timeout": 30})
    node.write()
    with node.silent_peers(), started(node) as daemon:
        daemon.wait_for("joining", 6, text="the time was over")
    assert not daemon.events("slapd-lost") and not daemon.events("correction-failed"), daemon.lines


N_DATABASES = 8
N_LIVE = 3
N_SILENT = 996


@pytest.fixture(name="thousand")
def fixture_thousand(slapd_factory):
    """Four nodes with eight databases, of which the second has the data; what makes a thousand of them; and the listener of
    the others, at each address of 127.0.0.0/8: it takes connections and says nothing. Sanitizers make of half a second of
    computing six, so the program is the one that is installed."""
    databases = [Database(suffix=f"o=db{n}", backend="mdb") for n in range(N_DATABASES)]
    cluster = Cluster(slapd_factory, PLAIN, 1 + N_LIVE, databases)
    for database in databases:
        cluster[1].server.seed(database)
    with socket.socket() as listener:
        listener.bind(("0.0.0.0", 0))
        port = listener.getsockname()[1]

        def grow():
            cluster.document["peers"] += [
                {"id": i, "uri": f"ldap://127.1.{i // 250}.{i % 250 + 1}:{port}", **({"role": "consumer"} if i > 999 else {})}
                for i in range(2 + N_LIVE, 2 + N_LIVE + N_SILENT)]
            for database in cluster.document["databases"]:
                database["syncrepl"].update({"timeout": 15, "network-timeout": 15, "retry": "3600 +"})
            cluster.write()
        yield cluster, grow, listener


@pytest.mark.quiet
def test_a_new_node_among_a_thousand_of_which_three_answer(thousand):
    """It asks each of them about each database."""
    cluster, grow, listener = thousand
    grow()
    listener.listen(4096)
    with started(cluster[0]) as daemon:
        assert not daemon.events("slapd-lost") and not daemon.events("correction-failed"), daemon.lines


@pytest.mark.quiet
@pytest.mark.long
def test_a_node_in_step_with_a_thousand_of_which_three_answer(thousand):
    """Its links to those are up, and its daemon starts anew."""
    cluster, grow, listener = thousand
    cluster[1].apply_ok("--first-node")
    for node in (cluster[0], *cluster.nodes[2:]):
        wait_until(lambda node=node: node.apply().returncode == 0, "it joined", 120)
    grow()
    done = cluster[0].run("apply", timeout=900)  # slapd takes its time for eight thousand links
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    listener.listen(4096)
    with started(cluster[0]) as daemon:
        assert not daemon.events("slapd-lost") and not daemon.events("correction-applied"), daemon.lines


@pytest.mark.parametrize("way", [endless, greets, huge, slow])
def test_peers_that_are_none_hold_up_no_start(slapd_factory, program, way):
    """Of an empty node, which waits for what they hold."""
    node = Lone(slapd_factory, program, [Database(suffix=f"o=db{n}") for n in range(2)], seed=False)
    for database in node.document["databases"]:
        database["syncrepl"].update({"timeout": 30, "network-timeout": 30})
    node.write()
    with contextlib.ExitStack() as stack:
        for n in (2, 3):
            stack.enter_context(peer(way, (f"127.0.0.{n}", node.server.port)))
        daemon = stack.enter_context(started(node))
        daemon.wait_for("joining", 2)
        assert not daemon.events("slapd-lost") and not daemon.events("correction-failed"), daemon.lines


SILENT = """
mount --bind "$1/resolv.conf" "$(readlink -f /etc/resolv.conf)" &&
mount --bind "$1/nsswitch.conf" "$(readlink -f /etc/nsswitch.conf)" && shift && exec "$@"
"""


@contextlib.contextmanager
def silent_name_server(folder):
    """Commands behind the prefix look up every name at a server that says nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        address = f"127.{random.randrange(1, 255)}.{random.randrange(256)}.{random.randrange(1, 255)}"
        server.bind((address, 53))
        for name, text in (("resolv.conf", f"nameserver {address}\noptions timeout:15 attempts:3\n"),
                           ("nsswitch.conf", "passwd: files\ngroup: files\nhosts: dns\n")):
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(text)
        yield ["unshare", "--mount", "--propagation", "private", "sh", "-ec", SILENT, "sh", folder], server


def test_silent_name_servers_hold_up_neither_start_nor_repair(node):
    with silent_name_server(node.folder) as (prefix, server), started(node, prefix) as daemon:
        assert server.recv(512)
        own = OwnTime(daemon.pid)
        daemon.reload()
        node.edit([(ldap.MOD_DELETE, "olcLimits", None)])
        daemon.wait_for("correction-applied", timeout=60)
        assert own.seconds() < SOON_SEC, daemon.lines


def answer_that_there_is_none(server):
    with contextlib.suppress(OSError):
        while True:
            query, address = server.recvfrom(512)
            server.sendto(query[:2] + b"\x81\x83" + query[4:], address)


def our_address():
    """One of this machine; where it has none but loopback, one of nobody's."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as aside, contextlib.suppress(OSError):
        aside.connect(("203.0.113.1", 9))
        return aside.getsockname()[0]
    return "198.51.100.101"


@pytest.mark.parametrize("address", [our_address(), "198.51.100.102"], ids=["its-address", "not-listed"])
def test_who_a_node_is_is_decided_when_its_name_is_known(node, address):
    """Until then its short name is all that it knows of itself, and by that no peer is it: the full one may be another
    peer's than its address is, which may move between machines."""
    for peer in node.document["peers"]:
        peer["uri"] = f"ldap://198.51.100.{peer['id']}"
    node.document["peers"][1]["uri"] = "ldap://" + address
    node.write()
    before = node.server.config_writes()
    with silent_name_server(node.folder) as (prefix, server), started(node, prefix, is_named=False) as daemon:
        daemon.reload()
        wait_until(lambda: daemon.last_pass()[0] > 3, "it goes on")
        assert [name for name, _ in daemon.events()] == ["started"], daemon.lines
        assert node.server.config_writes() == before and daemon.manager.status() == "starting"
        threading.Thread(target=answer_that_there_is_none, args=(server,), daemon=True).start()
        daemon.wait_for("desired-loaded", timeout=60)
        if address != our_address():
            assert "no peer is this node" in daemon.wait_for("held")
