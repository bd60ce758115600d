# SPDX-License-Identifier: Apache-2.0
"""policy.rollout: a new revision is tried on its first nodes, and all others wait until these did well with it."""

import contextlib
import hashlib
import json
import os

import pytest
import remedies
from daemon import Daemon
from heartbeats import beat, daemons, fleet, make_cluster, options, put_beat, settings, states, status
from played import Played
from slapd import wait_until


def stage(cluster, first=(1,), soak="10s", revision=8):
    """policy.rollout in the document of all."""
    cluster.document["revision"] = revision
    cluster.document["policy"]["rollout"] = {"first": list(first), "soak": soak}


def change(cluster, checkpoint="200 20"):
    """A setting that every node must write, in the document alone."""
    cluster.document["revision"] += 1
    cluster.document["databases"][0]["syncprov"] = {"checkpoint": checkpoint}


def checkpoint(node):
    """olcSpCheckpoint as it is."""
    found = node.server.search("cn=config", "(olcOverlay=syncprov)", ["olcSpCheckpoint"])
    return found[0][1].get("olcSpCheckpoint", [b""])[0].decode()


def rollout_state(node):
    """What the state folder remembers of it."""
    try:
        with open(os.path.join(node.state_dir, "rollout.json"), encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return {}


def held(node):
    """The text of the hold, by status.json; None: nothing is held by it."""
    return next((hold["text"] for hold in status(node).get("holds", []) if hold["guard"] == "rollout"), None)


def digest(node):
    """As syncward knows the file."""
    with open(node.peers_file, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


@pytest.fixture(name="cluster")
def fixture_cluster(slapd_factory, program):
    cluster = make_cluster(slapd_factory, program)
    stage(cluster)
    cluster.write()
    for node in cluster:
        settings(node)
        node.apply_ok(*options(node))
    return cluster


@pytest.mark.long
def test_a_revision_goes_to_its_canary_and_then_to_all_by_itself(cluster):
    one, two, three = cluster
    with daemons(cluster):
        for node in cluster:
            wait_until(lambda node=node: states(node) == ["heard"] * 3, f"node {node.id} hears all", 120)
        change(cluster)
        for node in (three, one, two):
            node.write(cluster.document)
        wait_until(lambda: checkpoint(one) == "200 20", "the canary has it", 60)
        for node in (two, three):
            wait_until(lambda node=node: held(node), f"node {node.id} says that it waits", 30)
            assert checkpoint(node) == "100 10" and status(node)["desired"]["revision"] == 8
        for node in (two, three):
            wait_until(lambda node=node: checkpoint(node) == "200 20", f"node {node.id} has it", 240)
            wait_until(lambda node=node: not held(node), f"node {node.id} waits no more", 60)
