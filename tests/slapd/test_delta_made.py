# SPDX-License-Identifier: Apache-2.0
"""Delta-syncrepl that syncward makes: "delta" of peers.json."""

import os
import re
import shutil
import threading
import time

import delta
import ldap
import messages
import pytest
import remedies
from cluster import Cluster, add_person, apply_until_joined, wait_entry
from slapd import SUFFIX, Database, wait_until

REPLICATOR = "cn=replicator," + SUFFIX
# What 2.4 gets in their place one test says for all.
OF_LOGS = pytest.mark.since("2.5")
# Links are tried again after 1 s here; the rest is what a busy machine takes.
LONGEST_BREAK_SEC = 5


def write_until_delta(cluster, seconds=60):
    """Applies at all nodes until each link reads a log. A log begins with the contextCSN that is on disk, and gets the
    rest with the next change of each node."""
    def is_delta():
        for node in cluster:
            assert node.apply().returncode in (0, 3)
            add_person(node.server, f"begins{time.monotonic_ns()}")
        return all(delta.reads(node) == len(delta.others(cluster, node)) for node in cluster)
    try:
        wait_until(is_delta, "all links read logs", seconds)
    except TimeoutError as error:
        raise AssertionError("\n".join([str(error), *(node.plan().stdout for node in cluster)])) from None


def apply_until_delta(cluster):
    """The same, and waits until all of these are up."""
    write_until_delta(cluster)
    cluster.wait_persistent()


def entry_of(node, dn):
    return dict(node.server.search(dn))[dn]


def held(node):
    """(text, release) of what the plan holds as "log"."""
    found = [(one["text"], one["release"]) for one in node.plan_json()["holds"] if one["guard"] == "log"]
    assert not [fault for text, _ in found for fault in messages.faults(text)]
    return found


def ring(slapd_factory, program, n):
    """n nodes that read each other's database, known to be in step. Only back-mdb keeps logs."""
    return Cluster(slapd_factory, program, n, [Database(backend="mdb")], modules=["syncprov"]).form_by_hand().be_seen_to_work()


@pytest.fixture(name="plain")
def fixture_plain(slapd_factory, program):
    return ring(slapd_factory, program, 2)


@pytest.fixture(name="made")
def fixture_made(plain):
    """Two nodes that read each other's log, as syncward made them."""
    delta.want_all(plain)
    apply_until_delta(plain)
    return plain


def assert_held(cluster):
    """With 2.4 nothing of a log is made, and links stay as they are."""
    for node in cluster:
        before = node.server.search("cn=config")
        (text, _), = held(node)
        assert "2.5" in text and node.apply().returncode == 3
        assert node.server.search("cn=config") == before and delta.reads(node) == 0


@pytest.mark.every_release
def test_a_running_ring_gets_logs_and_reads_them_but_with_2_4(plain):
    delta.want_all(plain)
    if plain[0].server.release.version == "2.4":
        assert_held(plain)
        delta.write_everywhere(plain, "plainly")
        return
    apply_until_delta(plain)
    delta.write_everywhere(plain, "later")
    for node in plain:
        node.assert_in_step()
        log = entry_of(node, node.server.database_dn(delta.LOG))
        assert log["olcAccess"] == [f'{{0}}to * by dn.exact="{REPLICATOR}" read by * none'.encode()]
        assert "olcReadOnly" not in log and node.plan_json()["findings"] == []


@OF_LOGS
def test_who_may_not_read_the_database_for_a_node_may_not_read_its_log(made):
    node = made[0]
    anonymous = node.server.connect()
    pytest.raises(ldap.NO_SUCH_OBJECT, anonymous.search_s, delta.LOG, ldap.SCOPE_SUBTREE)


@pytest.mark.remedy("log-folder")
@OF_LOGS
def test_a_folder_that_is_not_slapds_is_held_with_the_command_that_makes_it(plain):
    node = plain[0]
    delta.want(node, plain.document, make_folder=False)
    before = node.server.search("cn=config")
    (text, release), = held(node)
    assert "there is none" in text and node.apply().returncode == 3
    assert [severity for severity, text in delta.doctor(node) if "nothing writes changes into a log" in text] == ["warning"]
    assert node.server.search("cn=config") == before
    remedies.run(node, release, "log-folder")
    node.apply_ok()
    assert node.server.database_dn(delta.LOG)


