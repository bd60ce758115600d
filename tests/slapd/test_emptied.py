# SPDX-License-Identifier: Apache-2.0
"""A provider whose database is gone takes clients' writes all the same: it is told, and closed while it fills."""

import contextlib
import json
import os
import re

import ldap
import pytest
import remedies
from backups import put_back, saved
from cluster import Cluster, add_person, wait_entry
from daemon import Daemon
from fence import refuses_writes
from slapd import SUFFIX, Database, wait_until
from test_fence import IS_LONG, contents
from test_joining import cut_refreshes, load


def formed(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 2, [Database(backend="mdb")]).form()
    load(cluster[0].server, 20)
    cluster.wait_in_step()
    cluster.wait_persistent()
    return cluster


def is_closed(node):
    return node.server.values(node.server.database_dn(), "olcReadOnly") == ["TRUE"]


def was_closed(node):
    return os.path.exists(os.path.join(node.state_dir, "fence.json"))


def has_seen_it_full(node):
    """In this start of slapd."""
    started = node.server.values("cn=Start,cn=Time,cn=Monitor", "monitorTimestamp")
    with open(os.path.join(node.state_dir, "databases.json"), encoding="utf-8") as file:
        [database] = json.load(file)["databases"]
    return database.get("filled", "").split(" ")[0] in started


def forget_full(node):
    """As where contextCSN was never seen, for example since an older syncward."""
    path = os.path.join(node.state_dir, "databases.json")
    with open(path, encoding="utf-8") as file:
        document = json.load(file)
    for database in document["databases"]:
        database.pop("filled", None)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(document, file)


def test_an_emptied_provider_takes_no_write_until_it_has_what_its_peer_has(slapd_factory, program):
    healthy, node = cluster = formed(slapd_factory, program)
    wanted = contents(healthy.server)
    with Daemon(node) as daemon:
        wait_until(lambda: has_seen_it_full(node), "it was seen full")
        let_go_on = cut_refreshes(healthy, cluster.databases[0].replicator)
        put_back(node.server, None)
        wait_until(lambda: is_closed(node) and was_closed(node), "the daemon closes what fills", 60)
        assert refuses_writes(node.server)
        daemon.wait_for("correction-applied", text="olcReadOnly")
        wait_until(lambda: "fenced" in node.run("status").stdout, "it is told", 30)
        let_go_on()
        wait_until(lambda: not is_closed(node), "it opens", 120)
        assert contents(node.server) == wanted == contents(healthy.server)
        add_person(node.server, "afterwards")
        wait_entry(healthy.server, f"cn=afterwards,{SUFFIX}")
    done = node.run("history", "--suffix", SUFFIX, "--attribute", "olcReadOnly", "--output", "json")
    told = [(record["event"], record.get("cause")) for record in json.loads(done.stdout)["records"]]
    assert told == [(f"correction-{what}", why) for why in ("fence", "put-back") for what in ("intended", "applied")], done.stdout


def test_a_provider_that_was_not_emptied_is_not_closed(slapd_factory, program):
    """Restarted, killed, and emptied by a client of it, whose peer is away: none of that is another database."""
    healthy, node = formed(slapd_factory, program)
    with Daemon(node) as daemon:
        wait_until(lambda: has_seen_it_full(node), "it was seen full")
        for i in range(200 if IS_LONG else 5):
            add_person((healthy, node)[i % 2].server, f"new{i}")
            if i % 3:
                node.server.kill()
            else:
                node.server.stop()
            node.server.start()
            wait_until(lambda: has_seen_it_full(node), "the daemon looked", 60)
            assert not is_closed(node) and not was_closed(node), i
        healthy.server.stop()
        connection = node.server.admin()
        names = [dn for dn, _ in connection.search_s(SUFFIX, ldap.SCOPE_SUBTREE, attrlist=["1.1"])]
        for dn in sorted(names, key=len, reverse=True):
            with contextlib.suppress(ldap.NO_SUCH_OBJECT):  # 2.4 keeps the suffix entry
                connection.delete_s(dn)
        connection.unbind_s()
        told = node.plan().stdout
        assert ("[empty]" in told) == (node.server.release.number >= (2, 5)) and "read-only database" not in told, told
        daemon.reload()
        daemon.wait_at_rest()
        assert not is_closed(node) and not was_closed(node)


def test_a_provider_that_was_emptied_is_told_until_it_is_loaded(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 2, [Database(backend="mdb")]).form()
    load(cluster[0].server, 20)
    cluster.wait_in_step()
    cluster.wait_persistent()
    text = saved(cluster[0].server, context_csn=True)
    node = cluster[1]
    assert "[empty]" not in node.plan().stdout
    cut_refreshes(cluster[0], cluster.databases[0].replicator)
    put_back(node.server, None)
    told = node.plan().stdout
    assert "~ read-only database" in told and "This plan closes it to clients until it has what its peers have [empty]" in told, told
    cluster.document["policy"]["mode"] = "audit"  # nothing is written then
    cluster.write()
    told = node.plan().stdout
    assert "critical: " in told and "[empty]" in told and "load a fresh slapcat of a peer with slapadd -w" in told, told
    put_back(node.server, text, "-w")
    assert "[empty]" not in node.plan().stdout


@pytest.mark.remedy("root-sees")
def test_a_provider_that_hides_its_context_csn_from_root_is_not_to_be_loaded(slapd_factory, program):
    """It has everything; the rootdn sees it."""
    cluster = Cluster(slapd_factory, program, 2, [Database(backend="mdb")]).form().be_seen_to_work()
    node = cluster[1]
    hides = f'to attrs=contextCSN by dn.exact="cn=replicator,{SUFFIX}" read by * none'
    node.edit([(ldap.MOD_REPLACE, "olcAccess", [hides, "to * by * read"])])
    told = node.plan().stdout
    assert "critical: " in told and "[empty]" in told and "If the rootdn sees none either" in told, told
    rootdn = node.server.admin()
    assert rootdn.search_s(SUFFIX, ldap.SCOPE_BASE, attrlist=["contextCSN"])[0][1]["contextCSN"]
    rootdn.unbind_s()
    forget_full(node)
    told = node.plan().stdout
    assert "no contextCSN, nor did it before" in told and "see `syncward compare`" in told and "slapcat" not in told, told
    node.edit([(ldap.MOD_ADD, *remedies.attribute(told, "root-sees"))])
    node.assert_in_step()
    assert "[empty]" not in node.plan().stdout


@pytest.mark.one_release
def test_a_database_that_is_given_another_folder_under_a_daemon_is_closed_before_the_next_round_of_probes(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 2, [Database(backend="mdb")]).form()
    node = cluster[0]
    settings = os.path.join(node.folder, "agent.json")
    with open(settings, "w", encoding="utf-8") as file:
        json.dump({"interval": 5}, file)  # and five minutes between two rounds
    with Daemon(node, "--agent-config", settings) as daemon:
        wait_until(daemon.has_asked_all, "both copies were read")
        assert node.run("check").returncode == 0
        node.edit([(ldap.MOD_REPLACE, "olcDbDirectory", slapd_factory.folder("another"))])
        daemon.wait_for("finding", text="[fenced]", timeout=60)
        assert is_closed(node) and node.run("check").returncode == 1
        wait_until(lambda: re.search(r"^  here .* empty$", node.run("status").stdout, re.MULTILINE), "its copy was read again", 60)
        wait_until(lambda: "reads it anew when somebody does this" in node.run("status").stdout, "it is told", 30)
        node.server.restart()
        wait_until(lambda: not is_closed(node), "it opens", 120)
        cluster.wait_in_step()
