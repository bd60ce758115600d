# SPDX-License-Identifier: Apache-2.0
"""slapd builds an index over entries beside its work, but does not pause for another write to cn=config: that
write, and every client behind it, waits until the index is built. So the index comes last, alone."""

import contextlib
import os
import re
import subprocess

import ldap
import pytest
import remedies
from client import Client
from cluster import Cluster, apply_until_joined
from lone import Lone
from slapd import SUFFIX, Database, wait_until

OTHER = "dc=other,dc=org"
N_ENTRIES = 400
DELAY_USEC = 60000  # a command of syncward takes seconds on a busy machine, and ends before
TASKLIST = "cn=Tasklist,cn=Threads,cn=Monitor"


def fill(server, suffix, n_entries=N_ENTRIES):
    """Entries by slapadd, contextCSN on disk with them; the server must not run."""
    name = suffix.split(",", maxsplit=1)[0].partition("=")[2]
    path = os.path.join(server.directory, name + ".ldif")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"dn: {suffix}\nobjectClass: organization\nobjectClass: dcObject\no: {name}\ndc: {name}\n\n")
        for i in range(n_entries):
            file.write(f"dn: cn=e{i},{suffix}\nobjectClass: organizationalRole\ncn: e{i}\n\n")
    server.tool("add", "-q", "-w", "-S", "1", "-b", suffix, "-l", path)