@pytest.mark.remedy("log-folder-empty")
@OF_LOGS
def test_a_log_is_not_begun_among_what_is_left_of_another(plain):
    node = plain[0]
    delta.want(node, plain.document)
    left = os.path.join(delta.folder_of(node), "data.mdb")
    shutil.copy(os.path.join(entry_of(node, node.server.database_dn())["olcDbDirectory"][0].decode(), "data.mdb"), left)
    (text, _), = held(node)
    remedies.printed(text, "log-folder-empty")
    assert "already holds a database" in text and node.apply().returncode == 3
    assert os.path.getsize(left) > 0
    delta.want(node, plain.document, directory=os.path.join(node.server.directory, "empty"))
    os.mkdir(os.path.join(node.server.directory, "empty"), 0o700)
    remedies.did("log-folder-empty")
    node.apply_ok()
    assert held(node) == []


@pytest.mark.remedy("delta-out")
@OF_LOGS
def test_a_log_that_another_overlay_writes_is_not_made(plain):
    node = plain[0]
    node.server.modify("cn=module{0},cn=config", [(ldap.MOD_ADD, "olcModuleLoad", "accesslog")])
    delta.add_log(node.server, [REPLICATOR], "cn=audit")
    delta.add_logging(node.server, "cn=audit")
    delta.want(node, plain.document)
    (text, release), = held(node)
    assert "writes its changes into cn=audit" in text and node.apply().returncode == 3
    remedies.printed(release, "delta-out")
    node.write(plain.document)
    remedies.did("delta-out")
    node.apply_ok()


def overlay_of(node):
    found, = (dn for dn, _ in node.server.search(node.server.database_dn()) if "accesslog" in dn)
    return found


@pytest.mark.remedy("log-anew")
@OF_LOGS
def test_a_log_with_a_gap_is_not_written_on_and_begins_anew(made):
    """The overlay is deleted by hand, a change is missing in the log: never is it written on."""
    node, peer = made
    node.server.root.delete_s(overlay_of(node))
    gap = add_person(node.server, "gap")
    (text, release), = held(node)
    assert "would be missing" in text and node.apply().returncode == 3
    wait_until(lambda: peer.apply().returncode == 0 and delta.reads(peer) == 0, "the peer reads the database again")
    wait_entry(peer.server, gap)
    node.server.stop()
    for name in ("data.mdb", "lock.mdb"):
        os.remove(os.path.join(delta.folder_of(node), name))
    node.server.start()
    remedies.run(node, release, "log-anew")
    node.apply_ok()
    apply_until_delta(made)
    delta.write_everywhere(made, "anew")


@OF_LOGS
def test_a_log_that_was_cut_off_in_the_making_is_made_to_its_end(plain):
    """kill -9 between the steps: slapd starts again, and the next pass goes on."""
    node = plain[0]
    delta.want(node, plain.document)
    node.server.modify("cn=module{0},cn=config", [(ldap.MOD_ADD, "olcModuleLoad", "accesslog")])
    folder = delta.folder_of(node)
    n = len([dn for dn, _ in node.server.search("cn=config") if dn.startswith("olcDatabase=")]) - 1
    node.server.add("olcDatabase={%d}mdb,cn=config" % n, {
        "objectClass": ["olcDatabaseConfig", "olcMdbConfig"], "olcDatabase": "{%d}mdb" % n, "olcSuffix": delta.LOG,
        "olcDbDirectory": folder, "olcRootDN": node.server.databases[0].rootdn, "olcReadOnly": "TRUE",
        "olcAccess": delta.access([REPLICATOR])})
    node.server.kill()
    node.server.start()
    assert [one["kind"] for one in node.plan_json()["changes"]] == ["log-syncprov", "log-overlay", "log-open"]
    node.apply_ok()
    assert "olcReadOnly" not in entry_of(node, node.server.database_dn(delta.LOG))


@OF_LOGS
def test_a_link_goes_back_when_its_provider_shows_that_the_log_is_gone(made):
    node, peer = made
    peer.server.modify(peer.server.database_dn(delta.LOG), [(ldap.MOD_REPLACE, "olcAccess", "to * by * none")])
    node.apply()
    wait_until(lambda: node.apply().returncode == 0 and delta.reads(node) == 0, "the database is read again")
    (severity, text), = delta.doctor(node, "logs")
    assert severity == "error" and "is not there, or the bind DN may not read it" in text
    wait_entry(node.server, add_person(peer.server, "plainly"))
    peer.server.modify(peer.server.database_dn(delta.LOG), [(ldap.MOD_REPLACE, "olcAccess", delta.access([REPLICATOR]))])
    apply_until_delta(made)


