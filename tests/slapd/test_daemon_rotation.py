# SPDX-License-Identifier: Apache-2.0
"""What shall replace a working link is tried by the daemon beside its passes: no link breaks, no account is locked."""

import contextlib
import signal
import threading
import time

import ldap
import pytest
import remedies
from cluster import Cluster, add_person, wait_entry
from daemon import Daemon
from own_time import OwnTime
from relay import Relay
from slapd import PASSWORD, ROOT_DN, SUFFIX, Database, wait_until

pytestmark = pytest.mark.one_release
REPLICATOR = "cn=replicator," + SUFFIX
OTHER = "another-password"
REFUSED = "RESULT tag=97 err=49"
TURN_SEC = 0.5  # that a node leaves to each of those before it
BIND = f'BIND dn="{REPLICATOR}" method=128'


@pytest.fixture(name="form")
def fixture_form(slapd_factory, program):
    """Makes nodes that replicate, in step with their peers.json."""
    def form(n, **options):
        cluster = Cluster(slapd_factory, program, n, modules=["syncprov"], **options).form_by_hand()
        for node in cluster:
            node.apply_ok()
        wait_until(lambda: all(up(node) == n - 1 for node in cluster), "all links are up")
        return cluster
    return form


@contextlib.contextmanager
def daemons(cluster):
    """A daemon on each node, each of which has seen that its links work."""
    with contextlib.ExitStack() as stack:
        running = [stack.enter_context(Daemon(node)) for node in cluster]
        for daemon in running:
            daemon.wait_for("desired-loaded")
        yield running


def up(node):
    """How many of its links slapd calls up."""
    return sum(c.phase == "Persist" and bool(c.connection) for c in node.server.consumers())


def accept(cluster, *passwords):
    connection = cluster[0].server.admin()
    connection.modify_s(REPLICATOR, [(ldap.MOD_REPLACE, "userPassword", [p.encode() for p in passwords])])
    connection.unbind_s()
    wait_until(lambda: len({frozenset(node.server.context_csns()) for node in cluster}) == 1, "all are in step")


def has_password(node, password):
    return all(f"credentials={password} " in value or f'credentials="{password}"' in value for value in node.syncrepl())


def wait_probe(daemon, what):
    """Waits for the end of a round of probes that was not over yet."""
    before = daemon.last_pass()[0] + 1  # status.json tells of a pass when it is over
    wait_until(lambda: daemon.last_pass()[0] > before and "probe" in daemon.last_pass()[1], what)


def probe_anew(daemon, peer):
    """A round of probes, from its begin to its end."""
    before = peer.server.log_count(BIND)
    daemon.reload()
    wait_until(lambda: peer.server.log_count(BIND) > before and not daemon.children(), "a round of probes")


def has_failures(node):
    """A bind as the replicator was refused since the last that was taken."""
    return "pwdFailureTime" in node.server.search(REPLICATOR, attributes=["pwdFailureTime"])[0][1]


def is_locked(node):
    return "pwdAccountLockedTime" in node.server.search(REPLICATOR, attributes=["pwdAccountLockedTime"])[0][1]


POLICY = Database(overlays=("syncprov", "ppolicy"))


def lock_after_three(cluster):
    """From now on three refused binds lock the account."""
    connection = cluster[0].server.admin()
    cluster[0].server.add("cn=policy," + SUFFIX, {
        "objectClass": ["device", "pwdPolicy"], "cn": "policy", "pwdAttribute": "userPassword", "pwdLockout": "TRUE",
        "pwdMaxFailure": "3"}, connection)
    connection.modify_s(REPLICATOR, [(ldap.MOD_ADD, "pwdPolicySubentry", ("cn=policy," + SUFFIX).encode())])
    connection.unbind_s()
    cluster.wait_in_step()


class Breaks:
    """For how long each link of the nodes was down at most, by its slapd's own time, and how often one was seen down, while
    the block ran."""

    def __init__(self, cluster):
        self._cluster = cluster
        self._since = {}
        self.longest_sec, self.n = 0.0, 0
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _look(self):
        for node in self._cluster:
            connected = {c.provider for c in node.server.consumers() if c.connection}
            for peer in self._cluster:
                key = (node.id, peer.id)
                if peer is node or peer.server.ldap_uri in connected:
                    self._since.pop(key, None)
                else:
                    self.n += 1
                    since = self._since.setdefault(key, OwnTime(node.server.process.pid))
                    self.longest_sec = max(self.longest_sec, since.seconds())

    def _run(self):
        while not self._ends.wait(0.05):
            self._look()

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ends.set()
        self._thread.join()


