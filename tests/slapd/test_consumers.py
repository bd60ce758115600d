# SPDX-License-Identifier: Apache-2.0
"""olcSyncrepl is rewritten so that slapd runs exactly the declared consumers, whoever else writes meanwhile."""

import os
import shutil

import ldap
import pytest
from cluster import Cluster
from slapd import SUFFIX, Database, syncrepl, wait_until
from traced import Stopped

# Since these releases deleting a single value of olcSyncrepl can stop another consumer than the one named.
SCRAMBLING = ((2, 5, 10), (2, 6, 1))


def scrambles(release):
    return any(release.number[:2] == since[:2] and release.number >= since for since in SCRAMBLING)


class Star(Cluster):
    """A cluster of which only the first node is in syncward's hands; it reads from all the others.

    So every TCP connection at another server is the first node's.
    """

    def __init__(self, farm, program, n):
        super().__init__(farm, program, n, [Database(overlays=("syncprov",), attributes={"olcDbIndex": "entryUUID eq"})])
        self.node = self[0]
        self.providers = {node.id: node.server for node in self.nodes[1:]}
        self[0].server.seed()
        self[0].server.stop()
        content = self[0].server.tool("cat", "-b", SUFFIX).stdout
        self[0].server.start()
        path = os.path.join(farm.folder("content"), "ldif")
        with open(path, "w", encoding="utf-8") as file:
            file.write(content)
        for i, server in self.providers.items():
            server.modify("cn=config", [(ldap.MOD_REPLACE, "olcServerID", str(i))])
            server.stop()
            server.tool("add", "-w", "-b", SUFFIX, "-l", path)
            server.start()

    def declare(self, *ids):
        """peers.json lists the first node and the providers with these ids."""
        self.document["peers"] = [{"id": i, "uri": self[i - 1].server.ldap_uri} for i in (1, *ids)]
        self.node.write(self.document)

    def peer(self, peer_id):
        return [peer for peer in self.document["peers"] if peer["id"] == peer_id][0]

    def assert_runs_exactly(self, *ids):
        """cn=config, cn=monitor and the TCP sessions at the providers say the same."""
        server = self.node.server
        assert [value.split()[0][3:] for value in self.node.syncrepl()] == [f"rid={i:03}" for i in ids]
        if server.release.has_consumer_monitor:
            wait_until(lambda: [(c.rid, c.provider, c.phase) for c in server.consumers()] ==
                       [(i, self.providers[i].ldap_uri, "Persist") for i in sorted(ids)],
                       f"consumers {ids} run, no other")
        wanted = {i: int(i in ids) for i in self.providers}
        wait_until(lambda: self.connections() == wanted, f"each of {ids} has one session, no other has any: "
                   f"{self.connections()}")

    def connections(self):
        """How many TCP connections each provider has."""
        if not self.node.server.release.has_consumer_monitor:
            # 2.4 forgets to close those of a consumer that it removed, until the provider sends something.
            for server in self.providers.values():
                touch(server)
        return {i: len(server.tcp_peers()) for i, server in self.providers.items()}

    def ports(self):
        return {i: server.tcp_peers() for i, server in self.providers.items()}


def touch(server):
    connection = server.admin()
    connection.modify_s(SUFFIX, [(ldap.MOD_REPLACE, "description", b"touched")])
    connection.unbind_s()


@pytest.fixture
def star(slapd_factory, program):
    def make(n):
        return Star(slapd_factory, program, n)
    return make


def foreign(cluster, peer_id):
    """A value somebody adds by hand, for a live provider that is not declared."""
    return syncrepl(peer_id, cluster.providers[peer_id].ldap_uri, timeout="1", network_timeout="1")


