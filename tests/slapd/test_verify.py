# SPDX-License-Identifier: Apache-2.0
"""verify: are the peers in step, which is not and in what; --write: an entry that comes and goes everywhere."""

import json
import os
import re
import signal
import subprocess

import ldap
import pytest
import remedies
from cluster import Cluster, add_person
from lone import Lone
from slapd import SUFFIX, Database, wait_until

WRITER = f"cn=verify,{SUFFIX}"
WORD = "verify-canary"
# Readers as on a node that was set up by hand, and an account that may add and delete below the suffix.
ACCESS = {"olcAccess": [
    f'to attrs=userPassword by dn.exact="cn=replicator,{SUFFIX}" read by anonymous auth by * none',
    f'to dn.subtree="{SUFFIX}" by dn.exact="{WRITER}" write by * read']}


@pytest.fixture(name="cluster")
def fixture_cluster(slapd_factory, program):
    """Three nodes in step, with an account for verify --write that every node knows."""
    cluster = Cluster(slapd_factory, program, 3, [Database(overlays=("syncprov",), attributes=ACCESS)]).form_by_hand()
    connection = cluster[0].server.admin()
    cluster[0].server.add(WRITER, {"objectClass": ["organizationalRole", "simpleSecurityObject"], "cn": "verify",
                                   "userPassword": WORD}, connection)
    connection.unbind_s()
    cluster.wait_in_step()
    cluster.wait_persistent()
    return cluster