def test_a_wrong_password_breaks_no_link_and_the_right_one_follows_at_once(form):
    cluster = form(2)
    node = cluster[0]
    with Daemon(node) as daemon:
        daemon.wait_for("desired-loaded")
        before = node.server.consumers()[0].connection
        node.write_secret("wrong")
        held = daemon.wait_for("held", text="G6")
        assert "Invalid credentials" in held and remedies.unbound(held).endswith("syncward apply --release G6")
        assert node.server.consumers()[0].connection == before and not has_password(node, "wrong")
        accept(cluster, PASSWORD, OTHER)
        own = OwnTime(daemon.pid)  # links younger than their timeout, a second, are let settle
        node.write_secret(OTHER)
        daemon.wait_for("correction-applied", text="olcSyncrepl")
        took_sec = own.seconds()
        assert daemon.wait_for("released")
        assert took_sec < 2.5 and has_password(node, OTHER)
        assert len(daemon.events("held")) == len(daemon.events("released")) == 1
        wait_until(lambda: up(node) == 1, "the link is up")


def test_the_password_of_a_whole_ring_is_rotated_and_no_link_breaks(form):
    cluster = form(3)
    refused = sum(node.server.log_count(REFUSED) for node in cluster)  # before the account was everywhere
    with daemons(cluster) as running:
        accept(cluster, PASSWORD, OTHER)
        with Breaks(cluster) as breaks:
            for i in (1, 2, 0):
                cluster[i].write_secret(OTHER)
            for daemon in running:
                daemon.wait_for("correction-applied", text="olcSyncrepl")
            wait_until(lambda: all(up(node) == 2 for node in cluster), "all links are up")
            wait_entry(cluster[2].server, add_person(cluster[1].server, "new"))
    assert all(has_password(node, OTHER) for node in cluster)
    assert breaks.longest_sec < 4  # slapd starts a new consumer when its main loop next wakes
    assert sum(node.server.log_count(REFUSED) for node in cluster) == refused
    accept(cluster, OTHER)


def test_a_wrong_password_on_all_nodes_locks_nobody_out(form):
    cluster = form(5, databases=[POLICY])
    lock_after_three(cluster)
    refused = sum(node.server.log_count(REFUSED) for node in cluster)
    with daemons(cluster) as running:
        with contextlib.ExitStack() as stack:  # all see it in the same moment
            for daemon in running:
                daemon.process.send_signal(signal.SIGSTOP)
                stack.callback(daemon.process.send_signal, signal.SIGCONT)
            for node in cluster:
                node.write_secret("wrong")
        for daemon in running:
            daemon.wait_for("held", text="G6")
        assert [up(node) for node in cluster] == [4] * 5, [daemon.lines for daemon in running]
        for node in cluster:
            assert not is_locked(node)
            node.server.bind(REPLICATOR, PASSWORD).unbind_s()
            node.write_secret(PASSWORD)
        for daemon in running:
            daemon.wait_for("released")
    assert all(has_password(node, PASSWORD) for node in cluster)
    assert 1 <= sum(node.server.log_count(REFUSED) for node in cluster) - refused <= 2


def test_the_third_node_leaves_the_first_try_of_a_password_to_two_others(form):
    cluster = form(3)
    third = cluster[2]
    refused = sum(node.server.log_count(REFUSED) for node in cluster)
    with Daemon(third) as daemon:
        daemon.wait_for("desired-loaded")
        began = time.monotonic()
        third.write_secret("wrong")
        wait_until(lambda: sum(node.server.log_count(REFUSED) for node in cluster) > refused, "the third node has tried it")
        assert time.monotonic() - began >= 2 * TURN_SEC
        daemon.wait_for("held", text="G6")


def speak_digest_md5(cluster):
    """Each server lets the replicator bind with SASL DIGEST-MD5, which syncward itself does not speak."""
    accept(cluster, PASSWORD)  # in clear text
    for node in cluster:
        node.server.modify("cn=config", [
            (ldap.MOD_REPLACE, "olcSaslSecProps", "none"),
            (ldap.MOD_REPLACE, "olcAuthzRegexp", ["{0}uid=([^,]*),(cn=[^,]*,)?cn=digest-md5,cn=auth cn=$1," + SUFFIX])])
        node.server.restart()
    wait_until(lambda: all(up(node) == len(cluster.nodes) - 1 for node in cluster), "all links are up")