@pytest.mark.every_release
def test_a_peer_changed_removed_and_added_at_once_while_somebody_appends_another(star):
    cluster = star(6)
    cluster.declare(2, 3, 4)
    cluster.node.apply_ok()
    cluster.assert_runs_exactly(2, 3, 4)
    cluster.declare(2, 4, 5)
    cluster.peer(2)["syncrepl"] = {"timeout": 2}
    cluster.node.write(cluster.document)
    before = cluster.node.server.config_writes()
    with Stopped(cluster.node) as stopped:
        cluster.node.edit([(ldap.MOD_ADD, "olcSyncrepl", foreign(cluster, 6))])
        done = stopped.go_on()
    assert done.returncode == 0, done.stdout + done.stderr
    assert cluster.node.server.config_writes() == before + 2  # theirs and one of ours: no second try
    cluster.assert_runs_exactly(2, 4, 5)
    assert "timeout=2" in cluster.node.syncrepl()[0]
    cluster.node.assert_in_step()


def test_the_list_ends_while_somebody_appends_another(star):
    """DELETE stands alone then, and cannot see the appended value: the next plan of the same pass does."""
    cluster = star(4)
    cluster.declare(2, 3)
    cluster.node.apply_ok()
    cluster.assert_runs_exactly(2, 3)
    cluster.declare()
    with Stopped(cluster.node, "--release", "G4") as stopped:
        cluster.node.edit([(ldap.MOD_ADD, "olcSyncrepl", foreign(cluster, 4))])
        done = stopped.go_on()
    assert done.returncode == 0, done.stdout + done.stderr
    cluster.assert_runs_exactly()
    server = cluster.node.server
    assert server.values(server.database_dn(SUFFIX), server.flag()) == []
    cluster.node.assert_in_step()
    server.restart()


@pytest.mark.every_release
def test_one_removed_peer_takes_its_own_consumer_with_it_and_no_other(star):
    cluster = star(5)
    cluster.declare(2, 3, 4, 5)
    cluster.node.apply_ok()
    cluster.assert_runs_exactly(2, 3, 4, 5)
    for left in ((3, 4, 5), (3, 5)):
        cluster.declare(*left)
        cluster.node.apply_ok()
        cluster.assert_runs_exactly(*left)
    cluster.node.assert_in_step()


def test_a_plain_addition_drops_no_session(star):
    cluster = star(4)
    cluster.declare(2, 3)
    cluster.node.apply_ok()
    cluster.assert_runs_exactly(2, 3)
    before = cluster.ports()
    cluster.declare(2, 3, 4)
    assert "no replication session will restart" in cluster.node.plan().stdout
    cluster.node.apply_ok()
    cluster.assert_runs_exactly(2, 3, 4)
    after = cluster.ports()
    assert {i: after[i] for i in (2, 3)} == {i: before[i] for i in (2, 3)}


def test_a_value_changed_by_somebody_else_meanwhile_is_read_again(star):
    cluster = star(5)
    cluster.declare(2, 3, 4)
    cluster.node.apply_ok()
    cluster.assert_runs_exactly(2, 3, 4)
    cluster.declare(2, 4, 5)
    server = cluster.node.server
    with Stopped(cluster.node) as stopped:
        others = [value.partition("}")[2] for value in cluster.node.syncrepl()]
        others[1] = others[1].replace("timeout=1 ", "timeout=2 ")
        cluster.node.edit([(ldap.MOD_REPLACE, "olcSyncrepl", others)])
        done = stopped.go_on()
    assert done.returncode == 0, done.stdout + done.stderr
    assert server.log_count(r"RESULT tag=103 err=16") == 1
    cluster.assert_runs_exactly(2, 4, 5)
    cluster.node.assert_in_step()


