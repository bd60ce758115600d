# SPDX-License-Identifier: Apache-2.0
"""syncward heal: contextCSN of one node is written under server ID 0, and entries from before the server IDs go when
they are deleted."""

import fcntl
import os
import re
import signal
import subprocess
import threading

import ldap
import pytest
import remedies
import traced
from cluster import Cluster, add_person, apply_until_joined
from copies import show_count
from daemon import Daemon
from old_entries import (assert_deletes_arrive, deleted_while_away, examined, fill, fill_all, formed_as_0_1_0_did,
                         load, see_changes_everywhere, sids)
from own_time import OwnTime
from slapd import PASSWORD, SUFFIX, Database, wait_until

OTHER = "dc=other,dc=org"


def heal(node, *words):
    """As the rootdn: root over ldapi may not write data here, as almost nowhere."""
    return node.run("heal", "--rootdn-password", node.secret_file, *words)


def server_id(node):
    return node.server.values("cn=config", "olcServerID")


def holds(done):
    assert done.returncode == 3, done.stdout + done.stderr
    return re.findall(r"^  held (\S+): (.*):\n      (.*)$", done.stdout, re.MULTILINE)


def assert_healed(cluster, suffix=None):
    for node in cluster:
        wait_until(lambda n=node: "000" in sids(n.server.context_csns(suffix)), f"contextCSN at {node.server}")
        assert server_id(node) == [str(node.id)]
        assert not os.path.exists(os.path.join(node.state_dir, "heal.json"))


@pytest.mark.every_release
@pytest.mark.parametrize("n", [2, 3])
def test_after_a_heal_deletes_arrive_in_both_directions(slapd_factory, program, n):
    cluster = formed_as_0_1_0_did(slapd_factory, program, n)
    done = heal(cluster[0])
    assert done.returncode == 0, done.stdout + done.stderr
    cluster.wait_in_step()
    assert_healed(cluster)
    for node in cluster:
        assert examined(node) == ("ok", "")
        node.assert_in_step()
    assert_deletes_arrive(cluster)
    again = heal(cluster[0])
    assert again.returncode == 0 and "nothing to heal" in again.stdout


class Writers:
    """A client at each node that adds, changes and deletes entries of its own."""

    def __init__(self, cluster):
        self.stopping = threading.Event()
        self.kept = {node.id: {} for node in cluster}
        self.problems = []
        self.threads = [threading.Thread(target=self.write, args=(node,)) for node in cluster]

    def write(self, node):
        connection = node.server.admin()
        try:
            for i in range(100000):
                if self.stopping.wait(0.01):
                    return
                self.turn(connection, node, i)
        except ldap.LDAPError as error:
            self.problems.append((node.id, error))
        finally:
            connection.unbind_s()

    def turn(self, connection, node, i):
        dn = f"cn=w{node.id}-{i},{SUFFIX}"
        connection.add_s(dn, [("objectClass", [b"organizationalRole"]), ("cn", [dn.split(",")[0][3:].encode()])])
        connection.modify_s(dn, [(ldap.MOD_REPLACE, "description", str(i).encode())])
        self.kept[node.id][dn] = str(i)
        if i % 3 == 2:
            gone = f"cn=w{node.id}-{i - 1},{SUFFIX}"
            connection.delete_s(gone)
            del self.kept[node.id][gone]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        wait_until(lambda: self.problems or all(len(kept) > 20 for kept in self.kept.values()), "clients write", 60)
        return self

    def __exit__(self, *_):
        self.stopping.set()
        for thread in self.threads:
            thread.join()

    def assert_nothing_lost(self, cluster):
        assert not self.problems
        wanted = {dn: text for kept in self.kept.values() for dn, text in kept.items()}
        for node in cluster:
            connection = node.server.admin()

            def found(by=connection):
                return {dn: entry.get("description", [b""])[0].decode() for dn, entry in
                        by.search_s(SUFFIX, ldap.SCOPE_SUBTREE, "(cn=w*)", ["description"])}
            try:
                wait_until(lambda f=found: f() == wanted, f"all that clients wrote is at {node.server}", 60)
            except TimeoutError:
                assert found() == wanted
            connection.unbind_s()