def want_digest_md5(cluster, *nodes, authcid="replicator"):
    """peers.json with that, for these nodes."""
    cluster.document["databases"][0]["syncrepl"].update(
        {"bindmethod": "sasl", "saslmech": "DIGEST-MD5", "authcid": authcid})
    cluster.document["databases"][0]["syncrepl"].pop("binddn", None)
    cluster.document["databases"][0]["readers"] = [REPLICATOR]
    for node in nodes:
        cluster.document["databases"][0]["syncrepl"]["credentials"] = {"file": node.secret_file}
        node.write(cluster.document)


def has_digest_md5(node):
    return all("saslmech=DIGEST-MD5" in value for value in node.syncrepl())


def test_a_mechanism_that_nobody_can_test_is_written_and_stays_when_the_link_comes_up(form):
    cluster = form(2)
    speak_digest_md5(cluster)
    node = cluster[0]
    with Daemon(node) as daemon:
        daemon.wait_for("desired-loaded")
        want_digest_md5(cluster, node)
        daemon.wait_for("correction-applied", text="olcSyncrepl")
        wait_until(lambda: has_digest_md5(node) and up(node) == 1, "the link is up")
        wait_entry(node.server, add_person(cluster[1].server, "new"))
        time.sleep(8)  # more than it has to come up
        assert has_digest_md5(node) and up(node) == 1 and not daemon.events("held")
        told = node.run("doctor").stdout  # what could not be looked at is neither wrong nor right
        for check in ("bind", "read", "provider", "limits", "clock"):
            assert f"\nunknown  peer-{check} " in told, told


def test_a_link_that_does_not_come_back_gets_its_former_value(form):
    cluster = form(2)
    speak_digest_md5(cluster)
    node = cluster[0]
    with Daemon(node) as daemon:
        daemon.wait_for("desired-loaded")
        want_digest_md5(cluster, node, authcid="nobody")
        daemon.wait_for("correction-applied", text="olcSyncrepl")
        cluster[1].server.kill()
        for what in ("the link is down, and asked why", "it did not come back in its time, and is asked again"):
            wait_probe(daemon, what)
        judged = daemon.last_pass()[0]
        wait_until(lambda: daemon.last_pass()[0] > judged, "what follows")
        assert not daemon.events("held"), "who is away would not take the former link either"
        cluster[1].server.start()
        held = daemon.wait_for("held", text="its former value is put back")
        assert "G6" in held and "DIGEST-MD5" in held and remedies.unbound(held).endswith("syncward apply --release G6")
        wait_until(lambda: not has_digest_md5(node) and up(node) == 1, "the former link is up")
        wait_until(lambda: node.run("check").returncode == 1, "a warning, for the link is up")
        want_digest_md5(cluster, node)
        daemon.wait_for("released")
        wait_until(lambda: has_digest_md5(node) and up(node) == 1, "the new link is up")


def test_what_nobody_can_test_is_written_on_one_node_after_the_other(form):
    cluster = form(2)
    speak_digest_md5(cluster)
    with daemons(cluster) as running:
        want_digest_md5(cluster, *cluster, authcid="nobody")
        first_held = running[0].wait_for("held", timeout=30, text="its former value is put back")
        assert first_held and not running[1].events("correction-intended")
        running[1].wait_for("held", timeout=60, text="its former value is put back")
        wait_until(lambda: all(up(node) == 1 for node in cluster), "both former links are up")


def test_an_address_that_does_not_answer_yet_is_tried_again_by_itself(form):
    cluster = node, peer = form(2)
    path = f"{node.folder}/agent.json"
    with open(path, "w", encoding="utf-8") as file:
        file.write('{"interval": 5}')  # what was refused is asked about each 300 s
    with Daemon(node, "--agent-config", path) as daemon:
        daemon.wait_for("desired-loaded")
        before, relay = peer.server.ldap_uri, Relay(peer.server)  # which takes connections, and does not serve them yet
        cluster.document["peers"][1]["uri"] = peer.server.ldap_uri
        node.write(cluster.document)
        held = daemon.wait_for("held", text="G6")
        assert "could not be tested" in held and remedies.unbound(held).endswith("syncward apply --release G6")
        assert before in node.syncrepl()[0] and up(node) == 1
        time.sleep(15)  # what is in doubt about the peer itself is asked again before that
        wait_until(lambda: not daemon.children(), "nobody is asked now")
        with relay:
            daemon.wait_for("released", text="G6")
            wait_until(lambda: peer.server.ldap_uri in node.syncrepl()[0] and up(node) == 1, "the new link is up")


