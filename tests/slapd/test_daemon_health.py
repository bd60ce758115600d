# SPDX-License-Identifier: Apache-2.0
"""What servers hold of a database, as the daemon tells it: lag, who stays behind, who is empty, retired server IDs."""

import json
import os
import re
import shutil
import time

import ldap
import pytest
from cluster import Cluster, add_person
from daemon import Daemon, wait_metric_line
from jsonschema import Draft202012Validator
from slapd import SUFFIX, wait_until
from tools import TOP

pytestmark = pytest.mark.one_release


@pytest.fixture
def pair(slapd_factory, program):
    return Cluster(slapd_factory, program, 2, modules=("syncprov",)).form_by_hand()


def settings(node):
    path = os.path.join(node.folder, "agent.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"interval": 5}, file)
    return ["--agent-config", path]


def document(node):
    with open(os.path.join(node.run_dir, "status.json"), encoding="utf-8") as file:
        found = json.load(file)
    with open(os.path.join(TOP, "etc/status.schema.json"), encoding="utf-8") as file:
        Draft202012Validator(json.load(file)).validate(found)
    return found


def asks_peers(daemon, claim):
    """The claim, while SIGHUP makes the daemon ask its peers twice a second."""
    asked = 0.0

    def claimed():
        nonlocal asked
        # Before the daemon has written its first status SIGHUP ends it.
        if time.monotonic() - asked > 0.5 and os.path.exists(os.path.join(daemon.node.run_dir, "status.json")):
            asked = time.monotonic()
            daemon.reload()
        return claim()
    return claimed


def wait_told(daemon, name, text, n=1):
    told = wait_until(asks_peers(daemon, lambda: [t for _, t in daemon.events(name) if text in t]), f"{name}: {text}", 40)
    assert len(told) == n
    return told[-1]


def wait_content(daemon, claim, what):
    """Waits until what is said of the database's copies is so; claim gets them by peer id."""
    node = daemon.node

    def said():
        if not os.path.exists(os.path.join(node.run_dir, "status.json")):
            return None
        databases = document(node)["databases"]
        content = databases[0]["content"] if databases else None
        return content if content and claim({copy["id"]: copy for copy in content["copies"]}) else None
    return wait_until(asks_peers(daemon, said), what, 40)


def wait_in_step(daemon):
    return wait_content(daemon, lambda c: all(copy["current"] and copy["lag_seconds"] == 0 and copy["state"] == "in step"
                                            for copy in c.values()), "all copies are in step")


def wrote_as(server, server_id, name):
    """A change that bears another server ID, as of a node that is no more."""
    own = server.values("cn=config", "olcServerID")
    server.modify("cn=config", [(ldap.MOD_REPLACE, "olcServerID", str(server_id))])
    add_person(server, name)
    server.modify("cn=config", [(ldap.MOD_REPLACE, "olcServerID", own)])


def empty(server, backup=None):
    """Nothing is left of its database, as after a new disk, but what a backup has."""
    [folder] = server.values(server.database_dn(), "olcDbDirectory")
    server.stop()
    shutil.rmtree(folder)
    os.mkdir(folder)
    if backup:
        server.tool("add", "-b", SUFFIX, "-l", backup)
    server.start()


def test_a_peer_that_is_cut_off_lags_until_it_is_back(slapd_factory, program, network):
    cluster = Cluster(slapd_factory, program, 2, modules=("syncprov",), network=network).form_by_hand()
    node, peer = cluster
    wrote_as(node.server, 10, "before")
    cluster.wait_in_step()
    with Daemon(node, *settings(node)) as daemon:
        content = wait_in_step(daemon)
        assert {(s["server_id"], s["hex"], s["retired"]) for s in content["context_csn"]} == {
            (1, "001", False), (10, "00a", True)}
        page = node.run("status").stdout
        assert re.search(r"^  contextCSN of server ID 10 \(hex 00a\): \S+#00a#\S+, retired: no peer has it$", page, re.MULTILINE)
        assert re.search(r"^  2     none +\d+ s ago +in step$", page, re.MULTILINE)
        wait_until(lambda: document(node)["databases"][0]["peers"][0]["seen"], "the link was seen up")
        checked = node.run("check")
        assert checked.returncode == 0, checked.stdout
        assert "lag=0.000s;;;0 lag_1=0.000s;;;0 lag_2=0.000s;;;0" in checked.stdout
        peer.server.host.cut()
        add_person(node.server, "meanwhile")
        wait_content(daemon, lambda c: c[2]["lag_seconds"] is None and not c[2]["current"], "nobody knows what it lacks")
        assert re.search(r"^  2     not known ", node.run("status").stdout, re.MULTILINE)
        assert " lag_2=" not in node.run("check").stdout
        told = wait_told(daemon, "link-down", "")
        assert f"{SUFFIX} is not read from peer 2" in told and "[no-answer]" in told
        peer.server.host.heal()
        wait_in_step(daemon)
        wait_told(daemon, "link-up", "")
        assert daemon.events("finding") == [] and len(daemon.events("link-down")) == 1
        wait_metric_line(node, f'syncward_lag_seconds{{suffix="{SUFFIX}",peer="2"}} 0.000000')


def test_an_old_backup_is_told_until_somebody_looked_into_it(pair):
    """A write over it makes the server ID look as if nothing were missing; what peers lost by then no look shows."""
    node, peer = pair
    backup = os.path.join(node.folder, "backup.ldif")
    node.server.stop()  # writes contextCSN; without one slapd would make a new one for what it loads
    node.server.tool("cat", "-b", SUFFIX, "-l", backup)
    node.server.start()
    add_person(node.server, "later")
    pair.wait_in_step()
    with Daemon(node, *settings(node)) as daemon:
        wait_in_step(daemon)
        peer.server.stop()  # it could give them back
        empty(node.server, backup)
        told = wait_told(daemon, "finding", "[perhaps-older]")
        assert re.match(rf"{SUFFIX}: only peers that are away can tell whether this node lacks changes of its own server ID \(the newest: \d{{14}}\.\d+Z#\S+#001#", told)
        add_person(node.server, "unaware")
        told = wait_told(daemon, "finding", "[older]")
        assert re.match(rf"{SUFFIX}: this node lacks changes of its own server ID, the newest \d{{14}}\.\d+Z#\S+#001#", told)
        assert told.endswith("syncward resume [older]")
        # The link that is down is critical as well.
        wait_until(lambda: "its own server ID" in node.run("check").stdout, "the pass that told it has written its status")
        assert node.run("check").returncode == 2
        peer.server.start()
        pair.wait_in_step()
        wait_content(daemon, lambda c: c[2]["current"] and c[2]["lag_seconds"] == 0 and c[1]["state"] == "older",
                     "it is told although nothing seems to be missing")
        assert "older" in node.run("status").stdout
        assert not [text for _, text in daemon.events("finding-gone") if text.endswith("[older]")]
        assert node.run("resume").returncode == 0
        wait_told(daemon, "finding-gone", "[older]")
        wait_in_step(daemon)
        wait_until(lambda: node.run("check").returncode == 0, "what was down beside it is up")


def test_a_peer_that_is_there_and_stays_behind_is_told_once(pair):
    node, peer = pair
    consumers = peer.syncrepl()
    with Daemon(node, *settings(node)) as daemon:
        wait_in_step(daemon)
        peer.edit([(ldap.MOD_DELETE, "olcSyncrepl", None), (ldap.MOD_DELETE, peer.server.flag(), None)])
        add_person(node.server, "missed")
        told = wait_told(daemon, "finding", "[behind]")
        # Its age, which a later change does not make younger.
        add_person(node.server, "missed-too")
        wait_content(daemon, lambda c: c[2]["current"] and c[2]["lag_seconds"] >= 10, "its lag is the age of what it lacks")
        assert re.search(rf"{SUFFIX}: peer 2 \({peer.server.ldap_uri}\) lacks changes of server ID 1 \(hex 001\) after .*Z \[behind\]", told)
        checked = node.run("check")
        assert checked.returncode == 1 and "lacks" in checked.stdout
        peer.edit([(ldap.MOD_ADD, "olcSyncrepl", consumers)])
        wait_in_step(daemon)
        wait_told(daemon, "finding-gone", "")
        assert len(daemon.events("finding")) == 1 and node.run("check").returncode == 0


def test_an_emptied_database_is_told_until_its_peer_is_back(pair):
    node, peer = pair
    with Daemon(node, *settings(node)) as daemon:
        wait_in_step(daemon)
        peer.server.stop()
        empty(node.server)
        wait_told(daemon, "finding", f"{SUFFIX}: this node holds no entry, while others do [empty]")
        assert node.run("check").returncode == 2
        peer.server.start()
        wait_in_step(daemon)
        wait_told(daemon, "finding-gone", "this node holds no entry")
        assert sum("this node holds no entry" in text for _, text in daemon.events("finding")) == 1
