# SPDX-License-Identifier: Apache-2.0
"""What monitoring systems get: metrics.prom for node_exporter and the line of `syncward check`."""

import json
import os
import re
import stat
import subprocess

import ldap
import pytest
from cluster import Cluster
from daemon import Daemon
from lone import Lone
from prometheus_client.parser import text_string_to_metric_families
from slapd import SUFFIX, wait_until

NOBODY = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]


@pytest.fixture
def node(slapd_factory, program):
    node = Lone(slapd_factory, program)
    node.apply_ok()
    return node


def metrics(path):
    """{(name, labels as a sorted tuple): value}, by the parser of Prometheus' own library."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    families = list(text_string_to_metric_families(text))
    assert len({family.name for family in families}) == len(families), "a metric stands in two places"
    assert all(family.documentation and family.type != "unknown" for family in families)
    assert not re.search(r"^[^#].* [0-9.]+ [0-9]+$", text, re.MULTILINE), "a sample has a timestamp"
    return {(sample.name, tuple(sorted(sample.labels.items()))): sample.value
            for family in families for sample in family.samples}


def value(found, name, **labels):
    return found.get(("syncward_" + name, tuple(sorted(labels.items()))))


def wait_metrics(path, claim):
    def claimed():
        found = metrics(path) if os.path.exists(path) else None
        return found if found and claim(found) else None
    return wait_until(claimed, "metrics say so")


def check(node, prefix=()):
    done = node.run("check", prefix=prefix)
    assert done.stderr == "" and done.stdout.count("\n") == 1
    word = {0: "OK", 1: "WARNING", 2: "CRITICAL", 3: "UNKNOWN"}[done.returncode]
    assert done.stdout.startswith(f"SYNCWARD {word} - "), done.stdout
    for item in done.stdout.strip().partition(" | ")[2].split():
        assert re.fullmatch(r"\w+=[0-9.]+[cs]?;[0-9]*;[0-9]*;0(;[0-9]+)?", item), item
    return done


@pytest.mark.every_release
def test_metrics_count_and_tell_what_is(node):
    path = os.path.join(node.run_dir, "metrics.prom")
    with Daemon(node) as daemon:
        found = wait_metrics(path, lambda m: value(m, "in_step", suffix=SUFFIX) == 1)
        wait_until(lambda: daemon.sees(node.server.config_dir), "it watches slapd.d")
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o644
        assert value(found, "up") == value(found, "slapd_up") == value(found, "enforcing") == 1
        assert value(found, "corrections_total", result="applied") == 0
        assert value(found, "consumer_info", suffix=SUFFIX, peer="2", provider=node.uri(2)) == 1
        if node.server.release.has_consumer_monitor:
            assert value(found, "consumer_up", suffix=SUFFIX, peer="2") == 0
        node.edit([(ldap.MOD_DELETE, "olcLimits", None)])
        found = wait_metrics(path, lambda m: value(m, "corrections_total", result="applied") == 1)
        assert value(found, "events_total", event="drift-found") == 1
        node.server.stop()
        found = wait_metrics(path, lambda m: value(m, "slapd_up") == 0)
        assert value(found, "troubles") == 1
        for unknown in ("in_step", "multi_provider", "consumer_up", "link_down", "lag_seconds", "holds", "findings"):
            assert not [key for key in found if key[0] == "syncward_" + unknown], "nobody knows it now"
        node.server.start()
        wait_metrics(path, lambda m: value(m, "slapd_up") == 1)
    found = metrics(path)
    assert value(found, "up") == 0 and ("syncward_slapd_up", ()) not in found


def test_metrics_go_where_agent_json_says_and_trouble_with_it_is_told_once(node, tmp_path):
    folder = tmp_path / "collector"
    settings = tmp_path / "agent.json"
    path = folder / "syncward.prom"
    settings.write_text(json.dumps({"metrics_file": str(path), "interval": 5}))
    settings.chmod(0o644)
    with Daemon(node, "--agent-config", settings) as daemon:
        told = daemon.wait_for("state-trouble")
        assert str(path) in told and "No such file" in told
        daemon.reload()
        daemon.reload()
        folder.mkdir()
        daemon.reload()
        wait_metrics(path, lambda m: value(m, "in_step", suffix=SUFFIX) == 1)
        daemon.reload()
        daemon.wait_for("state-mended")
        assert len(daemon.events("state-trouble")) == 1
        wait_until(lambda: os.listdir(folder) == ["syncward.prom"], "nothing else is left there")
    assert not os.path.exists(os.path.join(node.run_dir, "metrics.prom"))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_check_needs_no_root_and_no_slapd(node):
    os.chmod(node.folder, 0o755)
    with Daemon(node) as daemon:
        daemon.wait_for("desired-loaded")
        wait_until(lambda: "in_step=1;" in check(node, NOBODY).stdout, "it has looked")
        assert "daemon" not in check(node, NOBODY).stdout
    done = check(node, NOBODY)
    assert done.returncode == 2 and "the daemon does not run: it was stopped" in done.stdout


@pytest.mark.every_release
def test_check_follows_the_state_of_things(node):
    with Daemon(node) as daemon:
        if node.server.release.has_consumer_monitor:  # the peers of this node are away
            wait_until(lambda: "none of its 2 links is up" in check(node).stdout, "links are judged")
            assert check(node).returncode == 2
        else:
            wait_until(lambda: check(node).returncode == 0, "all is well")
            assert "1 of 1 databases in step | in_step=1;;;0;1" in check(node).stdout
        node.server.stop()
        daemon.wait_for("slapd-lost")
        wait_until(lambda: "slapd" in check(node).stdout.partition("|")[0], "slapd is away")
        assert check(node).returncode == 2
        node.server.start()
        daemon.wait_for("slapd-back")
        with open(node.peers_file, "a", encoding="utf-8") as file:
            file.write("}")
        told = daemon.wait_for("desired-refused")
        assert re.search(r"peers\.json:\d+:\d+: ", told)
        done = check(node)
        assert done.returncode == (2 if node.server.release.has_consumer_monitor else 1)


def test_check_without_a_status_or_with_a_bad_one(node, tmp_path):
    assert check(node).returncode == 2  # nothing has run here
    with open(os.path.join(node.run_dir, "status.json"), "w", encoding="utf-8") as file:
        file.write('{"schema_version": 9}')
    done = check(node)
    assert done.returncode == 3 and "newer syncward" in done.stdout
    settings = tmp_path / "agent.json"
    settings.write_text("{")
    done = subprocess.run([*node.command("check"), "--agent-config", settings], text=True, capture_output=True,
                          timeout=60, check=False)
    assert done.returncode == 3 and f"UNKNOWN - {settings}:1:2: " in done.stdout


def test_check_itself_sees_that_slapd_stands_still(slapd_factory, program):
    """The daemon sees it at its next pass, and says so when its patience is over: that may be minutes later."""
    node = Cluster(slapd_factory, program, 2, modules=("syncprov",)).form_by_hand().be_seen_to_work()[0]
    os.chmod(node.folder, 0o755)
    with Daemon(node) as daemon:
        wait_until(lambda: check(node).returncode == 0, "all is well")
        daemon.wait_at_rest()
        with node.server.frozen():
            said = check(node, NOBODY)  # the user of a monitoring system
            assert said.returncode == 1 and "slapd takes connections and has not answered for 5 s" in said.stdout, said.stdout
        wait_until(lambda: check(node).returncode == 0, "it answers")