@pytest.mark.every_release
def test_nothing_is_lost_while_clients_write_at_every_node(slapd_factory, program):
    cluster = formed_as_0_1_0_did(slapd_factory, program, 3)
    see_changes_everywhere(cluster)
    with Writers(cluster) as writers:
        done = heal(cluster[0], "--timeout", 60)
        n_then = sum(len(kept) for kept in writers.kept.values())
        wait_until(lambda: sum(len(kept) for kept in writers.kept.values()) > n_then + 60, "and go on", 60)
    assert done.returncode == 0, done.stdout + done.stderr
    assert_healed(cluster)
    writers.assert_nothing_lost(cluster)
    cluster.wait_in_step()
    assert_deletes_arrive(cluster)
    writers.assert_nothing_lost(cluster)


# --- cut off ---


class AtIntent:
    """`heal` of a node, standing still when it has just remembered the server ID, and nothing is written yet."""

    def __init__(self, node):
        self.node = node
        self.trace = os.path.join(node.folder, "trace")
        with open(self.trace, "w", encoding="ascii"):
            pass

    def __enter__(self):
        lock = os.open(os.path.join(self.node.run_dir, "lock"), os.O_RDWR)
        fcntl.flock(lock, fcntl.LOCK_EX)
        self.process = subprocess.Popen(self.node.command("heal", "--rootdn-password", self.node.secret_file),
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            with traced.inject_into(self.process.pid, traced.RENAMES, "signal=STOP:when=1", self.trace):
                os.close(lock)
                wait_until(lambda: traced.stopped_pid(self.trace), "heal.json is written", 60)
            assert os.path.exists(os.path.join(self.node.state_dir, "heal.json"))
        except BaseException:
            self.__exit__()
            raise
        return self

    def go_on(self):
        os.kill(self.process.pid, signal.SIGCONT)

    def end(self):
        """Waits for its end; its output and messages."""
        output, errors = self.process.communicate(timeout=120)
        return subprocess.CompletedProcess(self.process.args, self.process.returncode, output, errors)

    def go_on_until(self, call, when, what):
        """Lets it run until its so-many-th call of that name; what happens then: KILL or STOP."""
        trace = os.path.join(self.node.folder, "trace-2")
        with open(trace, "w", encoding="ascii"):
            pass
        with traced.inject_into(self.process.pid, call, f"signal={what}:when={when}", trace):
            self.go_on()
            if what == "KILL":
                wait_until(lambda: self.process.poll() is not None, f"it is killed at {call} {when}", 60)
            else:
                wait_until(lambda: re.search(r"SIGCONT.*--- stopped by SIGSTOP ---", read(trace), re.DOTALL),
                           f"it stands still at {call} {when}", 60)

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()


def read(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def remembers(node):
    return os.path.exists(os.path.join(node.state_dir, "heal.json"))


def long(*values):
    return pytest.param(*values, marks=pytest.mark.long)


# What it writes behind the intent: history; server ID 0; twice a search and a touch; the server ID; a search; then the
# intent goes.
STEPS = [long("fsync", 1), long("write", 1), ("write", 2), ("write", 4), long("write", 6), ("write", 7), long("write", 8),
         long("unlinkat", 1)]


@pytest.mark.parametrize("call, n", STEPS)
def test_the_daemon_gives_the_server_id_back_when_heal_is_killed(slapd_factory, program, call, n):
    cluster = formed_as_0_1_0_did(slapd_factory, program)
    node = cluster[0]
    with AtIntent(node) as stopped:
        stopped.go_on_until(call, n, "KILL")
    assert remembers(node)
    with Daemon(node) as daemon:
        told = daemon.wait_for("correction-applied", text="cut off")
    assert "server ID 0: it has 1 again" in told
    assert server_id(node) == ["1"] and not remembers(node)
    assert "cut off" in node.run("history").stdout
    done = heal(node)
    assert done.returncode == 0, done.stdout + done.stderr
    assert_healed(cluster)
    node.assert_in_step()


@pytest.mark.parametrize("words", [("apply",), ("leave",), ("heal",)])
def test_whoever_writes_next_gives_the_server_id_back_first(slapd_factory, program, words):
    cluster = formed_as_0_1_0_did(slapd_factory, program)
    node = cluster[0]
    with AtIntent(node) as stopped:
        stopped.go_on_until("write", 4, "KILL")
    assert server_id(node) == ["0"]
    looked = node.plan()
    assert "cut off" in looked.stderr and "syncward apply" in looked.stderr
    # Also where nothing may be written, for that is what writes on: a person's intent is ended.
    cluster.document["policy"]["mode"] = "audit"
    cluster.write()
    node.run(*words)
    assert server_id(node) == ["1"] and not remembers(node)


def test_the_daemon_gives_the_server_id_back_while_it_is_paused_and_peers_json_is_broken(slapd_factory, program):
    cluster = formed_as_0_1_0_did(slapd_factory, program)
    node = cluster[0]
    assert node.run("pause", "work", "--for", "1h").returncode == 0
    with AtIntent(node) as stopped:
        stopped.go_on_until("write", 4, "KILL")
    assert server_id(node) == ["0"]
    with open(node.peers_file, "w", encoding="ascii") as file:
        file.write("{")
    with Daemon(node) as daemon:
        daemon.wait_for("correction-applied", text="cut off")
    assert server_id(node) == ["1"]


def test_a_running_daemon_gives_the_server_id_back_within_seconds(slapd_factory, program):
    cluster = formed_as_0_1_0_did(slapd_factory, program)
    node = cluster[0]
    with Daemon(node) as daemon:
        wait_until(lambda: daemon.sees(node.server.config_dir), "it watches slapd.d")
        with AtIntent(node) as stopped:
            stopped.go_on_until("write", 4, "KILL")
        own = OwnTime(daemon.pid)
        daemon.wait_for("correction-applied", text="cut off")
        assert own.seconds() < 15
    assert server_id(node) == ["1"]


@pytest.mark.parametrize("n", [long(2), 4, long(6), 7])
def test_slapd_killed_over_it_comes_back_with_its_server_id(slapd_factory, program, n):
    """heal waits for slapd for some seconds: that it comes back is enough."""
    cluster = formed_as_0_1_0_did(slapd_factory, program)
    node = cluster[0]
    with AtIntent(node) as stopped:
        stopped.go_on_until("write", n, "STOP")
        node.server.kill()
        node.server.start()
        stopped.go_on()
        done = stopped.end()
    assert done.returncode != 0 and done.stderr, done.stdout
    assert server_id(node) == ["1"] and not remembers(node), done.stderr
    cluster.wait_in_step()
    done = heal(node, "--timeout", 60)
    assert done.returncode == 0, done.stdout + done.stderr
    assert_healed(cluster)
    assert_deletes_arrive(cluster)


def test_an_object_class_that_came_meanwhile_stays(slapd_factory, program):
    cluster = formed_as_0_1_0_did(slapd_factory, program)
    node = cluster[0]
    with AtIntent(node) as stopped:
        connection = node.server.admin()
        connection.modify_s(SUFFIX, [(ldap.MOD_ADD, "objectClass", b"extensibleObject")])
        connection.unbind_s()
        stopped.go_on()
        done = stopped.end()
    assert done.returncode == 0, done.stdout + done.stderr
    assert_healed(cluster)
    assert "extensibleObject" in node.server.values(SUFFIX, "objectClass")


def test_while_slapd_stays_away_the_server_id_is_remembered(slapd_factory, program):
    cluster = formed_as_0_1_0_did(slapd_factory, program)
    node = cluster[0]
    with AtIntent(node) as stopped:
        stopped.go_on_until("write", 4, "STOP")
        node.server.kill()
        stopped.go_on()
        done = stopped.end()
    assert done.returncode == 69 and "syncward apply" in done.stderr, done.stderr
    assert remembers(node)
    node.server.start()
    assert server_id(node) == ["0"]
    node.apply_ok()
    assert server_id(node) == ["1"] and not remembers(node)


def test_a_list_of_server_ids_comes_back_as_it_was(slapd_factory, program):
    cluster = formed_as_0_1_0_did(slapd_factory, program)
    node = cluster[0]
    values = [f"{n.id} {n.server.ldap_uri}" for n in cluster]
    node.server.modify("cn=config", [(ldap.MOD_REPLACE, "olcServerID", values)])
    done = heal(node)
    assert done.returncode == 0, done.stdout + done.stderr
    assert sorted(server_id(node)) == values
    add_person(node.server, "after")
    assert any("#001#" in csn for csn in node.server.values(f"cn=after,{SUFFIX}", "entryCSN"))
    assert "000" in sids(cluster[1].server.context_csns())


# --- held ---


def add_account(server, dn):
    """An entry with the password under the name of the rootdn."""
    connection = server.admin()
    server.add(dn, {"objectClass": ["organizationalRole", "simpleSecurityObject"], "cn": dn[3:dn.index(",")],
                    "userPassword": PASSWORD}, connection)
    connection.unbind_s()


def assert_untouched(cluster):
    """Nobody wrote to cn=config, and contextCSN is as it was."""
    for node in cluster:
        assert server_id(node) == [str(node.id)] and not remembers(node)
        assert "000" not in sids(node.server.context_csns())


def test_only_the_provider_with_the_lowest_id_heals(slapd_factory, program):
    cluster = formed_as_0_1_0_did(slapd_factory, program)
    (code, text, release), = holds(heal(cluster[1]))
    assert code == "turn" and f"peer 1, {cluster[0].server.ldap_uri}" in text
    assert_untouched(cluster)
    # At that peer the printed command is all but the rootdn's password.
    remedies.run(cluster[0], release, "heal", statuses=(3,))
    assert heal(cluster[0]).returncode == 0
    assert_healed(cluster)


def test_both_nodes_at_once_are_one_heal(slapd_factory, program):
    cluster = formed_as_0_1_0_did(slapd_factory, program)
    done = {}

    def run(node):
        done[node.id] = heal(node)
    threads = [threading.Thread(target=run, args=(node,)) for node in cluster]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done[1].returncode == 0, done[1].stdout + done[1].stderr
    assert done[2].returncode in (0, 3), done[2].stdout + done[2].stderr
    assert "had server ID 0" not in done[2].stdout
    assert_healed(cluster)


def test_a_peer_whose_server_id_is_away_is_not_healed_beside(slapd_factory, program):
    """Another peers.json there, or a heal that was cut off: two nodes must never write under server ID 0 at once."""
    cluster = formed_as_0_1_0_did(slapd_factory, program)
    cluster[1].server.modify("cn=config", [(ldap.MOD_REPLACE, "olcServerID", "0")])
    done = heal(cluster[0])
    assert done.returncode == 3 and cluster[1].server.ldap_uri in done.stdout, done.stdout + done.stderr
    assert server_id(cluster[0]) == ["1"] and not remembers(cluster[0])


def test_every_peer_must_be_asked(slapd_factory, program):
    cluster = formed_as_0_1_0_did(slapd_factory, program, 3)
    cluster[2].server.stop()
    done = heal(cluster[0], "--timeout", 2)
    assert {code for code, _, _ in holds(done)} == {"not-in-step"} and cluster[2].server.ldap_uri in done.stdout
    assert_untouched([cluster[0], cluster[1]])
    cluster[2].server.start()
    wait_until(lambda: heal(cluster[0]).returncode == 0, "healed when the peer is back", 60)
    assert_healed(cluster)


def test_audit_and_what_the_plan_holds_stop_it(slapd_factory, program):
    cluster = formed_as_0_1_0_did(slapd_factory, program)
    cluster.document["policy"]["mode"] = "audit"
    cluster.write()
    (code, text, release), = holds(heal(cluster[0]))
    assert code == "audit"
    # What else it lets be written is to be looked at first.
    assert remedies.run(cluster[0], text, "plan").returncode == 0
    cluster.document["policy"].update(remedies.line(release, "mode-enforce"))
    cluster.document["databases"][0]["syncprov"] = {"checkpoint": "50 5"}
    cluster.write()
    assert [(code, release) for code, _, release in holds(heal(cluster[0]))] == [("pending", "syncward apply")]
    assert_untouched(cluster)
    cluster[0].apply_ok()
    cluster[1].apply_ok()
    assert heal(cluster[0]).returncode == 0


@pytest.mark.remedy("heal-as-root")
def test_without_somebody_who_may_write_it_names_the_rootdn(slapd_factory, program):
    """The printed command is run as it is, with the password on standard input: the rootdn looks and writes."""
    cluster = formed_as_0_1_0_did(slapd_factory, program)
    node = cluster[0]
    (code, text, release), = holds(node.run("heal"))
    assert code == "not-read" and "its count in cn=monitor cannot be read" in text
    for each in cluster:
        show_count(each)
    (code, text, other), = holds(node.run("heal"))
    assert code == "hand" and node.server.databases[0].rootdn in text and other == release
    remedies.did(remedies.code_of(release))
    words = node.command(*release.split()[1:])
    wrong = subprocess.run(words, input="wrong\n", capture_output=True, text=True, timeout=60, check=False)
    assert wrong.returncode == 3 and "wrong" not in wrong.stdout + wrong.stderr.replace("wrong usage", "")
    assert_untouched(cluster)
    done = subprocess.run(words, input=PASSWORD + "\n", capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert PASSWORD not in done.stdout + done.stderr
    assert_healed(cluster)


def test_the_rootdn_that_reads_the_peers_writes(slapd_factory, program):
    """Nothing is needed of the person then."""
    def read_as_root(cluster):
        cluster.document["databases"][0]["syncrepl"]["binddn"] = cluster.databases[0].rootdn
        cluster.write()
        fill_all(cluster)
    cluster = formed_as_0_1_0_did(slapd_factory, program, prepare=read_as_root)
    done = cluster[0].run("heal")
    assert done.returncode == 0 and "the rootdn, as which peers are read" in done.stdout, done.stdout + done.stderr
    assert_healed(cluster)


def test_the_identity_of_verify_writes_where_it_may(slapd_factory, program):
    cluster = formed_as_0_1_0_did(slapd_factory, program)
    node = cluster[0]
    dn = f"cn=verifier,{SUFFIX}"
    connection = node.server.admin()
    node.server.add(dn, {"objectClass": ["organizationalRole", "simpleSecurityObject"], "cn": "verifier",
                         "userPassword": PASSWORD}, connection)
    connection.unbind_s()
    rule = f'{{0}}to dn.base="{SUFFIX}" by dn.exact="{dn}" write by * read'
    for each in cluster:
        show_count(each)
        each.edit([(ldap.MOD_ADD, "olcAccess", [rule, "{1}to * by anonymous auth by * read"])])
    agent = os.path.join(node.folder, "agent.json")
    with open(os.open(agent, os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
        file.write('{"verify": {"binddn": "%s", "credentials": {"file": "%s"}}}' % (dn, node.secret_file))
    done = node.run("heal", "--agent-config", agent)
    assert done.returncode == 0 and "verify in agent.json" in done.stdout, done.stdout + done.stderr
    assert_healed(cluster)


def test_entries_that_are_hidden_here_are_not_gambled_with(slapd_factory, program):
    cluster = formed_as_0_1_0_did(slapd_factory, program)
    node = cluster[0]
    rules = [f'{{0}}to dn.base="cn=two,{SUFFIX}" by * none', "{1}to * by anonymous auth by * read"]
    node.edit([(ldap.MOD_ADD, "olcAccess", rules)])
    show_count(cluster[1])
    assert "not-read" in [code for code, _, _ in holds(node.run("heal"))]
    assert_untouched(cluster)


def let_be_anybody(cluster, node, dn=f"cn=replicator,{SUFFIX}"):
    """The account of the links there: which makes it no rootdn."""
    node.server.modify("cn=config", [(ldap.MOD_REPLACE, "olcAuthzPolicy", "to")])
    connection = cluster[0].server.admin()
    connection.modify_s(dn, [(ldap.MOD_ADD, "authzTo", b"dn.regex:.*")])
    connection.unbind_s()
    cluster.wait_in_step()


@pytest.mark.parametrize("at", [0, 1], ids=["here", "peer"])
def test_an_old_entry_that_replication_is_not_shown_is_not_gambled_with(slapd_factory, program, at):
    """A rule at one server hides it: healed, the others would delete it, or that server its only copy."""
    cluster = formed_as_0_1_0_did(slapd_factory, program)
    here, hiding = cluster[0], cluster[at]
    rules = [f'{{0}}to dn.base="cn=two,{SUFFIX}" by * none', "{1}to * by anonymous auth by * read"]
    if at == 1:
        let_be_anybody(cluster, hiding)
        deleted_while_away(cluster, hiding, "two")
    hiding.edit([(ldap.MOD_ADD, "olcAccess", rules)])
    found = holds(heal(here))
    assert found and "one-sided" not in [code for code, _, _ in found], found
    assert_untouched(cluster)
    if at == 0:
        assert [code for code, _, _ in found] == ["pending"]
    else:
        (code, text, release), = found
        assert code == "not-read" and f"{hiding.server.ldap_uri}: it hides 1 old entry" in text
        assert remedies.printed(release, "readers")
        cluster.document["databases"][0]["access"] = True
        cluster.write()
        for node in cluster:
            node.apply_ok()
        assert [code for code, _, _ in holds(heal(here))] == ["one-sided"]
    connection = hiding.server.admin()
    assert connection.search_s(f"cn=two,{SUFFIX}", ldap.SCOPE_BASE)
    connection.unbind_s()


@pytest.mark.remedy("monitor-count")
def test_where_nobody_may_look_the_account_is_let_count(slapd_factory, program):
    """The rootdn of the peer is another: what is printed is done as it is."""
    cluster = formed_as_0_1_0_did(slapd_factory, program)
    here, there = cluster
    there.edit([(ldap.MOD_REPLACE, "olcRootDN", f"cn=other,{SUFFIX}"), (ldap.MOD_DELETE, "olcRootPW", None)])
    add_account(here.server, here.server.databases[0].rootdn)
    cluster.wait_in_step()
    (code, text, release), = holds(heal(here))
    assert code == "not-read" and "is not there" in text and there.server.ldap_uri in text, text
    assert_untouched(cluster)
    name, value = remedies.attribute(release, "monitor-count")
    (monitor,) = [dn for dn in there.server.config() if "monitor" in dn.lower()]
    there.server.modify(monitor, [(ldap.MOD_ADD, name, value)])
    done = heal(here)
    assert done.returncode == 0, done.stdout + done.stderr
    assert_healed(cluster)


@pytest.mark.parametrize("is_hidden", [False, True], ids=["shown", "hidden"])
def test_our_rootdn_that_is_an_ordinary_account_at_the_peer_does_not_see_all(slapd_factory, program, is_hidden):
    """There it may be anybody, as a rootdn may, by an authzTo that it is shown or not; a rule hides an old entry from it."""
    cluster = formed_as_0_1_0_did(slapd_factory, program)
    here, there = cluster
    rootdn = here.server.databases[0].rootdn
    there.edit([(ldap.MOD_REPLACE, "olcRootDN", f"cn=other,{SUFFIX}"), (ldap.MOD_DELETE, "olcRootPW", None)])
    add_account(here.server, rootdn)
    let_be_anybody(cluster, there, rootdn)
    rules = [f'to dn.base="cn=two,{SUFFIX}" by dn.exact="cn=replicator,{SUFFIX}" read by * none',
             f'to dn.base="{rootdn}" by dn.exact="cn=replicator,{SUFFIX}" read by self =x by anonymous auth by * none',
             "to * by anonymous auth by * read"]
    there.edit([(ldap.MOD_ADD, "olcAccess", rules if is_hidden else [rules[0], rules[2]])])
    (code, text, _), = holds(heal(here))
    assert code == "not-read" and "is not there" in text and there.server.ldap_uri in text, text
    assert_untouched(cluster)


@pytest.mark.remedy("entry-keep", "entry-remove", "heal-one-sided")
def test_an_entry_at_one_side_waits_for_a_person(slapd_factory, program):
    """Deleted at one node while the other was away: it stayed there. Each printed command is run as it is."""
    cluster = formed_as_0_1_0_did(slapd_factory, program, 3)
    here, there = cluster[0], cluster[1]
    for name, away in (("one", here), ("two", here), ("three", there)):
        deleted_while_away(cluster, away, name)
    done = heal(here)
    assert [code for code, _, _ in holds(done)] == ["one-sided"], done.stdout
    assert_untouched(cluster)
    found = dict(re.findall(r"^  (cn=.*)\n      is at: (.*); not at: ", done.stdout, re.MULTILINE))
    assert found == {f"cn=one,{SUFFIX}": "here", f"cn=two,{SUFFIX}": "here", f"cn=three,{SUFFIX}": f"2 {there.server.ldap_uri}"}
    commands = {dn: (keep, remove) for dn, keep, remove in re.findall(
        r"^  (cn=.*)\n.*\n      to keep it: (.*)\n      to remove it: (.*)$", done.stdout, re.MULTILINE)}
    remedies.run(here, commands[f"cn=one,{SUFFIX}"][0], "entry-keep")
    remedies.run(here, commands[f"cn=two,{SUFFIX}"][1], "entry-remove")
    remedies.run(there, commands[f"cn=three,{SUFFIX}"][0], "entry-keep")
    cluster.wait_in_step()
    remedies.printed(done.stdout, "heal-one-sided")
    done = heal(here)
    assert done.returncode == 0, done.stdout + done.stderr
    remedies.did("heal-one-sided")
    assert_healed(cluster)
    for node in cluster:
        node.server.stop()
        node.server.start()
    cluster.wait_in_step()
    for node in cluster:
        names = {dn.split(",")[0] for dn in node.server.entries()}
        assert {"cn=one", "cn=three"} <= names and "cn=two" not in names, names


@pytest.mark.remedy("heal-clock")
def test_an_old_entry_from_the_future_holds(slapd_factory, program):
    future = f"cn=one,{SUFFIX}"
    cluster = formed_as_0_1_0_did(slapd_factory, program, prepare=from_the_future_at(future))
    done = heal(cluster[0])
    (code, text, release), = holds(done)
    assert code == "clock"
    assert_untouched(cluster)
    remedies.printed(release, "heal-clock")
    found = re.search(r"\(entryCSN=[^)]*\)", text)[0]
    connection = cluster[0].server.admin()
    (dn, entry), = connection.search_s(SUFFIX, ldap.SCOPE_SUBTREE, found)
    assert dn == future
    connection.delete_s(dn)
    connection.add_s(dn, ldap.modlist.addModlist(entry))
    connection.unbind_s()
    see_changes_everywhere(cluster)
    cluster.wait_in_step()
    done = heal(cluster[0])
    remedies.did("heal-clock")
    assert done.returncode == 0, done.stdout + done.stderr
    assert_healed(cluster)
    assert all(future in node.server.entries() for node in cluster)


def from_the_future_at(dn):
    def change(cluster):
        load(cluster[0].server, cluster.databases[0], lambda text: re.sub(
            rf"(?<=^dn: {re.escape(dn)}\n)((?:.+\n)*?entryCSN: )....", r"\g<1>2037", text, flags=re.MULTILINE))
    return change


@pytest.mark.every_release
def test_a_change_of_an_entry_from_the_future_stays_on_its_node(slapd_factory, program):
    """Why it is not advised: the peer has what it takes for newer."""
    dn = f"cn=one,{SUFFIX}"
    node, peer = cluster = formed_as_0_1_0_did(slapd_factory, program, prepare=from_the_future_at(dn))
    connection = node.server.admin()
    connection.modify_s(dn, [(ldap.MOD_REPLACE, "description", b"written")])
    connection.unbind_s()
    cluster.wait_in_step()
    kept = [one.server.search(dn, attributes=["description"], scope=ldap.SCOPE_BASE)[0][1] for one in cluster]
    assert kept == [{"description": [b"written"]}, {}], peer.server


@pytest.mark.remedy("heal-strange-id")
def test_entries_of_a_server_that_is_nobody_s_are_written_once(slapd_factory, program):
    def under_another_id(cluster):
        load(cluster[0].server, cluster.databases[0], lambda text: re.sub(
            r"^(dn: cn=(?:one|two),.*\n(?:.+\n)*?entryCSN: .*)#000#(?=......$)", r"\1#00a#", text, flags=re.MULTILINE))
    cluster = formed_as_0_1_0_did(slapd_factory, program, prepare=under_another_id)
    (code, text, release), = holds(heal(cluster[0]))
    assert code == "other-id" and "server ID 10" in text
    assert "#00a#" in remedies.printed(release, "heal-strange-id")
    assert_untouched(cluster)
    shown = cluster[0].server.tool("cat", "-b", SUFFIX).stdout.split("\n\n")
    theirs = [entry.partition("\n")[0].removeprefix("dn: ") for entry in shown if "#00a#" in entry]
    assert len(theirs) == 2
    connection = cluster[0].server.admin()
    for dn in theirs:
        connection.modify_s(dn, [(ldap.MOD_REPLACE, "description", b"written")])
    connection.unbind_s()
    cluster.wait_in_step()
    done = heal(cluster[0])
    remedies.did("heal-strange-id")
    assert done.returncode == 0, done.stdout + done.stderr
    assert_healed(cluster)
    for node in cluster:
        assert [node.server.search(dn, attributes=["description"], scope=ldap.SCOPE_BASE)[0][1] for dn in theirs] == [
            {"description": [b"written"]}] * 2


# --- which database, which server ID ---


def both():
    return [Database(backend="mdb"), Database(suffix=OTHER, backend="mdb")]


def test_of_two_databases_the_one_that_needs_it(slapd_factory, program):
    def fill_one_behind_its_overlay(cluster):
        cluster.document["databases"][1]["rid_offset"] = 100
        cluster.write()
        fill(cluster[0].server)
        cluster[0].server.modify("cn=config", [(ldap.MOD_REPLACE, "olcServerID", "1")])
        fill(cluster[0].server, cluster[0].server.databases[1])
    cluster = formed_as_0_1_0_did(slapd_factory, program, databases=both(), prepare=fill_one_behind_its_overlay)
    before = cluster[0].server.context_csns(OTHER)
    done = heal(cluster[0])
    assert done.returncode == 0 and done.stdout.count("nothing to heal") == 1, done.stdout + done.stderr
    assert_healed(cluster)
    assert cluster[0].server.context_csns(OTHER) == before
    assert_deletes_arrive(cluster)


def test_a_cluster_that_is_right_is_not_touched(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 2).form()
    before = [node.server.context_csns() for node in cluster]
    for node in cluster:
        done = heal(node)
        assert done.returncode == 0 and "nothing to heal" in done.stdout, done.stdout + done.stderr
    assert [node.server.context_csns() for node in cluster] == before


def test_a_database_that_came_later_to_a_server_with_an_id(slapd_factory, program):
    """Loaded with slapadd from a server without an ID, it has the same illness and the same remedy."""
    def only_the_first(cluster):
        cluster.later = cluster.document["databases"].pop()
        cluster.write()
        fill(cluster[0].server)
    cluster = formed_as_0_1_0_did(slapd_factory, program, databases=both(), prepare=only_the_first)
    load(cluster[0].server, cluster.databases[1])
    cluster.document["databases"].append({**cluster.later, "rid_offset": 100})
    cluster.write()
    for node in cluster:
        apply_until_joined(node)
    cluster.wait_in_step(OTHER)
    cluster.wait_persistent()
    assert "000" not in sids(cluster[0].server.context_csns(OTHER))
    done = heal(cluster[0], "--suffix", OTHER)
    assert done.returncode == 0, done.stdout + done.stderr
    assert_healed(cluster, OTHER)


@pytest.mark.remedy("heal", "old-entries")
def test_the_doctor_names_the_command(slapd_factory, program):
    cluster = formed_as_0_1_0_did(slapd_factory, program)
    severity, text = examined(cluster[0])
    assert severity == "warning" and "5 of 5 entries carry server ID 0" in text, text
    line = text.split(": ")[-1]
    assert line == "syncward heal"
    # Alone it says that it needs the rootdn's password.
    remedies.run(cluster[0], text, "heal", statuses=(3,))
    remedies.did("old-entries")
    done = cluster[0].run(*line.split()[1:], "--rootdn-password", cluster[0].secret_file)
    assert done.returncode == 0, done.stdout + done.stderr
    assert examined(cluster[0]) == ("ok", "")


# --- found ---


def test_plan_apply_and_the_daemon_tell_it_and_it_ends_with_the_heal(slapd_factory, program):
    cluster = formed_as_0_1_0_did(slapd_factory, program)
    first, second = cluster
    assert (first.run("plan").returncode, first.run("apply").returncode) == (0, 0)
    for node, where in ((first, "`syncward heal` mends"), (second, f"`syncward heal` (at peer 1, {first.server.ldap_uri}) mends")):
        for command in ("plan", "apply"):
            assert where in " ".join(node.run(command).stdout.split())
    finding, = [found for found in first.plan_json()["findings"] if found["code"] == "old-entries"]
    assert finding["severity"] == "critical"
    with Daemon(first) as daemon:
        daemon.wait_for("finding", text="[old-entries]", timeout=30)
        wait_until(lambda: "old-entries" in first.run("check").stdout + first.run("status").stdout, "status has it", 30)
        assert first.run("check").returncode == 2
        assert heal(first).returncode == 0
        daemon.wait_for("finding-gone", text="[old-entries]", timeout=30)
    assert "old-entries" not in first.run("plan").stdout


def test_a_server_that_is_right_has_no_such_finding(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 2).form()
    for node in cluster:
        assert not [found for found in node.plan_json()["findings"] if found["code"] == "old-entries"]
