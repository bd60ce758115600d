# SPDX-License-Identifier: Apache-2.0
"""Copies that go apart, and copies that are late by design: what the running daemon, `status` and `check` say of them."""

import contextlib
import os
import re
import shutil

import ldap
import pytest
from backups import put_back, saved
from cluster import Cluster, add_person, wait_entry
from daemon import Daemon
from relay import Relay
from slapd import SUFFIX, Database, wait_until
from test_daemon_health import document, settings, wait_content, wait_told
from whole import wait_equal, whole

pytestmark = pytest.mark.one_release


def load_other_database(server):
    """The same suffix, entries and contextCSN, of which the suffix entry was made by somebody else (entryUUID)."""
    [folder] = server.values(server.database_dn(), "olcDbDirectory")
    text = server.tool("cat", "-b", SUFFIX).stdout
    server.stop()
    shutil.rmtree(folder)
    os.mkdir(folder)
    path = os.path.join(server.directory, "other.ldif")
    with open(path, "w", encoding="utf-8") as file:
        file.write(re.sub(r"^(entryUUID: .*)(.)$", lambda m: m[1] + ("0" if m[2] != "0" else "1"), text, count=1,
                          flags=re.MULTILINE))
    server.tool("add", "-b", SUFFIX, "-l", path)
    server.start()


def wait_here(node, claim, what):
    """Waits until status.json is there and what it says is so; returns it."""
    def said():
        found = document(node) if os.path.exists(os.path.join(node.run_dir, "status.json")) else None
        return found if found and found["databases"] and claim(found["databases"][0]) else None
    return wait_until(said, what, 30)


def test_a_peer_that_diverged_and_one_with_another_database_are_told_apart(slapd_factory, program):
    """Between node 1 and node 2 something forgot their connections, which both take for living ones."""
    cluster = Cluster(slapd_factory, program, 3, modules=("syncprov",))
    node, peer, other = cluster
    with contextlib.ExitStack() as stack:
        relays = [stack.enter_context(Relay(one.server)) for one in (node, peer)]
        for described, one in zip(cluster.document["peers"], cluster):
            described["uri"] = one.server.ldap_uri
        cluster.write()
        cluster.form_by_hand().wait_persistent()
        load_other_database(other.server)
        other.edit([(ldap.MOD_DELETE, "olcSyncrepl", None)])  # or it would bring what node 2 has to node 1
        daemon = stack.enter_context(Daemon(node, *settings(node)))
        wait_content(daemon, lambda c: all(c[n]["current"] for n in (1, 2, 3)), "all copies were read")
        for relay in relays:
            relay.forget()
        here, there = add_person(node.server, "here"), add_person(peer.server, "there")
        told = wait_told(daemon, "finding", "[diverged]")
        assert re.match(rf"{SUFFIX}: peer 2 \({peer.server.ldap_uri}\) lacks .*, this node lacks changes of it as well, and the "
                        r"link is up: neither gets what the other one has \[diverged\]$", told)
        told = wait_told(daemon, "finding", "[other-database]")
        assert told == (f"{SUFFIX}: peer 3 ({other.server.ldap_uri}) holds another database: its suffix entry is not the one of "
                        "this node (entryUUID) [other-database]")
        wait_content(daemon, lambda c: (c[2]["state"], c[3]["state"]) == ("diverged", "other database"), "both in status.json")
        page = node.run("status").stdout
        assert re.search(r"^  2 .* diverged$", page, re.MULTILINE) and re.search(r"^  3 .* other database$", page, re.MULTILINE)
        assert re.search(rf"critical: peer 2 .*\[diverged\]$", page, re.MULTILINE)
        checked = node.run("check")
        assert checked.returncode == 2 and checked.stdout.startswith("SYNCWARD CRITICAL - ")
        loaded = len(daemon.events("desired-loaded"))
        cluster.document["peers"].reverse()
        cluster.write()
        daemon.wait_for("desired-loaded", n=loaded + 1)
        daemon.wait_at_rest()
        assert daemon.events("finding-gone") == [], "another order of the file ends nothing"
        for relay in relays:
            relay.drop()
        wait_entry(node.server, there)
        wait_entry(peer.server, here)
        gone = wait_told(daemon, "finding-gone", "[diverged]")
        assert "peer 2" in gone
        assert [text for _, text in daemon.events("finding-gone") if "[other-database]" in text] == []


