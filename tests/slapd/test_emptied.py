# SPDX-License-Identifier: Apache-2.0
"""A provider whose database is gone takes clients' writes all the same: plan and apply say so."""

import json
import os

import ldap
import pytest
import remedies
from backups import put_back, saved
from cluster import Cluster
from daemon import Daemon
from slapd import SUFFIX, Database, wait_until
from test_joining import cut_refreshes, load


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
    assert "critical: " in told and "[empty]" in told and "load a fresh slapcat of a peer with slapadd -w" in told
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
    node.edit([(ldap.MOD_ADD, *remedies.attribute(told, "root-sees"))])
    node.assert_in_step()
    assert "[empty]" not in node.plan().stdout


@pytest.mark.one_release
def test_a_database_that_is_given_another_folder_under_a_daemon_is_told_before_the_next_round_of_probes(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 2, [Database(backend="mdb")]).form()
    node = cluster[0]
    settings = os.path.join(node.folder, "agent.json")
    with open(settings, "w", encoding="utf-8") as file:
        json.dump({"interval": 5}, file)  # and five minutes between two rounds
    with Daemon(node, "--agent-config", settings) as daemon:
        wait_until(daemon.has_asked_all, "both copies were read")
        assert node.run("check").returncode == 0
        node.edit([(ldap.MOD_REPLACE, "olcDbDirectory", slapd_factory.folder("another"))])
        daemon.wait_for("finding", text="[empty]", timeout=60)
        assert node.run("check").returncode == 2