@contextlib.contextmanager
def slow_disk(server):
    """Each entry's index is a transaction of its own: with these delays the build takes seconds on any disk."""
    calls = "fdatasync,fsync,msync"
    with subprocess.Popen(["strace", "-f", "-q", "-o", "/dev/null", "-e", f"trace={calls}", "-e",
                           f"inject={calls}:delay_enter={DELAY_USEC}", "-p", str(server.process.pid)],
                          stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as tracer:
        def is_traced():
            with open(f"/proc/{server.process.pid}/status", encoding="ascii") as file:
                return not re.search(r"^TracerPid:\t0$", file.read(), re.MULTILINE)
        wait_until(is_traced, "strace slows slapd down")
        try:
            yield
        finally:
            tracer.terminate()


@pytest.fixture(name="big")
def fixture_big(slapd_factory, program):
    """A node with a database of many entries and one of few, without any index, on a slow disk."""
    synced = {"attributes": {"olcDbNoSync": "FALSE"}} if "hdb" not in slapd_factory.release.backends else {}
    node = Lone(slapd_factory, program, [Database(**synced), Database(OTHER, **synced)], seed=False,
                before_start=lambda node: (fill(node.server, SUFFIX), fill(node.server, OTHER, 20)))
    with slow_disk(node.server):
        yield node


def is_building(server):
    found = server.search(TASKLIST, attributes=["monitoredInfo"], scope=ldap.SCOPE_BASE)
    return any(b"_online_index(" in value for _, entry in found for value in entry.get("monitoredInfo", []))


def indices(node, suffix):
    return node.server.values(node.dn(suffix), "olcDbIndex")


def test_an_index_over_entries_is_the_last_write_and_no_client_waits_for_it(big):
    with Client(big.server) as client:
        done = big.apply()
        assert done.returncode == 3 and not done.stderr, done.stdout + done.stderr
        assert indices(big, SUFFIX) and not indices(big, OTHER)
        assert len(big.syncrepl(SUFFIX)) == len(big.syncrepl(OTHER)) == 2
        wait_until(lambda: not is_building(big.server), "the index is built", 120)
    assert client.n > 20 and client.slowest < 2.0, client.slowest
    writes = re.findall(r'(?:ADD|MOD) dn="[^"]*"|MOD attr=olc\w+', big.server.log())
    assert writes[-1] == "MOD attr=olcDbIndex"
    assert "held indexing" in done.stdout


@pytest.mark.every_release
def test_while_an_index_is_built_nothing_is_written(big):
    assert big.apply().returncode == 3
    assert is_building(big.server), "more entries are needed for this test"
    before = big.server.config_writes()
    with Client(big.server) as client:
        done = big.apply()
        assert is_building(big.server), "more entries are needed for this test"
    assert done.returncode == 3 and "held indexing" in done.stdout, done.stdout
    assert big.server.config_writes() == before and client.slowest < 2.0
    wait_until(lambda: not is_building(big.server), "the index is built", 120)
    done = big.apply()
    assert done.returncode == 0, done.stdout + done.stderr
    wait_until(lambda: not is_building(big.server), "the second index is built", 120)
    big.assert_in_step()
    assert indices(big, OTHER)


def test_the_plan_says_that_it_takes_time_and_over_how_many_entries(big):
    changes = [change for change in big.plan_json()["changes"] if change["kind"] == "index"]
    assert changes and all("takes time" in change["why"] for change in changes)
    if big.server.release.has_consumer_monitor:
        counts = {re.search(r"over (\d+) entries", change["why"]).group(1) for change in changes}
        assert counts == {str(N_ENTRIES + 1), "21"}


@pytest.mark.remedy("index")
def test_an_index_without_eq_is_told_until_it_has_one(slapd_factory, program):
    node = Lone(slapd_factory, program, [Database(backend="mdb", attributes={"olcDbIndex": ["entryCSN pres", "entryUUID eq"]})])
    node.apply_ok()
    remedies.printed(node.plan().stdout, "index")
    node.edit([(ldap.MOD_DELETE, "olcDbIndex", "entryCSN pres"), (ldap.MOD_ADD, "olcDbIndex", "entryCSN pres,eq")])
    remedies.did("index")
    assert "index-without-eq" not in node.plan().stdout
    node.assert_in_step()


def test_an_empty_database_gets_its_index_before_it_reads(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 2)
    cluster[0].server.seed()
    cluster[0].apply_ok()
    apply_until_joined(cluster[1])
    attributes = re.findall(r"MOD attr=(olc[\w ]+)", cluster[1].server.log())
    first = {name: i for i, words in reversed(list(enumerate(attributes))) for name in words.split()}
    assert first["olcDbIndex"] < first["olcSyncrepl"]


def test_the_index_waits_for_consumers_that_a_silent_peer_holds(slapd_factory, program):
    node = Lone(slapd_factory, program)
    node.document["databases"][0]["syncrepl"].update({"timeout": 3, "network-timeout": 3})
    node.write()
    with node.silent_peers(), Client(node.server) as client:
        node.apply("--release", "joining")  # they may have more, for all that is known
    assert len(node.syncrepl()) == 2 and indices(node, SUFFIX)
    assert client.n > 10 and client.slowest < 1.5, client.slowest


def test_small_databases_get_their_indices_in_one_apply(slapd_factory, program):
    databases = [Database()] + [Database(f"dc=d{i},dc=org") for i in range(8)]
    node = Lone(slapd_factory, program, databases)
    node.apply_ok()
    assert all(indices(node, database.suffix) for database in databases)
    node.assert_in_step()


def test_where_slapd_does_not_tell_ten_minutes_pass_before_the_next_write(slapd_factory, program):
    node = Lone(slapd_factory, program)
    monitor, = (dn for dn in node.server.config() if dn.startswith("olcDatabase={1}monitor"))
    node.server.modify(monitor, [(ldap.MOD_REPLACE, "olcAccess", "to * by * none")])
    node.apply_ok()
    assert indices(node, SUFFIX)
    node.assert_in_step()
    node.document["peers"].append({"id": 4, "uri": node.uri(4)})
    node.write()
    writes = node.server.config_writes()
    held = node.apply()
    assert held.returncode == 3 and "held indexing" in held.stdout and "no cn=monitor" in held.stdout, held.stdout
    assert node.server.config_writes() == writes
    path = os.path.join(node.state_dir, "indexed.json")
    with open(path, "w", encoding="ascii") as file:
        file.write('{"schema_version": 1, "time": "2026-01-01T00:00:00Z"}')
    node.apply_ok()
    assert len(node.syncrepl()) == 3