def test_a_node_that_reads_at_intervals_is_well_between_them_and_told_when_it_cannot_read(slapd_factory, program):
    """What it lacks meanwhile is no lag that anybody must hear of; a peer that is away is, at the next interval."""
    node, peer = cluster = Cluster(slapd_factory, program, 2, modules=("syncprov",)).form_by_hand()
    cluster.document["peers"][0]["as_consumer"] = {"type": "refreshOnly", "interval": "00:00:00:18"}
    cluster.write()
    node.apply_ok()
    with Daemon(node, *settings(node)) as daemon:
        wait_content(daemon, lambda c: all(copy["current"] for copy in c.values()), "all copies were read")
        wait_until(lambda: [c.last_contact[:4] for c in node.server.consumers() if not c.connection] > ["0000"], "its first refresh")
        add_person(peer.server, "meanwhile")
        wait_content(daemon, lambda c: (c[1]["lag_seconds"] or 0) >= 11, "longer than is borne of who reads all the time")
        [link] = wait_here(node, lambda d: d["peers"][0]["state"] == "waiting", "it waits for its next refresh")["databases"][0]["peers"]
        assert link["at_intervals"] and not link["connected"] and not link["down"]
        assert re.search(r"^  2 .* waiting, next try in \d+ s$", node.run("status").stdout, re.MULTILINE)
        assert [text for name, text in daemon.events() if name.startswith(("link", "finding"))] == []
        checked = node.run("check")
        assert checked.returncode == 0 and " links_up=1;;;0;1 " in checked.stdout, checked.stdout
        peer.server.stop()
        told = daemon.wait_for("link-down")
        assert told.startswith(f"{SUFFIX} is not read from peer 2, {peer.server.ldap_uri}: nobody listens at ")
        wait_here(node, lambda d: d["peers"][0]["state"] == "down", "down in status.json")
        assert node.run("check").returncode == 2  # it reads nobody else


def test_a_database_that_a_peer_loaded_anew_has_replaced_is_told_until_somebody_looked_into_it(slapd_factory, program):
    """slapd takes it for newer, deletes what it lacks, and shows equal copies: nothing else tells of it."""
    node, peer = cluster = Cluster(slapd_factory, program, 2, [Database(backend="mdb")]).form()
    text = re.sub("(?m)^(entryUUID|entryCSN|contextCSN):.*\n", "", saved(peer.server))
    lost = add_person(peer.server, "lost")
    wait_equal(cluster)
    cluster.wait_persistent()
    with Daemon(node, *settings(node)) as daemon:
        wait_content(daemon, lambda c: all(copy["current"] for copy in c.values()), "all copies were read")
        put_back(peer.server, text)
        told = wait_told(daemon, "finding", "[replaced]")
        assert told.startswith(f"{SUFFIX}: this node holds another database than before: ")
        assert lost not in whole(node.server)
        wait_until(lambda: node.run("check").returncode == 2, "status.json has it a moment later", 20)
    with Daemon(node, *settings(node)) as daemon:  # a restart brings nothing back
        wait_until(daemon.has_asked_all, "all copies were read", 30)
        daemon.wait_at_rest()
        assert node.run("check").returncode == 2 and "[replaced]" in node.run("status").stdout
        verify = node.run("verify")
        assert verify.returncode == 1 and "[replaced]" in verify.stdout and "All are in step" not in verify.stdout, verify.stdout
        assert node.run("resume").returncode == 0
        wait_told(daemon, "finding-gone", "[replaced]")
        # What slapadd wrote there bears server ID 0, and is newer than what contextCSN has of that: told until it is healed.
        wait_until(lambda: "SYNCWARD CRITICAL - " in (said := node.run("check").stdout) and "has entries with server ID 0" in said,
                   "what is told first is in status.json a moment later", 20)