@OF_LOGS
def test_a_link_stays_when_nothing_is_known_of_the_log(made):
    node, peer = made
    before = node.syncrepl()
    assert delta.doctor(node) == []
    peer.server.kill()
    node.apply()
    assert node.syncrepl() == before
    assert [severity for severity, _ in delta.doctor(node)] == ["unknown"]
    peer.server.start()
    made.wait_persistent()
    delta.write_everywhere(made, "back")


@OF_LOGS
def test_drift_of_a_log_is_corrected(made):
    node = made[0]
    log = node.server.database_dn(delta.LOG)
    provider, = (dn for dn, _ in node.server.search(log) if "syncprov" in dn)
    node.server.modify(provider, [(ldap.MOD_REPLACE, "olcSpNoPresent", "FALSE")])
    node.server.modify(overlay_of(node), [(ldap.MOD_REPLACE, "olcAccessLogOps", "add modify"),
                                          (ldap.MOD_REPLACE, "olcAccessLogPurge", "01+00:00 00+01:00")])
    node.apply_ok()
    node.assert_in_step()
    assert entry_of(node, provider)["olcSpNoPresent"] == [b"TRUE"]
    assert entry_of(node, overlay_of(node))["olcAccessLogOps"] == [b"writes"]


@OF_LOGS
def test_the_doctor_tells_of_a_log_that_is_shown_and_not_read(made):
    node = made[0]
    node.edit([(ldap.MOD_REPLACE, "olcSyncrepl", [re.sub(r" (syncdata|logbase|logfilter)=(\"[^\"]*\"|\S+)", "", value)
                                                  for value in node.syncrepl()])])
    assert delta.reads(node) == 0
    (severity, text), = delta.doctor(node)
    assert severity == "note" and "shows its log cn=accesslog, and this node reads the database" in text
    node.apply_ok()
    assert delta.reads(node) == 1 and delta.doctor(node) == []


@pytest.mark.remedy("log-end")
@OF_LOGS
def test_without_delta_links_read_the_database_again_and_what_is_left_is_told(made):
    made.write()
    for node in made:
        node.apply_ok()
        assert node.server.values(node.server.database_dn(delta.LOG), "olcRestrict") == ["search"], "nobody with an old file reads it"
    made.wait_persistent()
    for node in made:
        wait_until(lambda node=node: node.apply().returncode == 0 and delta.reads(node) == 0, "no log is read")
        assert node.server.database_dn(delta.LOG) and overlay_of(node)
    delta.write_everywhere(made, "plain")
    for node in made:  # as syncward-operations(7) says
        (severity, text), = delta.findings(node, "log-left")
        assert severity == "note" and delta.LOG in text
        remedies.run(node, text, "log-end")
        shutil.rmtree(delta.folder_of(node))
        node.assert_in_step()
        assert node.plan_json()["findings"] == []
    delta.write_everywhere(made, "without")


@OF_LOGS
def test_nodes_that_join_get_logs_when_they_are_complete(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 3, [Database(backend="mdb")], modules=["syncprov"])
    cluster[0].server.seed()
    delta.want_all(cluster)
    for node in cluster:
        apply_until_joined(node)
    cluster.wait_in_step()
    apply_until_delta(cluster)
    delta.write_everywhere(cluster, "three")
    for node in cluster:
        assert node.plan_json()["findings"] == []


class Writers(threading.Thread):
    """Clients that add entries at these nodes in turn; acknowledged are the DNs that slapd answered for."""

    def __init__(self, nodes):
        super().__init__(daemon=True)
        self._nodes, self._over = list(nodes), threading.Event()
        self.acknowledged, self.n = [], 0

    def run(self):
        connections = {}
        while not self._over.is_set():
            node = self._nodes[self.n % len(self._nodes)]
            self.n += 1
            dn = f"cn=w{self.n},{SUFFIX}"
            try:
                if node.id not in connections:
                    connections[node.id] = node.server.admin()
                node.server.add(dn, {"objectClass": ["organizationalRole"], "cn": f"w{self.n}"}, connections[node.id])
                self.acknowledged.append(dn)
            except ldap.SERVER_DOWN:
                connections.pop(node.id, None)
            self._over.wait(0.01)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self.join()


