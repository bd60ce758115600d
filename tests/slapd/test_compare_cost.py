# SPDX-License-Identifier: Apache-2.0
"""What compare costs: its memory, its time beside ldapsearch's, and what a client of the peer notices of it."""

import contextlib
import json
import os
import statistics
import subprocess
import time

import ldap
import pytest
from cluster import Cluster
from copies import add_many, clone, show_count
from slapd import SUFFIX, Database
from test_compare import cut, found, peer_of

# What `make` builds: the program as it is installed.
PLAIN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../build/syncward")
REPLICATOR = f"cn=replicator,{SUFFIX}"
RATE = 2000  # entries a second, as the timer's service has it
ROUNDS = 5
MILLION = 1000000


def large_pair(slapd_factory, n):
    """Two copies of n entries of which node 2 has one that node 1 lacks."""
    cluster = Cluster(slapd_factory, PLAIN, 2, [Database(backend="mdb", overlays=("syncprov",), attributes={
        "olcDbMaxSize": str(1 << 32), "olcDbIndex": "entryUUID,entryCSN eq",
        "olcLimits": f'dn.exact="{REPLICATOR}" size=unlimited time=unlimited'})]).form_by_hand()
    for node in cluster:
        show_count(node)
        cut(node)
        node.server.stop()
    first, second = (node.server for node in cluster)
    add_many(first, n)
    clone(first, second)
    for server in (first, second):
        server.start()
    admin = second.admin()
    second.add(f"cn=more,{SUFFIX}", {"objectClass": ["person"], "cn": "more", "sn": "s"}, admin)
    admin.unbind_s()
    return cluster


def highest_memory(process):
    """The most memory that the process had resident at a time, in MiB, and its end is waited for."""
    highest = 0
    while process.poll() is None:
        with contextlib.suppress(OSError), open(f"/proc/{process.pid}/status", encoding="ascii") as file:
            lines = [line for line in file if line.startswith("VmHWM:")]
            highest = max([highest, *(int(line.split()[1]) / 1024 for line in lines)])
        time.sleep(0.02)
    return highest


def start(cluster, *words):
    command = cluster[0].command("compare", "--output", "json", "--lag", "0", *words)
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def judge(document, n):
    peer = peer_of(document)
    assert peer["read"], peer["text"]
    assert found(peer) == [("missing-here", f"cn=more,{SUFFIX}")] and peer["entries"] == peer["counted"] == n + 3
    assert document["databases"][0]["here"]["entries"] == n + 2


def memory_of(cluster, n, *words):
    with start(cluster, *words) as process:
        memory = highest_memory(process)
        judge(json.loads(process.stdout.read()), n)
    return memory


# --- time ---

def ldapsearch_seconds(cluster):
    """Both are read by OpenLDAP's own client, as compare reads them: in pages, with the account, here over ldapi."""
    began = time.monotonic()
    for uri in (cluster[0].server.ldapi_uri, cluster[1].server.ldap_uri):
        subprocess.run(["ldapsearch", "-x", "-D", REPLICATOR, "-w", "secret", "-H", uri, "-E", "pr=1000/noprompt", "-LLL", "-o",
                        "ldif-wrap=no", "-b", SUFFIX, "(objectClass=*)", "entryUUID", "entryCSN"], check=True,
                       stdout=subprocess.DEVNULL)
    return time.monotonic() - began


def compare_seconds(cluster, n):
    began = time.monotonic()
    with start(cluster) as process:
        output = process.communicate()[0]
    seconds = time.monotonic() - began
    judge(json.loads(output), n)
    return seconds


def seconds_beside_ldapsearch(cluster, n, rounds):
    """By turns, and the quickest of each: what else the machine does only adds."""
    measured = [(compare_seconds(cluster, n), ldapsearch_seconds(cluster)) for _ in range(rounds)]
    return [min(column) for column in zip(*measured)]


# --- a client ---

def latencies(server, n_entries, goes_on):
    """Seconds that each search of one entry takes, one after the other, while it goes on."""
    connection = server.connect(server.ldap_uri)
    measured = []
    while goes_on():
        began = time.monotonic()
        connection.search_s(f"cn=m{len(measured) * 7919 % n_entries},{SUFFIX}", ldap.SCOPE_BASE)
        measured.append(time.monotonic() - began)
        time.sleep(0.002)
    connection.unbind_s()
    return measured


def for_seconds(seconds):
    end = time.monotonic() + seconds
    return lambda: time.monotonic() < end


def latency_beside_compare(cluster, n, seconds):
    """Medians of a client of the peer: while compare reads it at its rate, and alone just before and after."""
    server = cluster[1].server
    alone = latencies(server, n, for_seconds(seconds))
    with start(cluster, "--rate", str(RATE)) as process:
        beside = latencies(server, n, lambda: process.poll() is None)
        judge(json.loads(process.stdout.read()), n)
    alone += latencies(server, n, for_seconds(seconds))
    return statistics.median(beside), statistics.median(alone)


@pytest.mark.one_release
def test_40000_entries_take_32_bytes_each(slapd_factory):
    """More bytes than are taken of a peer whose answers nobody looks at. Measured without sanitizers."""
    memory = memory_of(large_pair(slapd_factory, 40000), 40000)
    assert memory < 24, memory


@pytest.mark.long
@pytest.mark.quiet
@pytest.mark.one_release
def test_20000_entries_are_compared_nearly_as_fast_as_ldapsearch_reads_them_and_clients_do_not_notice(slapd_factory):
    cluster = large_pair(slapd_factory, 20000)
    compared, searched = seconds_beside_ldapsearch(cluster, 20000, ROUNDS)
    beside, alone = latency_beside_compare(cluster, 20000, 5)
    print(f"compare {compared:.2f} s, ldapsearch {searched:.2f} s; median {beside * 1e6:.0f} and {alone * 1e6:.0f} us")
    assert compared < 1.5 * searched
    assert beside < 2 * alone


@pytest.mark.long
@pytest.mark.quiet
@pytest.mark.one_release
def test_clients_do_not_notice_that_a_million_entries_are_compared(slapd_factory):
    """All of that comparison, which takes more than eight minutes at its rate: also where what slapd holds grows with it."""
    beside, alone = latency_beside_compare(large_pair(slapd_factory, MILLION), MILLION, 30)
    print(f"median {beside * 1e6:.0f} and {alone * 1e6:.0f} us")
    assert beside < 2 * alone


@pytest.mark.long
@pytest.mark.quiet
@pytest.mark.one_release
def test_a_million_entries_take_96_mib_and_half_as_long_again_as_ldapsearch(slapd_factory):
    cluster = large_pair(slapd_factory, MILLION)
    memory = memory_of(cluster, MILLION)
    assert memory < 96, memory
    compared, searched = seconds_beside_ldapsearch(cluster, MILLION, 3)
    print(f"{memory:.0f} MiB; compare {compared:.2f} s, ldapsearch {searched:.2f} s")
    assert compared < 1.5 * searched
    memory = memory_of(cluster, MILLION, "--attributes")
    assert memory < 96, memory
