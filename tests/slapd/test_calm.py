# SPDX-License-Identifier: Apache-2.0
"""A write to cn=config waits while consumers that just started would make every client wait for it."""

import time

import ldap
import pytest
from client import Client
from cluster import Cluster
from slapd import wait_until

pytestmark = pytest.mark.quiet
TIMEOUT_SEC = 3
STALL_SEC = 1.0


@pytest.fixture
def cluster(slapd_factory, program):
    """Two nodes in step whose consumers have a timeout of 3 seconds."""
    made = Cluster(slapd_factory, program, 2)
    made.document["databases"][0]["syncrepl"].update({"timeout": TIMEOUT_SEC, "network-timeout": 2})
    made.write()
    return made.form()


def rewrite_consumers(cluster, keepalive):
    """apply that restarts every consumer; returns when they have just reached Persist."""
    node = cluster[0]
    cluster.document["peers"][1]["syncrepl"] = {"keepalive": keepalive}
    node.write(cluster.document)
    node.apply_ok()
    if node.server.release.has_consumer_monitor:
        wait_until(lambda: [c.phase for c in node.server.consumers()] == ["Persist"], "the consumer is in Persist")


def damage(node):
    """Something that the next apply must write."""
    node.edit([(ldap.MOD_DELETE, "olcLimits", None)])


@pytest.mark.every_release
def test_a_second_apply_waits_until_new_consumers_let_go(cluster):
    node = cluster[0]
    stalls = node.server.release.has_consumer_monitor  # 2.4 lets go once the refresh is over
    rewrite_consumers(cluster, "10:1:1")
    cluster.document["databases"][0]["syncprov"] = {"sessionlog": 500}
    node.write(cluster.document)
    with Client(node.server) as client:
        start = time.monotonic()
        node.apply_ok()
        waited = time.monotonic() - start
    assert not stalls or client.slowest < STALL_SEC, f"a client waited {client.slowest:.1f} s"
    assert not stalls or waited > STALL_SEC
    node.assert_in_step()

    # The control: the same moment, but a hand that does not wait.
    rewrite_consumers(cluster, "20:1:1")
    with Client(node.server) as client:
        damage(node)
    assert not stalls or client.slowest > STALL_SEC, f"nobody had to wait for longer than {client.slowest:.1f} s"