class Watch(threading.Thread):
    """For how long a server lacked a reader at most, by the kernel: each is read by all others, over TCP."""

    def __init__(self, cluster):
        super().__init__(daemon=True)
        self._cluster, self._over, self._since = cluster, threading.Event(), {}
        self.longest = 0.0

    def _look(self, node):
        now = time.monotonic()
        began = self._since.setdefault(node.id, now)
        self.longest = max(self.longest, now - began)
        if len(node.server.tcp_peers()) >= len(delta.others(self._cluster, node)):
            self._since[node.id] = now

    def run(self):
        while not self._over.wait(0.05):
            for node in self._cluster:
                self._look(node)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self.join()


def contents(node):
    """All that its database holds."""
    connection = node.server.admin()
    found = connection.search_s(SUFFIX, ldap.SCOPE_SUBTREE, attrlist=["*", "entryCSN", "entryUUID"])
    connection.unbind_s()
    return dict(found)


def differences(cluster, acknowledged):
    """The first of what is not the same everywhere: the DN, whether its writer had an answer, and its entryCSN at each node."""
    there = [contents(node) for node in cluster]
    return [f"{dn} acknowledged={dn in acknowledged} " + " ".join(
        entry[dn]["entryCSN"][0].decode() if dn in entry else "missing" for entry in there)
        for dn in sorted(set().union(*there)) if len({str(sorted(entry.get(dn, {}).items())) for entry in there}) > 1][:20]


def assert_equal(cluster, acknowledged):
    """The same entries everywhere, with the same contents and entryCSN, but for what a slapd that was killed had not
    answered for: that may be on its disk, and not yet in its log."""
    def known(node):
        return {dn: entry for dn, entry in contents(node).items() if not dn.startswith("cn=w") or dn in acknowledged}

    try:
        wait_until(lambda: all(known(node) == known(cluster[0]) for node in cluster), "all nodes hold the same")
    except TimeoutError as error:
        raise AssertionError("\n".join([str(error), *differences(cluster, acknowledged)])) from None
    missing = set(acknowledged) - set(known(cluster[0]))
    assert not missing, f"clients had an answer for what is nowhere: {sorted(missing)[:20]}"


def searches(node):
    """How often its log was searched so far."""
    return node.server.log_count(f'SRCH base="{delta.LOG}"')


@OF_LOGS
def test_three_nodes_change_over_under_writes_in_any_order_and_stay_equal(slapd_factory, program):
    cluster = ring(slapd_factory, program, 3)
    delta.want_all(cluster)
    with Writers(cluster) as writers:
        with Watch(cluster) as watch:
            for node in (cluster[2], cluster[0], cluster[1]):
                node.apply_ok()

            def is_delta():
                for node in (cluster[1], cluster[2], cluster[0]):
                    node.apply()
                return all(delta.reads(node) == 2 for node in cluster)
            wait_until(is_delta, "all links read logs", 60)
            cluster.wait_persistent()
        print(f"longest break: {watch.longest:.2f} s")
        assert watch.longest < LONGEST_BREAK_SEC, f"a link was broken for {watch.longest:.1f} s"
        cluster[1].server.kill()
        cluster[1].server.start()
        n = writers.n
        wait_until(lambda: writers.n > n + 100, "clients go on")
    assert_equal(cluster, set(writers.acknowledged))
    settled = [searches(node) for node in cluster]
    time.sleep(3)
    assert sum(searches(node) for node in cluster) - sum(settled) <= 12, "no link searches its log again and again"


@pytest.mark.long
@OF_LOGS
def test_three_nodes_go_back_under_writes_in_any_order_and_stay_equal(slapd_factory, program):
    cluster = ring(slapd_factory, program, 3)
    delta.want_all(cluster)
    apply_until_delta(cluster)
    cluster.write()
    with Writers(cluster) as writers, Watch(cluster) as watch:
        def is_plain():
            for node in (cluster[0], cluster[2], cluster[1]):
                node.apply()
            return all(delta.reads(node) == 0 for node in cluster)
        wait_until(is_plain, "no link reads a log", 60)
        cluster.wait_persistent()
        n = writers.n
        wait_until(lambda: writers.n > n + 100, "clients go on")
    assert_equal(cluster, set(writers.acknowledged))
    print(f"longest break: {watch.longest:.2f} s")
    assert watch.longest < LONGEST_BREAK_SEC, f"a link was broken for {watch.longest:.1f} s"