def test_a_typo_in_peers_json_on_all_nodes_breaks_nothing_and_is_said(form):
    cluster = form(3)
    uri, values = cluster[2].server.ldap_uri, [node.syncrepl() for node in cluster]
    with daemons(cluster) as running, Breaks(cluster) as breaks:
        cluster.document["peers"][2]["uri"] = "ldap://ldap3.nowhere.invalid"
        for node in cluster:
            node.write(cluster.document)
        for daemon in running[:2]:
            held = daemon.wait_for("held", text="G6")
            assert "there is no host 'ldap3.nowhere.invalid'" in held and "correct the uri in peers.json" in held
        for node in cluster.nodes[:2]:
            checked, told = node.run("check"), node.run("status")
            assert checked.returncode == 1 and "G6" in checked.stdout, checked.stdout
            assert "[G6]" in told.stdout and "nowhere.invalid" in told.stdout, told.stdout
            assert f"{uri} " in told.stdout and "not running" not in told.stdout, "the link that goes on"
        wait_entry(cluster[0].server, add_person(cluster[2].server, "meanwhile"))
        time.sleep(6)  # more than it takes to be sure that a link is down
        assert not any(daemon.events("link-down") for daemon in running)
        assert [node.syncrepl() for node in cluster] == values
        times = [OwnTime(daemon.pid) for daemon in running[:2]]
        cluster.document["peers"][2]["uri"] = uri
        for node in cluster:
            node.write(cluster.document)
        for daemon, own in zip(running, times):
            daemon.wait_for("released", text="G6")
            assert own.seconds() < 5
        wait_until(lambda: all(node.run("check").returncode == 0 for node in cluster), "all is well")
    assert breaks.n == 0


@pytest.mark.long
def test_a_link_that_reads_at_intervals_and_does_so_is_not_put_back(form):
    cluster = node, _ = form(2)
    cluster.document["peers"][0]["as_consumer"] = {"type": "refreshOnly", "interval": "00:00:00:02"}
    cluster.write()
    node.apply_ok()
    wait_until(lambda: [c.last_contact[:4] for c in node.server.consumers() if not c.connection] > ["0000"], "its first refresh")
    with Daemon(node) as daemon:
        daemon.wait_for("desired-loaded")
        accept(cluster, PASSWORD, OTHER)
        node.write_secret(OTHER)
        daemon.wait_for("correction-applied", text="olcSyncrepl")
        time.sleep(10)  # more than a link has to come back
        assert not daemon.events("held") and has_password(node, OTHER)


def test_a_person_may_insist_on_a_link_that_was_put_back(form):
    cluster = form(2)
    speak_digest_md5(cluster)
    node = cluster[0]
    with Daemon(node) as daemon:
        daemon.wait_for("desired-loaded")
        want_digest_md5(cluster, node, authcid="nobody")
        daemon.wait_for("held", text="its former value is put back")
        wait_until(lambda: not has_digest_md5(node) and up(node) == 1, "the former link is up")
        node.apply_ok("--release", "G6")
        daemon.wait_for("released")
        assert has_digest_md5(node)
        daemon.reload()
        assert node.plan().returncode == 0 and has_digest_md5(node)


def test_a_peer_that_lags_behind_holds_up_its_own_link_only(form):
    """It has not heard of the new password: that it refuses says nothing about it, and passes by itself."""
    first, node, late = cluster = form(3)
    path = f"{node.folder}/agent.json"
    with open(path, "w", encoding="utf-8") as file:
        file.write('{"interval": 5, "probe_interval": 5}')
    with Daemon(node, "--agent-config", path) as daemon:
        daemon.wait_for("desired-loaded")
        values = late.syncrepl()
        late.edit([(ldap.MOD_DELETE, "olcSyncrepl", None)])
        accept([first, node], PASSWORD, OTHER)
        node.write_secret(OTHER)  # node 2 asks node 3 first
        held = daemon.wait_for("held", text="G6")
        assert late.server.ldap_uri in held
        wait_until(lambda: sum(OTHER in value for value in node.syncrepl()) == 1, "the link to node 1 has the new password")
        late.edit([(ldap.MOD_ADD, "olcSyncrepl", values)])
        daemon.wait_for("released", timeout=40)
        wait_until(lambda: has_password(node, OTHER), "both links have the new password, once slapd is calm")


