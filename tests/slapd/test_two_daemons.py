# SPDX-License-Identifier: Apache-2.0
"""Two daemons on one slapd, each with folders and a peers.json of its own: no lock keeps them apart."""

import copy
import os
import time

from daemon import Daemon
from lone import Lone
from slapd import wait_until
from test_guards import in_step


def twin_of(node, retry):
    """What somebody starts who overlooks the daemon that is there already."""
    twin = copy.copy(node)
    twin.folder = node.folder + "-twin"
    for name in ("state_dir", "run_dir"):
        setattr(twin, name, os.path.join(twin.folder, name))
        os.makedirs(getattr(twin, name))
    twin.peers_file = os.path.join(twin.folder, "peers.json")
    twin.document = copy.deepcopy(node.document)
    twin.document["databases"][0]["syncrepl"]["retry"] = retry
    twin.write()
    return twin


def test_they_stop_within_seconds_and_the_loser_says_so(slapd_factory, program):
    node = Lone(slapd_factory, program)
    in_step(node)
    twin = twin_of(node, "30 +")
    with Daemon(node) as one, Daemon(twin) as other:
        def losers():
            return [daemon for daemon in (one, other) if daemon.events("contested")]
        wait_until(losers, "one of them gives up")
        time.sleep(2)  # the other one's last word
        writes = node.server.config_writes()
        time.sleep(3)
        assert node.server.config_writes() == writes
        for daemon in losers():
            said = daemon.node.run("status")
            assert "somebody keeps changing olcSyncrepl" in said.stdout and daemon.node.run("check").returncode > 0
    # Each wrote the whole list, or nothing.
    assert len(node.syncrepl()) == 2 and len({value.split("retry=")[1].split(" bind")[0] for value in node.syncrepl()}) == 1
