# SPDX-License-Identifier: Apache-2.0
"""Clusters as administrators write them, of any shape: who reads whom, and who only reads."""

import json
import os

import ldap
from cluster import Cluster
from slapd import syncrepl, wait_until

CONSUMER = 5001  # ids of consumers are none that slapd takes as a server ID


def shape(farm, program, reads, consumers=(), hubs=(), **options):
    """reads: for each server whom it reads, by position from 1. consumers: positions of those that only read; hubs:
    of those that are read as well, and keep their position as their id."""
    cluster = Cluster(farm, program, len(reads), modules=("syncprov",), **options)
    for position, node in enumerate(cluster.nodes, 1):
        if position in consumers:
            node.id = CONSUMER + position
        elif position not in hubs:
            node.server.modify("cn=config", [(ldap.MOD_REPLACE, "olcServerID", str(node.id))])
    for database in cluster.databases:
        cluster[0].server.seed(database)
        for position, node in enumerate(cluster.nodes, 1):
            connect(node, [cluster[at - 1] for at in reads[position - 1]], database, position in consumers or position in hubs)
            if position in hubs:  # last: who read it before would miss what is not there yet
                wait_until(lambda node=node: node.server.context_csns(database.suffix) == cluster[0].server.context_csns(database.suffix),
                           "the hub has everything")
                add_overlay(node, database)
        cluster.wait_in_step(database.suffix)
    cluster.wait_persistent()
    return cluster


def mesh(n):
    """reads of n providers that read each other."""
    return [[at for at in range(1, n + 1) if at != position] for position in range(1, n + 1)]


def add_overlay(node, database):
    node.server.add(f"olcOverlay=syncprov,{node.server.database_dn(database.suffix)}", {
        "objectClass": ["olcOverlayConfig", "olcSyncProvConfig"], "olcOverlay": "syncprov"})


def connect(node, others, database, is_consumer):
    if not others:  # a provider that reads from nobody
        add_overlay(node, database)
        return
    if not is_consumer:
        node.connect_by_hand(others, database)
        return
    node.edit([(ldap.MOD_ADD, "olcSyncrepl", [
        syncrepl(other.id, other.server.ldap_uri, database.suffix, timeout=1, network_timeout=1) for other in others])],
              database.suffix)


def secrets_of(node):
    return os.path.join(node.folder, "adopted")


def adopt(node, *words):
    """What adopt prints of the node, which is in step; and its messages."""
    wait_until(lambda: node.run("adopt", *words).returncode == 0, "adopt describes the node wholly")
    done = node.run("adopt", "--secrets", secrets_of(node), *words)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout), done.stderr


def assert_nothing_to_change(node, document):
    """With that peers.json, which may name another node's folder of passwords."""
    text = document if isinstance(document, str) else json.dumps(document)
    with open(os.open(node.peers_file, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    planned = node.plan()
    assert planned.returncode == 0 and "Nothing to change" in planned.stdout, planned.stdout + planned.stderr
    before = node.server.config_writes()
    node.apply_ok()
    assert node.server.config_writes() == before