def test_a_password_that_changed_at_the_servers_alone_is_found_out_once(form):
    """Links that work go on; what the files hold is not tried by every node, which would lock the account."""
    cluster = form(5, databases=[POLICY])
    lock_after_three(cluster)
    with daemons(cluster) as running:
        for daemon in running:
            wait_until(daemon.has_asked_all, "the first round of probes is over")
        accept(cluster, OTHER)
        refused = sum(node.server.log_count(REFUSED) for node in cluster)
        passes = [daemon.last_pass()[0] for daemon in running]
        for daemon in running:
            daemon.reload()
        wait_until(lambda: running[0].last_pass()[0] > passes[0] and "probe" in running[0].last_pass()[1], "its probes")
        wait_until(lambda: all(daemon.last_pass()[0] > n + 1 for daemon, n in zip(running, passes)), "all had their turns")
        time.sleep(0.5)  # a node that dared to send it would have by now
        assert [up(node) for node in cluster] == [4] * 5
    assert 1 <= sum(node.server.log_count(REFUSED) for node in cluster) - refused <= 2
    cluster[0].server.bind(REPLICATOR, OTHER).unbind_s()


def test_of_an_account_that_a_node_does_not_see_one_wrong_password_is_sent(form):
    """Its links worked with the password of its file, but it cannot see that the servers changed it since."""
    cluster = node, *peers = form(4, databases=[POLICY])
    lock_after_three(cluster)
    node.edit([(ldap.MOD_ADD, "olcAccess", [
        f'to dn.base="{REPLICATOR}" by dn.base="{ROOT_DN}" none by * read', "to * by * read"])])
    with daemons([node]) as (daemon,):
        wait_until(daemon.has_asked_all, "the first round of probes is over")
        accept(cluster, OTHER)
        refused = sum(peer.server.log_count(REFUSED) for peer in peers)
        for _ in range(2):
            passes = daemon.last_pass()[0]
            daemon.reload()
            wait_until(lambda: daemon.last_pass()[0] > passes + 1 and "probe" in daemon.last_pass()[1], "all were probed")
            assert sum(peer.server.log_count(REFUSED) for peer in peers) == refused + 1
        assert up(node) == 3
    cluster[0].server.bind(REPLICATOR, OTHER).unbind_s()


def test_a_wrong_password_of_somebody_else_keeps_no_node_from_trying_its_own(form):
    """Set at the servers after the file was written: what a probe proved since is not in doubt."""
    cluster = node, peer = form(2, databases=[POLICY])
    lock_after_three(cluster)
    with daemons([node]) as (daemon,):
        accept(cluster, PASSWORD)
        time.sleep(1)  # pwdChangedTime has no fractions
        probe_anew(daemon, peer)
        with pytest.raises(ldap.INVALID_CREDENTIALS):
            peer.server.bind(REPLICATOR, "somebody else's")
        wait_until(lambda: has_failures(node), "the node knows that a bind was refused")
        probe_anew(daemon, peer)
        wait_until(lambda: not has_failures(peer), "the account is well again")


def test_who_reloads_every_moment_puts_no_probe_off(form):
    """The last of the nodes leaves their turns, of half a second, to the others; then its own comes."""
    first, _, node = form(3)
    with Daemon(node) as daemon:
        wait_until(daemon.has_asked_all, "the first round of probes is over")
        binds = first.server.log_count(BIND)
        began, own = time.monotonic(), OwnTime(daemon.pid)
        while first.server.log_count(BIND) == binds and own.seconds() < 5:
            for _ in range(10):  # no two of them so far apart as a turn is long
                daemon.reload()
                time.sleep(0.02)
        assert own.seconds() < 5 and time.monotonic() - began > 0.9


def test_a_former_password_that_is_not_taken_any_more_is_not_sent_again(form):
    """The session goes on; the account of the link as it is must not be locked by those who ask what it sees."""
    cluster = node, peer = form(2)
    path = f"{node.folder}/agent.json"
    with open(path, "w", encoding="utf-8") as file:
        file.write('{"interval": 5, "probe_interval": 5}')
    server = cluster[0].server
    connection = server.admin()
    new = f"cn=other,{SUFFIX}"
    server.add(new, {"objectClass": ["organizationalRole", "simpleSecurityObject"], "cn": "other", "userPassword": PASSWORD}, connection)
    connection.unbind_s()
    accept(cluster, OTHER)
    refused = peer.server.log_count(REFUSED)
    cluster.document["databases"][0]["syncrepl"]["binddn"] = new
    node.write(cluster.document)
    with Daemon(node, "--agent-config", path) as daemon:
        assert "could not be found out" in daemon.wait_for("held", text="G6")
        time.sleep(13)  # two rounds and more
        assert peer.server.log_count(REFUSED) == refused + 1
        assert up(node) == 1 and new not in node.syncrepl()[0] and not daemon.events("released")