def agent_json(node, **verify):
    """Writes an agent.json with that verify identity; returns the option that names it."""
    secret, path = os.path.join(node.folder, "verify-secret"), os.path.join(node.folder, "agent.json")
    for name, text in ((secret, WORD), (path, json.dumps({"verify": {
            "binddn": WRITER, "credentials": {"file": secret}, **verify}}))):
        with open(os.open(name, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
    return ["--agent-config", path]


def run(node, *words, timeout=10, status):
    """verify with JSON: what it says of the only database."""
    done = node.run("verify", "--timeout", timeout, "--output", "json", *words)
    assert done.returncode == status, done.stdout + done.stderr
    assert WORD not in done.stdout + done.stderr
    document = json.loads(done.stdout)
    assert document["good"] == (status == 0)
    (database,) = document["databases"]
    return database


def states(database):
    return [server["state"] for server in database["servers"]]


def test_entries(server):
    """The test entries that a server holds."""
    return [dn for dn in server.entries(attributes=["1.1"]) if "cn=syncward-verify-" in dn]


test_entries.__test__ = False


def nothing_left(cluster):
    for node in cluster:
        if node.server.is_running():
            wait_until(lambda server=node.server: not test_entries(server), f"no test entry at {node.server}")


def hold_back(node):
    """Takes this node's consumers away, so that it stays behind; returns what brings them back."""
    values = node.syncrepl()
    flag = node.server.flag()
    node.edit([(ldap.MOD_DELETE, flag, None), (ldap.MOD_DELETE, "olcSyncrepl", None)])
    return lambda: node.edit([(ldap.MOD_ADD, "olcSyncrepl", values), (ldap.MOD_ADD, flag, "TRUE")])


# Comparing

def test_in_step_is_told_for_every_peer_and_nothing_is_written(cluster):
    before = cluster[0].server.context_csns()
    database = run(cluster[0], status=0)
    assert states(database) == ["in-step"] * 3
    assert [server["this_node"] for server in database["servers"]] == [True, False, False]
    assert database["suffix"] == SUFFIX and "write" not in database
    done = cluster[1].run("verify")
    assert done.returncode == 0 and done.stdout.endswith("All are in step.\n"), done.stdout + done.stderr
    assert len(re.findall(r"^  \d ldap://\S+(?: \(this node\))?: in step$", done.stdout, re.MULTILINE)) == 3
    assert cluster[0].server.context_csns() == before


def test_who_lacks_what_is_told_by_server_id_and_seconds(cluster):
    behind = cluster[2]
    hold_back(behind)
    add_person(cluster[1].server, "newer")
    wait_until(lambda: cluster[0].server.context_csns() == cluster[1].server.context_csns(), "one and two in step")
    database = run(cluster[0], timeout=0, status=1)
    assert states(database) == ["in-step", "in-step", "behind"]
    (lag,) = database["servers"][2]["behind"]
    assert (lag["sid"], lag["sid_hex"]) == (2, "002") and "have" not in lag and "lag_msec" not in lag
    add_person(cluster[0].server, "newest")
    done = behind.run("verify", "--timeout", 0)
    assert done.returncode == 1 and done.stdout.endswith("Not all are in step.\n")
    (line,) = re.findall(r"^  3 .*$", done.stdout, re.MULTILINE)
    assert re.search(r"\(this node\): behind: lacks changes of server ID 1 \(hex 001\) after \d{4}-\d\d-\d\d [\d:]+Z, "
                     r"all of server ID 2 \(hex 002\)$", line), line


@pytest.mark.one_release
def test_it_waits_for_a_peer_that_catches_up(cluster):
    bring_back = hold_back(cluster[2])
    add_person(cluster[0].server, "late")
    process = subprocess.Popen(cluster[0].command("verify", "--timeout", "60"), stdout=subprocess.PIPE, text=True)
    wait_until(lambda: cluster[2].server.log_count(r'SRCH base="dc=example,dc=org" scope=0'), "verify reads")
    bring_back()
    output, _ = process.communicate(timeout=90)
    assert process.returncode == 0, output


@pytest.mark.one_release
def test_peers_that_are_away_that_refuse_and_that_are_empty_are_told_apart(cluster, slapd_factory):
    cluster[1].server.stop()
    empty = slapd_factory([Database(attributes={
        "olcAccess": "to * by * read", "olcRootDN": f"cn=replicator,{SUFFIX}"})], start=False)
    empty.port, empty.listeners = cluster[2].server.port, [empty.ldapi_uri, cluster[2].server.ldap_uri]
    cluster[2].server.stop()
    empty.start()
    database = run(cluster[0], timeout=0, status=1)
    assert states(database) == ["in-step", "unreachable", "empty"]
    cluster[0].write_secret("wrong-canary")
    cluster[1].server.start()
    before = cluster[1].server.log_count("RESULT tag=97 err=49")
    done = cluster[0].run("verify", "--timeout", 3)  # who is away is tried again each second
    assert done.returncode == 1 and "canary" not in done.stdout + done.stderr
    assert re.search(r"^  2 \S+: refused: .*result 49", done.stdout, re.MULTILINE), done.stdout
    assert cluster[1].server.log_count("RESULT tag=97 err=49") == before + 1  # not tried again while it waited


def was_asked(listening):
    """Whether there was a connection, once more."""
    try:
        listening.accept()[0].close()
    except BlockingIOError:
        return False
    return True


@pytest.mark.one_release
def test_many_peers_that_do_not_answer_cost_their_time_once(slapd_factory, program):
    node = Lone(slapd_factory, program, n_peers=21)
    node.document["databases"][0]["syncrepl"].update({"timeout": 4, "network-timeout": 4})
    node.write()
    with node.silent_peers() as listening:
        database = run(node, timeout=5, status=1)  # one after the other they would take 80 s
        for one in listening:
            one.settimeout(0)
            assert was_asked(one) and was_asked(one), "what it has, and what the plan wants to know of it"
    assert states(database) == ["in-step"] + 20 * ["unreachable"]


@pytest.mark.one_release
def test_a_wrong_password_is_sent_to_one_peer(cluster):
    def refused():
        return sum(node.server.log_count("RESULT tag=97 err=49") for node in cluster)
    before = refused()
    cluster[0].write_secret("wrong-canary")
    assert cluster[0].run("verify", "--timeout", 3).returncode == 1
    assert refused() == before + 1
    assert cluster[0].run("verify", "--timeout", 1).returncode == 1
    assert refused() == before + 1, "a later verify sends it again"


def test_a_database_that_is_another_one_is_told(cluster, slapd_factory):
    other = slapd_factory([Database(attributes={"olcAccess": "to * by * read"})], start=False)
    other.port, other.listeners = cluster[2].server.port, [other.ldapi_uri, cluster[2].server.ldap_uri]
    cluster[2].server.stop()
    other.start()
    other.add_seed()
    database = run(cluster[0], timeout=0, status=1)
    assert states(database) == ["in-step", "in-step", "other-database"]


# Writing

def test_a_test_entry_is_seen_everywhere_and_gone_everywhere(cluster):
    database = run(cluster[1], "--write", *agent_json(cluster[1]), status=0)
    write = database["write"]
    assert write["added"] and not write["left"] and write["dn"].endswith("," + SUFFIX)
    assert [peer["id"] for peer in write["peers"]] == [1, 3]
    assert all(0 <= peer["seen_msec"] < 10000 and 0 <= peer["gone_msec"] < 10000 for peer in write["peers"])
    nothing_left(cluster)
    done = cluster[1].run("verify", "--write", *agent_json(cluster[1]))
    assert done.returncode == 0 and done.stdout.endswith("All are in step, and a write reaches all.\n")
    assert len(re.findall(r"seen after \d+ ms, gone after \d+ ms$", done.stdout, re.MULTILINE)) == 2


@pytest.mark.one_release
def test_the_entry_is_made_in_the_container(cluster):
    add_person(cluster[0].server, "box")
    cluster.wait_in_step()
    database = run(cluster[0], "--write", *agent_json(cluster[0], container=f"cn=box, {SUFFIX}"), status=0)
    assert database["write"]["dn"].endswith(f",cn=box, {SUFFIX}")


@pytest.mark.one_release
def test_a_peer_that_is_down_is_named_and_nothing_is_left(cluster):
    cluster[2].server.stop()
    database = run(cluster[0], "--write", *agent_json(cluster[0]), timeout=1, status=1)
    write = database["write"]
    assert write["added"] and not write["left"] and "problem" not in write
    assert "problem" not in write["peers"][0] and "gone_msec" in write["peers"][0]
    assert "not reached" in write["peers"][1]["problem"]
    nothing_left(cluster)
    cluster[2].server.start()
    cluster.wait_in_step()
    nothing_left(cluster)


@pytest.mark.one_release
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_leaves_nothing(cluster, number):
    hold_back(cluster[2])  # it never sees the entry: verify waits
    process = subprocess.Popen(cluster[0].command("verify", "--write", "--timeout", "60", *agent_json(cluster[0])),
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    wait_until(lambda: test_entries(cluster[0].server), "the test entry")
    process.send_signal(number)
    try:
        wait_until(lambda: process.poll() is not None, "the signal ended it", 20)
    finally:
        process.kill()
    output, messages = process.communicate()
    assert process.returncode == 1 and "interrupted by a signal: the test entry was deleted" in output, messages
    assert not test_entries(cluster[0].server)
    nothing_left(cluster)


@pytest.mark.one_release
def test_what_a_killed_one_left_is_deleted_by_the_next(cluster):
    bring_back = hold_back(cluster[2])
    process = subprocess.Popen(cluster[0].command("verify", "--write", "--timeout", "60", *agent_json(cluster[0])),
                               stdout=subprocess.DEVNULL)
    wait_until(lambda: test_entries(cluster[0].server), "the test entry")
    process.kill()
    process.wait()
    assert test_entries(cluster[0].server)
    bring_back()
    done = cluster[0].run("verify", "--write", *agent_json(cluster[0]))
    assert done.returncode == 0 and "deleted 1 test entry of an earlier verify --write" in done.stdout, done.stdout
    nothing_left(cluster)


def test_a_peer_that_takes_no_writes_is_told(cluster):
    cluster[1].edit([(ldap.MOD_REPLACE, "olcReadOnly", "TRUE")])
    database = run(cluster[0], "--write", *agent_json(cluster[0]), status=1)
    peer = database["write"]["peers"][0]
    assert "read-only" in peer["problem"] and peer["seen_msec"] >= 0 and peer["gone_msec"] >= 0
    assert "problem" not in database["write"]["peers"][1]


@pytest.mark.parametrize("change, expected", [
    ([(ldap.MOD_REPLACE, "olcReadOnly", "TRUE")], "the database is read-only there"),
    ([(ldap.MOD_REPLACE, "olcAccess", f'to dn.subtree="{SUFFIX}" by anonymous auth by * read')],
     "the identity may not do that"),
    ("flag", "it takes no clients' writes")])
def test_why_a_write_is_refused_here_is_told(cluster, change, expected):
    node = cluster[0]
    options = agent_json(node)
    if change == "flag":
        change = [(ldap.MOD_DELETE, node.server.flag(), None)]
    node.edit(change)
    write = run(node, "--write", *options, status=1)["write"]
    assert expected in write["problem"] and not write["added"] and not write["left"]
    nothing_left(cluster)


@pytest.mark.one_release
@pytest.mark.remedy("verify-account")
def test_it_writes_under_an_identity_of_its_own_only(cluster):
    done = cluster[0].run("verify", "--write")
    assert done.returncode == 78 and done.stdout == ""
    verify = remedies.line(done.stderr, "verify-account")["verify"]
    assert set(verify) == {"binddn", "credentials", "container"}
    assert verify["container"] not in (SUFFIX, ""), "an account that may delete there may delete no more"
    connection = cluster[0].server.admin()
    cluster[0].server.add(verify["container"], {"objectClass": "organizationalUnit", "ou": "syncward-verify"}, connection)
    cluster[0].server.add(verify["binddn"], {"objectClass": ["organizationalRole", "simpleSecurityObject"], "cn": "syncward-verify",
                                             "userPassword": WORD}, connection)
    connection.unbind_s()
    cluster.wait_in_step()
    for node in cluster:  # as syncward(8) shows it
        node.edit([(ldap.MOD_ADD, "olcAccess", (
            f"{{0}}to dn.subtree=\"{verify['container']}\" attrs=children by dn.exact=\"{verify['binddn']}\" write by * break")),
                   (ldap.MOD_ADD, "olcAccess", (
                       f"{{1}}to dn.children=\"{verify['container']}\" by dn.exact=\"{verify['binddn']}\" write by * break")),
                   (ldap.MOD_ADD, "olcAccess", "{2}to * by * read")])
    options = agent_json(cluster[0], binddn=verify["binddn"], container=verify["container"])
    database = run(cluster[0], "--write", *options, status=0)
    assert database["write"]["dn"].endswith("," + verify["container"])
    nothing_left(cluster)


@pytest.mark.one_release
def test_a_wrong_password_of_the_identity_is_told(cluster):
    options = agent_json(cluster[0])
    with open(os.path.join(cluster[0].folder, "verify-secret"), "w", encoding="utf-8") as file:
        file.write("wrong-canary")
    write = run(cluster[0], "--write", *options, status=1)["write"]
    assert "result 49" in write["problem"] and "canary" not in write["problem"] and not write["added"]


@pytest.mark.one_release
def test_a_suspect_database_is_not_written_to(cluster):
    """This node lost a change of its own that its peers have: as after an old backup."""
    node = cluster[2]
    backup = node.server.tool("cat", "-b", SUFFIX).stdout
    add_person(node.server, "own")
    cluster.wait_in_step()
    hold_back(node)
    node.server.stop()
    data = os.path.join(node.server.directory, "db2")
    for name in os.listdir(data):
        os.unlink(os.path.join(data, name))
    path = os.path.join(node.server.directory, "backup.ldif")
    with open(path, "w", encoding="utf-8") as file:
        file.write(backup)
    node.server.tool("add", "-b", SUFFIX, "-l", path)
    node.server.start()
    before = cluster[0].server.context_csns()
    write = run(node, "--write", *agent_json(node), timeout=0, status=1)["write"]
    assert "G10" in write["problem"] and "has newer changes of server ID 3 than this node" in write["problem"]
    assert not write["added"]
    assert cluster[0].server.context_csns() == before


@pytest.mark.one_release
def test_a_node_that_is_not_listed_has_nothing_to_compare(cluster):
    cluster.document["peers"].pop(0)
    cluster.write()
    done = cluster[0].run("verify")
    assert done.returncode == 1 and "nothing to compare with" in done.stderr
