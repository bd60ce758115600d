# SPDX-License-Identifier: Apache-2.0
"""The alert rules and the dashboard, asked of a Prometheus that scrapes three nodes as the manual says."""

import contextlib
import math
import os
import re

import monitoring
import pytest
from authority import Authority
from copies import show_count
from daemon import Daemon
from heartbeats import ACCESS, CONTAINER, add_container, give_account, settings
from slapd import SUFFIX, Database, wait_until
from test_tls import TlsCluster

pytestmark = pytest.mark.one_release

INSTANCES = {"ldap1", "ldap2", "ldap3"}


@pytest.fixture(name="cluster")
def fixture_cluster(slapd_factory, program):
    """Three nodes that were compared, and that the daemons are to give TLS."""
    authority = Authority(slapd_factory.folder("ca"))
    cluster = TlsCluster(slapd_factory, program, authority, [authority.issue(f"ldap{i}", days=90) for i in (1, 2, 3)],
                         [Database(backend="mdb", overlays=("syncprov",), attributes=ACCESS)])
    cluster.form_by_hand().wait_persistent()
    give_account(cluster)
    add_container(cluster[0].server)
    cluster.wait_in_step()
    cluster.document["revision"] = 12
    cluster.document["databases"][0]["heartbeat"] = {"container": CONTAINER, "interval": 60}
    cluster.use(starttls="critical", tls_cacert=authority.path, tls_reqcert="demand",
                credentials={"file": cluster[0].secret_file})  # one text of peers.json on all nodes
    for node in cluster:
        show_count(node)
        show_count(node, below="cn=Time")
    for node in cluster:
        done = node.run("compare", "--record")
        assert done.returncode == 0, done.stdout + done.stderr
    return cluster


def metrics(node):
    path = os.path.join(node.run_dir, "metrics.prom")
    return monitoring.read(path) if os.path.exists(path) else ""


def is_well(node):
    """Nothing is left to do, it was told all that a probe tells of both peers, and sees both links."""
    text = metrics(node)
    if f'\nsyncward_in_step{{suffix="{SUFFIX}"}} 1\n' not in text:
        return False
    return all(len(re.findall(rf'^syncward_{name}{{suffix="{SUFFIX}",peer="\d"}} {value}', text, re.MULTILINE)) == n
               for name, value, n in (("lag_seconds", "0", 3), ("peer_certificate_end_timestamp_seconds", r"\d", 2),
                                      ("peer_clock_ahead_seconds", "0", 2), ("link_down", "0", 2)))


def assert_labels_are_the_manual_s(prometheus):
    known = monitoring.labels_by_the_manual()
    for found, _ in prometheus.ask('{__name__=~"syncward_.*"}'):
        assert set(found) - {"__name__"} - monitoring.TARGET_LABELS == known[found["__name__"]], found


def assert_rules_are_answered_and_silent(prometheus):
    def evaluated():
        rules = [rule for group in prometheus.get("rules", type="alert")["groups"] for rule in group["rules"]]
        return rules if all(rule["health"] != "unknown" for rule in rules) else None
    rules = wait_until(evaluated, "all rules were evaluated", 60)
    assert {rule["name"] for rule in rules} == set(monitoring.alerts())
    assert [(rule["name"], rule["lastError"]) for rule in rules if rule["health"] != "ok"] == []
    for name, rule in monitoring.alerts().items():
        wait_until(lambda rule=rule: prometheus.ask(rule["expr"]) == [], f"{name} is silent, as all is well", 30)


def assert_panels_have_data(prometheus):
    def has_data(panel):
        found = [sample for query in monitoring.queries(panel) for sample in prometheus.ask(query)]
        instances = {labels["instance"] for labels, _ in found if "instance" in labels}
        return found and not any(math.isnan(value) for _, value in found) and instances in (set(), INSTANCES)
    for panel in monitoring.panels():
        wait_until(lambda panel=panel: has_data(panel), f"{panel['title']} has data of all nodes", 30)
    of_nobody = {panel["title"] for panel in monitoring.panels()
                 if any(prometheus.ask(query) for query in monitoring.queries(panel, "of-nobody"))}
    assert of_nobody == {"Nodes that report", "Nodes not known", "Links not known"}, "0 of what is not known is no good news"


def fires(prometheus, name):
    """Labels of what its expression finds now, which is what fires when it lasts."""
    return [found for found, _ in prometheus.ask(monitoring.alerts()[name]["expr"])]


def test_a_prometheus_that_scrapes_three_nodes_answers_every_rule_and_panel(cluster, tmp_path):
    with contextlib.ExitStack() as stack:
        daemons = [stack.enter_context(Daemon(node, *settings(node, probe_interval=5))) for node in cluster]
        wait_until(lambda: all(is_well(node) for node in cluster), "all nodes are well", 60)
        targets = [(f"ldap{node.id}", stack.enter_context(monitoring.exporter(node.run_dir, tmp_path / f"exporter{node.id}")))
                   for node in cluster]
        prometheus = stack.enter_context(monitoring.prometheus(str(tmp_path), targets))
        wait_until(lambda: len(prometheus.ask("count_over_time(syncward_up[1m]) > 2")) == 3, "all were scraped", 60)
        # So that a rate of passes is there.
        wait_until(lambda: len(prometheus.ask("increase(syncward_pass_duration_seconds_count[15m]) > 0")) == 3, "passes", 60)
        assert_labels_are_the_manual_s(prometheus)
        assert_rules_are_answered_and_silent(prometheus)
        assert_panels_have_data(prometheus)

        # A daemon that is stopped, then a node of which nothing is left: the one is known, the other one is not.
        assert daemons[2].stop() == 0
        wait_until(lambda: fires(prometheus, "SyncwardStopped"), "it is seen that a daemon was stopped", 60)
        assert [found["instance"] for found in fires(prometheus, "SyncwardStopped")] == ["ldap3"]
        assert fires(prometheus, "SyncwardNodeUnknown") == [] == fires(prometheus, "SyncwardNoFile")
        os.unlink(os.path.join(cluster[2].run_dir, "metrics.prom"))
        [unknown] = wait_until(lambda: fires(prometheus, "SyncwardNodeUnknown"), "it is seen that nothing is known", 60)
        assert unknown == {"peer": "3", "provider": cluster.document["peers"][2]["uri"]}
        assert fires(prometheus, "SyncwardStopped") == []