def test_a_password_that_differs_in_letter_case_only_is_changed(star, slapd_factory):
    cluster = star(4)
    cluster.declare(2, 3, 4)
    cluster.node.apply_ok()
    cluster.assert_runs_exactly(2, 3, 4)
    provider = cluster.providers[3]
    connection = provider.admin()
    connection.modify_s(provider.databases[0].replicator, [(ldap.MOD_REPLACE, "userPassword", b"Secret")])
    connection.unbind_s()
    path = os.path.join(slapd_factory.folder("new"), "secret")
    with open(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
        file.write("Secret\n")
    cluster.peer(3)["syncrepl"] = {"credentials": {"file": path}}
    cluster.node.write(cluster.document)
    planned = cluster.node.plan()
    assert planned.returncode == 2 and "credentials" in planned.stdout and "ecret" not in planned.stdout
    cluster.node.apply_ok()
    cluster.assert_runs_exactly(2, 3, 4)
    assert "credentials=Secret " in cluster.node.syncrepl()[1]
    cluster.node.assert_in_step()


def scramble(node, peer_id):
    """Somebody adds one provider by hand at the end and deletes it again, as the value that it is."""
    value = [value for value in node.syncrepl() if f"rid={peer_id:03} " in value][0]
    node.edit([(ldap.MOD_DELETE, "olcSyncrepl", value)])


def finding_codes(node):
    return [finding["code"] for finding in node.plan_json()["findings"]]


@pytest.mark.every_release
def test_scrambled_consumers_are_found_and_healed_once_per_start_of_slapd(star):
    cluster = star(5)
    node = cluster.node
    cluster.declare(2, 3, 4)
    node.apply_ok()
    cluster.assert_runs_exactly(2, 3, 4)
    cluster.declare(3, 4)
    if not scrambles(node.server.release):
        scramble(node, 2)
        node.assert_in_step()
        cluster.assert_runs_exactly(3, 4)
        return
    for _ in range(2):
        scramble(node, 2)
        assert [c.rid for c in node.server.consumers()] != [3, 4]
        planned = node.plan()
        assert planned.returncode == 2 and "scrambled consumers" in planned.stdout, planned.stdout
        node.apply_ok()
        cluster.assert_runs_exactly(3, 4)
        node.assert_in_step()

        node.edit([(ldap.MOD_ADD, "olcSyncrepl", foreign(cluster, 2))])
        scramble(node, 2)
        running = node.server.consumers()
        assert [c.rid for c in running] != [3, 4]
        assert finding_codes(node) == ["scrambled-again"]
        before = node.server.config_writes()
        node.apply_ok()
        assert node.server.config_writes() == before and node.server.consumers() == running

        node.server.restart()
        cluster.assert_runs_exactly(3, 4)
        node.assert_in_step()
        node.edit([(ldap.MOD_ADD, "olcSyncrepl", foreign(cluster, 2))])


@pytest.mark.every_release
def test_a_monitor_that_shows_no_consumers_is_not_drift(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 2)
    node = cluster[0]
    node.server.seed()
    node.server.stop()
    take_monitor_away(node.server)
    node.server.start()
    node.apply_ok()
    assert node.server.search("cn=Monitor") == []
    node.server.add("olcDatabase=monitor,cn=config", {
        "objectClass": "olcDatabaseConfig", "olcDatabase": "monitor", "olcAccess": "to * by * read"})
    assert node.server.search("cn=Databases,cn=Monitor")
    assert not node.server.consumers()
    assert len(node.syncrepl()) == 1
    node.assert_in_step()


def take_monitor_away(server):
    """Makes slapd.d anew without the monitor database."""
    ldif = server.tool("cat", "-n0").stdout
    entries = [entry for entry in ldif.split("\n\n") if not entry.startswith("dn: olcDatabase={1}monitor")]
    for name in os.listdir(server.config_dir):
        path = os.path.join(server.config_dir, name)
        (shutil.rmtree if os.path.isdir(path) else os.remove)(path)
    path = os.path.join(server.directory, "without-monitor.ldif")
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n\n".join(entries).replace("olcDatabase={2}", "olcDatabase={1}")
                   .replace("olcDatabase: {2}", "olcDatabase: {1}"))
    server.tool("add", "-n0", "-l", path)
