# SPDX-License-Identifier: Apache-2.0
"""A cluster that is right today, whatever access rules it has, is not held nor critical when it is adopted."""

import json
import subprocess

import ldap
import pytest
import remedies
from access_rules import MANAGERS, REPLICATOR, ROOT_FIRST, RULES
from cluster import Cluster
from daemon import Daemon
from slapd import PASSWORD, SUFFIX, Database, syncrepl, wait_until

ADMIN = f"cn=admin,{SUFFIX}"
PARTIAL = f"cn=partial,{SUFFIX}"
PASSWORDS = "to attrs=userPassword by {} read by self write by anonymous auth by * none"
# Only the replicator sees passwords, and one account does not see seeAlso either.
HIDDEN = [PASSWORDS.format(f'dn.exact="{REPLICATOR}"'), f'to attrs=seeAlso by dn.exact="{PARTIAL}" none by * read', "to * by * read"]
RIGHT = {
    **{f"rootdn-{name}": (rules, ADMIN) for name, rules in RULES.items()},
    **{name: (RULES[name], REPLICATOR) for name in ("el", "ubuntu", "group")},
    "set": ([ROOT_FIRST, PASSWORDS.format(f'set="[{MANAGERS}]/member & user"'), "to * by * read"], REPLICATOR),
    "regex": ([ROOT_FIRST, PASSWORDS.format(f'dn.regex="^cn=repl[^,]+,{SUFFIX}$"'), "to * by * read"], REPLICATOR),
    "group-root-is-blind": ([PASSWORDS.format(f'group.exact="{MANAGERS}"'), "to * by * read"], REPLICATOR),
    "address": ([ROOT_FIRST, PASSWORDS.format(f'dn.exact="{REPLICATOR}" peername.ip=127.0.0.0%255.0.0.0'), "to * by * read"],
                REPLICATOR),
    "address-alone": ([ROOT_FIRST, PASSWORDS.format("peername.ip=127.0.0.0%255.0.0.0"), "to * by * read"], REPLICATOR),
    "partial-consumer": (HIDDEN, REPLICATOR),
}


def form(cluster, binddn):
    """As an administrator makes it: server ID, overlay, links with that account, multi-provider."""
    for node in cluster:
        node.server.modify("cn=config", [(ldap.MOD_REPLACE, "olcServerID", str(node.id))])
    cluster[0].server.seed()
    admin = cluster[0].server.admin()
    cluster[0].server.add(MANAGERS, {"objectClass": ["groupOfNames"], "cn": "replication managers", "member": [REPLICATOR]}, admin)
    for dn, name in ((f"cn=p1,{SUFFIX}", "p1"), (PARTIAL, "partial")):
        cluster[0].server.add(dn, {"objectClass": ["inetOrgPerson"], "cn": name, "sn": "s", "userPassword": PASSWORD,
                                   "carLicense": "c", "employeeNumber": "2", "seeAlso": ["cn=x"]}, admin)
    admin.unbind_s()
    for node in cluster:
        node.edit([(ldap.MOD_ADD, "olcSyncrepl", [
            syncrepl(other.id, other.server.ldap_uri, SUFFIX, binddn=binddn, timeout=1, network_timeout=1)
            for other in cluster if other is not node]), (ldap.MOD_ADD, node.server.flag(), "TRUE")])
    cluster.wait_in_step()
    cluster.wait_persistent()


def adopt(node, cluster):
    """Takes over what `syncward adopt` prints on that node."""
    ids = [f"--peer-id={other.server.ldap_uri}={other.id}" for other in cluster if other is not node]
    done = subprocess.run([node.program, "adopt", "--secrets", f"{node.folder}/secrets", *ids, "--ldap-uri",
                           node.server.ldapi_uri, "--peers", node.peers_file, "--state-dir", node.state_dir, "--run-dir", node.run_dir],
                          text=True, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    document = json.loads(done.stdout)
    for database in document["databases"]:
        database["syncrepl"].setdefault("credentials", {"file": node.secret_file})
    node.write(document)
    return document


def assert_well(node):
    report = node.plan_json()
    assert (report["changes"], report["holds"], report["steps"]) == ([], [], [])
    assert [finding for finding in report["findings"] if finding["severity"] == "critical"] == []


@pytest.mark.parametrize("kind", RIGHT)
def test_a_cluster_that_is_right_is_not_critical_when_it_is_adopted(slapd_factory, program, kind):
    rules, binddn = RIGHT[kind]
    cluster = Cluster(slapd_factory, program, 2, [Database(attributes={"olcAccess": rules} if rules else {}, overlays=("syncprov",))])
    form(cluster, binddn)
    if kind == "partial-consumer":
        follow_as_partial(slapd_factory, cluster)
    for node in cluster:
        adopt(node, cluster)
        assert_well(node)
    node = cluster[0]
    with Daemon(node) as daemon:
        daemon.wait_at_rest()
        wait_until(lambda: node.run("check").returncode in (0, 1), "check is not critical")


def follow_as_partial(farm, cluster):
    """A server that only reads, with an account that may not see everything: none of the cluster's business."""
    consumer = farm([Database()])
    consumer.modify(consumer.database_dn(), [(ldap.MOD_ADD, "olcSyncrepl", syncrepl(
        9, cluster[0].server.ldap_uri, SUFFIX, binddn=PARTIAL, timeout=1, network_timeout=1))])
    wait_until(lambda: f"cn=p1,{SUFFIX}" in consumer.entries(), "the consumer has read")


def unnamed(node):
    return [finding["text"] for finding in node.plan_json()["findings"] if finding["code"] == "readers-unnamed"]


@pytest.mark.remedy("readers-line")
def test_who_reads_from_where_a_peer_is_and_is_not_named_is_told_with_the_line_that_names_it(slapd_factory, program):
    """Here everything is at one address: a server that only reads looks like a peer whose link has an account of its own."""
    cluster = Cluster(slapd_factory, program, 2, [Database(attributes={"olcAccess": HIDDEN}, overlays=("syncprov",))])
    form(cluster, REPLICATOR)
    node = cluster[0]
    document = adopt(node, cluster)
    assert unnamed(node) == []
    follow_as_partial(slapd_factory, cluster)
    wait_until(lambda: unnamed(node), "its search has gone on for a while")
    text, = unnamed(node)
    assert PARTIAL in text and cluster[1].server.ldap_uri in text and "may not read userPassword" in text
    assert node.plan().returncode == 0

    document["databases"][0].update(remedies.line(text, "readers-line"))
    document["policy"]["mode"] = "enforce"
    node.write(document)
    assert document["databases"][0]["access"] is True  # adopt found that what it named may read everything
    node.apply_ok()
    assert [found for found in node.plan_json()["findings"] if "readers" in found["code"]] == []
    account = node.server.bind(PARTIAL, PASSWORD)
    assert {"userPassword", "seeAlso"} <= set(dict(account.search_s(SUFFIX, ldap.SCOPE_SUBTREE))[f"cn=p1,{SUFFIX}"])
    account.unbind_s()
