# SPDX-License-Identifier: Apache-2.0
"""A node that lacks what a provider had when it showed its log reads the database, and reads the log as soon as it has that: nobody
tells the daemon when, so it looks."""

import json
import os

import delta
from cluster import Cluster, add_person, wait_entry
from daemon import Daemon
from relay import Relay
from slapd import SUFFIX, Database, wait_until

REPLICATOR = "cn=replicator," + SUFFIX
LATEST_SEC = 30


def settings(node):
    """No interval ends while the test runs."""
    path = os.path.join(node.folder, "agent.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"interval": 600, "probe_interval": 600}, file)
    return ["--agent-config", path]


def test_the_daemon_reads_a_log_soon_after_this_node_has_caught_up(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 2, [Database()], modules=["syncprov", "accesslog"])
    node, peer = cluster
    delta.add_delta(node.server, [REPLICATOR])
    with Relay(peer.server) as relay:
        cluster.document["peers"][1]["uri"] = peer.server.ldap_uri
        cluster.write()
        cluster.form_by_hand().be_seen_to_work()
        cluster.document["databases"][0]["syncrepl"].update(delta.KEYWORDS)
        cluster.write()
        with Daemon(node, *settings(node)) as daemon:
            wait_until(lambda: "[no-log]" in node.run("status").stdout, "the peer has none")
            relay.forget()
            delta.add_delta(peer.server, [REPLICATOR])
            logged = add_person(peer.server, "logged")
            daemon.reload()
            wait_until(lambda: "[no-log]" not in node.run("status").stdout, "the log is seen")
            daemon.wait_at_rest()
            assert "logbase" not in node.syncrepl()[0], "this node lags"
            relay.drop()
            wait_entry(node.server, logged)
            wait_until(lambda: "logbase=" in node.syncrepl()[0], "the log is read", LATEST_SEC)
