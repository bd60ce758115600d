# SPDX-License-Identifier: Apache-2.0
"""One file for a whole company: sites that read each other through two gateways, a consumer, and what happens to them
in their life, each with its daemon and in a network of machines. 12 servers in `make check`, 50 in `make check-long`."""

import contextlib
import os
import time

import pytest
from cluster import Cluster, add_person, wait_entry
from daemon import Daemon
from heartbeats import ACCESS, CONTAINER, add_container, give_account, options, settings, states
from slapd import Database, wait_until
from tools import TOP
from whole import wait_equal

CONSUMER = 5001
INTERVAL = 60  # seconds between two heartbeats: the least there is
PEOPLE = 50
PLAIN = os.path.join(TOP, "build", "syncward")


class Fleet(Cluster):
    """Sites of so many nodes, of which the last one is a consumer; one daemon beside each."""

    def __init__(self, farm, program, network, n_sites, each):
        super().__init__(farm, program, n_sites * each, [Database(attributes=ACCESS)], network=network)
        network.know_each_other()
        self.each = each
        self.interval = self.probe_interval = 30  # seconds
        self.stack = contextlib.ExitStack()
        self.daemons = {}
        for i, peer in enumerate(self.document["peers"]):
            peer["site"] = f"s{i // each}"
        self.document["peers"][-1].update(id=CONSUMER, role="consumer")
        self.nodes[-1].id = CONSUMER
        self.document.update(topology={"gateways": 2}, revision=1)
        database = self.document["databases"][0]
        database["heartbeat"] = {"container": CONTAINER, "interval": INTERVAL}
        database["syncrepl"]["credentials"] = {"file": self.nodes[0].secret_file}
        self.write()

    def site(self, i):
        return self.nodes[i * self.each:(i + 1) * self.each]

    def begin(self):
        """The first node has the data, all others are empty; every daemon starts at once."""
        self.nodes[0].server.seed()
        for i in range(PEOPLE):
            add_person(self.nodes[0].server, f"p{i}")
        give_account(self)
        add_container(self.nodes[0].server)
        for node in self.nodes:
            self.start(node)

    def start(self, node):
        """A daemon as it is installed, with its ordinary interval."""
        words = settings(node, interval=self.interval, probe_interval=self.probe_interval)
        self.daemons[node] = self.stack.enter_context(Daemon(node, *words, prefix=["nice"]))

    def end(self, node):
        """Its daemon ends as systemd ends it."""
        assert self.daemons.pop(node).stop() == 0

    def revise(self):
        """The next revision of the file reaches every node, and the daemons see it for themselves."""
        self.document["revision"] += 1
        self.write()

    def sessions(self):
        """Links of all nodes, as they stand in cn=config."""
        return sum(len(node.syncrepl()) for node in self.nodes)

    def wait_well(self, seconds):
        """Every node says that it is in step; who is not is named."""
        def ill():
            return [done.stdout for done in (node.run("check") for node in self.nodes) if done.returncode != 0]
        try:
            wait_until(lambda: not ill(), "every node is in step", seconds)
        except TimeoutError as error:
            raise AssertionError(f"{error}: {ill()}") from None

    def wait_heard(self, seconds=2 * INTERVAL + 30):
        """Every node shows all as heard of; the others' interval and this node's pass may lie in the worst order."""
        def deaf():
            return [(node.id, found) for node in self.nodes
                    if (found := states(node)).count("heard") != len(self.nodes)]
        try:
            wait_until(lambda: not deaf(), "all nodes are heard of everywhere", seconds)
        except TimeoutError as error:
            raise AssertionError(f"{error}: {deaf()}") from None

    def rest_costs(self, seconds):
        """What the dearest daemon has of memory (PSS, MiB), and uses of a processor while nothing happens (percent)."""
        before = {node: cpu_sec(daemon.pid) for node, daemon in self.daemons.items()}
        time.sleep(seconds)
        return (max(pss_mib(daemon.pid) for daemon in self.daemons.values()),
                max(100 * (cpu_sec(daemon.pid) - before[node]) / seconds for node, daemon in self.daemons.items()))

    def write_everywhere(self, name):
        """One entry at each node that takes writes, which is to be everywhere; returns their DNs."""
        return {add_person(node.server, f"{name}{node.id}") for node in self.nodes if is_open(node)}


def pss_mib(pid):
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("Pss:")) / 1024


