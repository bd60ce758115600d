# SPDX-License-Identifier: Apache-2.0
"""What happens to a cluster in its life, while clients write: nothing is lost, it converges, and each node tells the truth."""

import contextlib
import datetime
import json
import os
import re
import shutil
import threading
import time

import ldap
import pytest
from cluster import Cluster
from daemon import Daemon
from slapd import SUFFIX, wait_until

pytestmark = pytest.mark.one_release


class Writer(threading.Thread):
    """A client of healthy nodes: adds entries there by turns; names holds what was acknowledged."""

    def __init__(self, nodes):
        super().__init__(daemon=True)
        self._nodes, self._over = nodes, threading.Event()
        self.names, self.problems = [], []

    def run(self):
        connections = [node.server.admin() for node in self._nodes]
        n = 0
        while not self._over.wait(0.05):
            n += 1
            try:
                self._nodes[0].server.add(f"cn=w{n},{SUFFIX}", {"objectClass": ["organizationalRole"], "cn": f"w{n}"},
                                          connections[n % len(connections)])
                self.names.append(f"w{n}")
            except ldap.LDAPError as error:
                self.problems.append(repr(error))
        for connection in connections:
            connection.unbind_s()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self.join(60)


def seconds(text):
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z").timestamp()


class Scene:
    """The nodes with their daemons; the last node is the one to which everything happens."""

    def __init__(self, cluster, daemons):
        self.nodes, self.daemons = list(cluster), daemons
        self.victim, self.healthy = self.nodes[-1], self.nodes[:-1]

    def document(self, node):
        with open(os.path.join(node.run_dir, "status.json"), encoding="utf-8") as file:
            return json.load(file)

    def is_well(self, node, since):
        """By its own status, of a look after that time: nothing lasts, all links are up, all copies in step."""
        found = self.document(node)
        content = found["databases"][0]["content"] if found["databases"] else None
        return (content and seconds(content["looked"]) > since and found["slapd"]["up"]
                and not any(found[k] for k in ("troubles", "holds", "findings", "changes", "links_down"))
                and all(p["state"] == "up" for p in found["databases"][0]["peers"])
                and all(c["current"] and c["state"] == "in step" for c in content["copies"]))

    def down(self, node):
        return {link["peer"] for link in self.document(node)["links_down"]}

    def wait(self, claim, what, seconds=60):
        """Waits for the claim, while SIGHUP makes all daemons ask their peers every second."""
        asked = 0.0

        def claimed():
            nonlocal asked
            if time.monotonic() - asked > 1:
                asked = time.monotonic()
                for daemon in self.daemons:
                    daemon.reload()
            return claim()
        try:
            return wait_until(claimed, what, seconds)
        except TimeoutError as error:
            raise AssertionError(f"{error}: " + "\n".join(self.told())) from None

    def wait_well(self, what):
        since = time.time()
        self.wait(lambda: all(self.is_well(node, since) for node in self.nodes), what)
        for node in self.nodes:
            assert node.run("check").returncode == 0

    def told(self):
        """All events of all daemons about links and servers' copies."""
        return [f"{daemon.node.id}: {name}: {text}" for daemon in self.daemons for name, text in daemon.events()
                if name.startswith(("link", "finding", "slapd", "held"))]

    def links(self, name):
        """[(who told it, about which peer)]"""
        return sorted((daemon.node.id, int(re.search(r"from peer (\d+)", text).group(1)))
                      for daemon in self.daemons for _, text in daemon.events(name))

    def has_all(self, node, names):
        rootdn = node.server.admin()  # there are more than slapd's size limit lets others read
        found = rootdn.search_s(SUFFIX, ldap.SCOPE_ONELEVEL, "(cn=w*)", ["cn"])
        rootdn.unbind_s()
        return {entry["cn"][0].decode() for _, entry in found} >= set(names)

    def renew(self, content=None):
        """The victim's database is made anew: empty, or from a backup."""
        [folder] = self.victim.server.values(self.victim.server.database_dn(), "olcDbDirectory")
        self.victim.server.stop()
        shutil.rmtree(folder)
        os.mkdir(folder)
        if content:
            self.victim.server.tool("add", "-b", SUFFIX, "-l", content)
        self.victim.server.start()


@contextlib.contextmanager
def scene(slapd_factory, program, network, n):
    cluster = Cluster(slapd_factory, program, n, modules=("syncprov",), network=network).form_by_hand()
    with contextlib.ExitStack() as stack:
        daemons = []
        for node in cluster:
            path = os.path.join(node.folder, "agent.json")
            with open(path, "w", encoding="utf-8") as file:
                json.dump({"interval": 5, "probe_interval": 10}, file)
            daemons.append(stack.enter_context(Daemon(node, "--agent-config", path)))
            daemons[-1].wait_for("desired-loaded")
        for node in cluster:
            wait_until(lambda node=node: os.path.exists(os.path.join(node.run_dir, "status.json")), "a first status")
        yield Scene(cluster, daemons)


def play(all_nodes):
    victim, names = all_nodes.victim, []
    n = len(all_nodes.nodes)
    both_ways = sorted([(i, n) for i in range(1, n)] + [(n, i) for i in range(1, n)])
    all_nodes.wait_well("all begin well")
    assert all_nodes.links("link-down") == []
    backup = os.path.join(victim.folder, "backup.ldif")
    victim.server.tool("cat", "-b", SUFFIX, "-l", backup)
    with Writer(all_nodes.healthy[::max(1, n - 2)]) as writer:
        names = writer.names
        victim.server.host.cut()
        all_nodes.wait(lambda: all_nodes.links("link-down") == both_ways, "the break is told on both sides, for each link once")
        for node in all_nodes.nodes:
            others = {other.server.ldap_uri for other in (all_nodes.healthy if node is victim else [victim])}
            # status.json is written at the end of the pass that told it.
            wait_until(lambda node=node, others=others: all_nodes.down(node) == others, f"the status of node {node.id} says so")
        victim.server.host.heal()
        all_nodes.wait(lambda: all_nodes.links("link-up") == both_ways, "all links are told to be up again, once")
        all_nodes.wait_well("all are well after the cut")
        victim.server.kill()
        victim.server.start()
        all_nodes.wait_well("all are well after the kill")
        all_nodes.renew()
        all_nodes.wait_well("the emptied one has rejoined")
        all_nodes.renew(backup)
        all_nodes.wait_well("the restored one has caught up")
    assert len(names) > 50 and writer.problems == []
    for node in all_nodes.nodes:
        all_nodes.wait(lambda node=node: all_nodes.has_all(node, names), f"node {node.id} has all {len(names)} entries")
        verified = node.run("verify", "--timeout", "30")
        assert verified.returncode == 0, verified.stdout + verified.stderr
    # What was told of links is about the one that broke, and what went down came up.
    assert set(all_nodes.links("link-down")) == set(both_ways)
    assert all_nodes.links("link-down") == all_nodes.links("link-up"), "\n".join(all_nodes.told())


def test_a_cluster_of_three_in_its_life(slapd_factory, program, network):
    with scene(slapd_factory, program, network, 3) as all_nodes:
        play(all_nodes)


@pytest.mark.long
def test_a_cluster_of_five_in_its_life(slapd_factory, program, network):
    with scene(slapd_factory, program, network, 5) as all_nodes:
        play(all_nodes)
