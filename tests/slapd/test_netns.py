# SPDX-License-Identifier: Apache-2.0
"""The fixture for servers on machines of their own does what it says, and leaves nothing."""

import os
import signal
import subprocess
import sys

import pytest
from cluster import Cluster, add_person, wait_entry
from slapd import wait_until

LIB = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "lib")


@pytest.mark.one_release
def test_a_cluster_on_machines_of_its_own_replicates_is_cut_and_heals(network, slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 2, network=network).form()
    one, other = (node.server for node in cluster)
    wait_entry(other, add_person(one, "before"))
    assert one.tcp_peers() and one.address != other.address
    other.host.cut()
    dn = add_person(one, "meanwhile")
    assert not other.search(dn)
    other.host.heal()
    wait_entry(other, dn, 60)


def connect_errno(host, target, seconds):
    """What a connection attempt from host to target ends with: an errno, 0, or None after the time."""
    script = ("import socket,sys\ns=socket.socket()\ns.settimeout(float(sys.argv[2]))\n"
              "try: print(s.connect_ex((sys.argv[1], 9)))\nexcept TimeoutError: print(None)")
    done = host.run(sys.executable, "-c", script, target.address, seconds)
    return done.stdout.strip()


def test_a_host_refuses_or_swallows(network):
    one, other = network.host(), network.host()
    assert connect_errno(one, other, 5) == "111", "nobody listens"
    other.swallow(one)
    assert connect_errno(one, other, 0.3) == "11", "still trying"
    other.answer(one)
    assert connect_errno(one, other, 5) == "111"


def test_namespaces_end_with_whoever_made_them_even_when_killed():
    script = ("import netns,time\nn=netns.Network()\nprint(n.host().pid, n.host().pid, n._hub.pid, flush=True)\n"
              "time.sleep(60)")
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True,
                          env=dict(os.environ, PYTHONPATH=LIB)) as maker:
        pids = [int(word) for word in maker.stdout.readline().split()]
        assert len(pids) == 3 and all(os.path.exists(f"/proc/{pid}") for pid in pids)
        maker.send_signal(signal.SIGKILL)
    wait_until(lambda: not any(_lives(pid) for pid in pids), "the holders are gone")


def _lives(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