def cpu_sec(pid):
    """With its probes, which it waits for."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        return sum(map(int, file.read().rpartition(")")[2].split()[11:15])) / os.sysconf("SC_CLK_TCK")


def is_open(node):
    return node.server.values(node.server.database_dn(), node.server.flag()) == ["TRUE"]


def expected_sessions(n_sites, each, n_consumers):
    """Full meshes of the providers within sites, of two gateways a site among sites, and two a consumer."""
    providers = [each] * n_sites
    providers[-1] -= n_consumers
    gateways = 2 * n_sites
    return sum(n * (n - 1) for n in providers) + gateways * (gateways - 2) + 2 * n_consumers


def play(fleet, n_sites, each):
    """The life of a fleet; every part ends with equal copies."""
    slow = each * n_sites  # seconds for the whole on two busy processors
    fleet.begin()
    fleet.wait_well(120 + 12 * slow)
    assert fleet.sessions() == expected_sessions(n_sites, each, 1)
    written = fleet.write_everywhere("begin")
    assert len(written) == len(fleet.nodes) - 1
    assert written <= set(wait_equal(fleet.nodes, seconds=60 + slow))
    fleet.wait_heard()
    for node in (fleet.nodes[0], fleet.nodes[-1]):
        shown = node.run("status", "--all", *options(node))
        assert shown.returncode == 0 and shown.stdout.count(" in-step ") == len(fleet.nodes), shown.stdout

    cut_off(fleet, fleet.site(1), slow)
    kill_a_gateway(fleet, slow)
    promote(fleet, slow)
    remove(fleet, fleet.site(0)[2:4], slow)
    fleet.wait_heard()
    done = fleet.nodes[-1].run("compare", "--attributes", *options(fleet.nodes[-1]), timeout=600)
    # Whether each shows everything would take an account that reads cn=monitor; the rootdn saw that in wait_equal().
    assert done.returncode in (0, 3) and "othing differs" in done.stdout, done.stdout + done.stderr


def cut_off(fleet, site, slow):
    """Both sides go on by themselves, whose links ended says so, and back again all is everywhere."""
    others = [node for node in fleet.nodes if node not in site]
    for some, rest in ((site, others), (others, site)):
        for node in some:
            node.server.host.swallow(*(other.server.host for other in rest))
    there, here = add_person(site[-1].server, "there"), add_person(others[0].server, "here")
    wait_entry(site[0].server, there)
    wait_entry(others[-1].server, here)
    for gateway in (site[0], others[0]):
        wait_until(lambda gateway=gateway: gateway.run("check").returncode != 0, "a gateway tells that a site is cut off", 120)
    assert here not in wait_equal(site) and there not in wait_equal(others)
    for some, rest in ((site, others), (others, site)):
        for node in some:
            node.server.host.answer(*(other.server.host for other in rest))
    assert {here, there} <= set(wait_equal(fleet.nodes, seconds=120 + slow))
    fleet.wait_well(120 + slow)


def kill_a_gateway(fleet, slow):
    """The other one of its site carries what comes and goes."""
    gateway, second = fleet.site(0)[:2]
    gateway.server.kill()
    others = [node for node in fleet.nodes if node is not gateway]
    written = {add_person(second.server, "from-its-site"), add_person(fleet.site(1)[-1].server, "from-elsewhere")}
    assert written <= set(wait_equal(others, seconds=60 + slow))
    gateway.server.start()
    assert written <= set(wait_equal(fleet.nodes, seconds=60 + slow))
    fleet.wait_well(120 + slow)


def promote(fleet, slow):
    """The consumer becomes a provider with an id of its own, by the word of a person who sits before it."""
    node = fleet.nodes[-1]
    fleet.document["peers"][-1].update(id=len(fleet.nodes), role="provider")
    fleet.end(node)  # it was started with the old id
    node.id = len(fleet.nodes)
    fleet.revise()
    assert node.apply().returncode == 3
    node.apply("--release", "role")
    fleet.start(node)
    wait_until(lambda: is_open(node), "the former consumer takes writes", 120 + 4 * slow)
    written = add_person(node.server, "by-a-provider")
    assert written in wait_equal(fleet.nodes, seconds=60 + slow)
    fleet.wait_well(120 + slow)


def remove(fleet, nodes, slow):
    """They leave, and are taken out of the file."""
    for node in nodes:
        last = add_person(node.server, f"last-of-{node.id}")
        wait_until(lambda node=node: node.run("leave", *options(node)).returncode == 0, "it leaves", 120)
        fleet.document["peers"] = [peer for peer in fleet.document["peers"] if peer["id"] != node.id]
        fleet.nodes.remove(node)
        fleet.end(node)
        fleet.revise()
        assert last in wait_equal(fleet.nodes, seconds=60 + slow)
        fleet.wait_well(120 + 4 * slow)


@pytest.mark.newest_release
@pytest.mark.parametrize("n_sites, each", [(3, 4), pytest.param(5, 10, marks=pytest.mark.long)])
def test_a_fleet_lives(slapd_factory, program, network, n_sites, each):
    fleet = Fleet(slapd_factory, program, network, n_sites, each)
    with fleet.stack:
        play(fleet, n_sites, each)


@pytest.mark.long
@pytest.mark.quiet
@pytest.mark.newest_release
def test_at_rest_fifty_daemons_cost_little(slapd_factory, network, monkeypatch):
    """As they are installed: sanitizers take memory and time of their own."""
    monkeypatch.setenv("SYNCWARD_PROGRAM", PLAIN)
    fleet = Fleet(slapd_factory, PLAIN, network, 5, 10)
    fleet.interval, fleet.probe_interval = 60, 300  # as they are when agent.json says nothing
    with fleet.stack:
        fleet.begin()
        fleet.wait_well(720)
        fleet.wait_heard()
        mib, percent = fleet.rest_costs(300)
    print(f"the dearest daemon: {mib:.1f} MiB, {percent:.3f} % of a processor")
    assert mib <= 12 and percent <= 0.1
