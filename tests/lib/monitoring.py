# SPDX-License-Identifier: Apache-2.0
"""The alert rules and the dashboard as values, and a Prometheus with node_exporters to ask them of."""

import contextlib
import functools
import json
import os
import re
import subprocess
import urllib.parse
import urllib.request

import yaml
from slapd import wait_until

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
RULES = os.path.join(TOP, "packaging/monitoring/syncward-alerts.yml")
RULE_TESTS = os.path.join(TOP, "tests/monitoring/syncward-alerts.test.yml")
DASHBOARD = os.path.join(TOP, "packaging/monitoring/syncward-dashboard.json")
MANUAL = os.path.join(TOP, "packaging/man/syncward-status.5")
TARGET_LABELS = {"cluster", "instance", "job"}  # what Prometheus itself adds


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def load(path):
    return yaml.load(read(path), yaml.CSafeLoader)


@functools.cache
def alerts():
    """The rules: {name: rule}."""
    rules = [rule for group in load(RULES)["groups"] for rule in group["rules"]]
    assert len({rule["alert"] for rule in rules}) == len(rules), "two rules have one name"
    return {rule["alert"]: rule for rule in rules}


@functools.cache
def rule_tests():
    return load(RULE_TESTS)["tests"]


@functools.cache
def panels():
    return json.loads(read(DASHBOARD))["panels"]


def queries(panel, clusters=".*"):
    """Its expressions, with all clusters chosen, or others."""
    return [target["expr"].replace("$cluster", clusters) for target in panel["targets"]]


def metrics_of(expression):
    return set(re.findall(r"\bsyncward_\w+", expression))


def selectors(text):
    """(metric, label, value) of each label that is asked for in braces."""
    return [(metric, label, value) for metric, inside in re.findall(r"\b(syncward_\w+){([^}]*)}", text)
            for label, value in re.findall(r'(\w+) *=?[=~!]~? *"([^"]*)"', inside)]


def labels_by_the_manual():
    """{metric: its labels}, as syncward-status(5) has them; of a summary also what its samples are called."""
    found = {}
    for name, text in re.findall(r"^\.It Li (syncward_\w+)\n(.*?)(?=^\.It|^\.El)", read(MANUAL), re.MULTILINE | re.DOTALL):
        by = re.match(r"By\n((?:\.Li .*\n)+)", text)
        found[name] = set(re.findall(r"^\.Li (\w+)", by[1], re.MULTILINE)) if by else set()
    found |= {name + end: labels for name, labels in found.items() if name.endswith("pass_duration_seconds")
              for end in ("_sum", "_count")}
    return found


@contextlib.contextmanager
def listening(command, log):
    """Runs a server on a port that the kernel chooses; yields its host:port."""
    with open(log, "w", encoding="utf-8") as file:
        process = subprocess.Popen([*command, "--web.listen-address=127.0.0.1:0"], stdin=subprocess.DEVNULL, stdout=file,
                                   stderr=file)
    try:
        def told():
            assert process.poll() is None, f"{command[0]} ended: {read(log)}"
            return re.search(r'"Listening on" address=(\S+)', read(log))
        yield wait_until(told, f"{command[0]} listens", 60)[1]
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def exporter(folder, log):
    """A node_exporter whose textfile collector reads that folder, and nothing else."""
    return listening(["prometheus-node-exporter", "--collector.disable-defaults", "--collector.textfile",
                      f"--collector.textfile.directory={folder}"], log)


class Prometheus:
    """Asks one that runs; ask("up") gives [(labels, value)]."""

    def __init__(self, address):
        self._base = f"http://{address}/api/v1/"

    def get(self, path, **words):
        with urllib.request.urlopen(f"{self._base}{path}?{urllib.parse.urlencode(words)}", timeout=30) as answer:
            told = json.load(answer)
        assert told["status"] == "success" and not told.get("warnings"), told
        return told["data"]

    def ask(self, expression):
        return [(item["metric"], float(item["value"][1])) for item in self.get("query", query=expression)["result"]]


@contextlib.contextmanager
def prometheus(folder, targets):
    """One with the rules that scrapes the targets, [(instance, host:port)], each second."""
    path = os.path.join(folder, "prometheus.json")
    with open(path, "w", encoding="utf-8") as file:  # JSON is YAML
        json.dump({"global": {"scrape_interval": "1s", "evaluation_interval": "1s"}, "rule_files": [RULES],
                   "scrape_configs": [{"job_name": "node", "static_configs": [
                       {"targets": [address], "labels": {"instance": instance}} for instance, address in targets]}]}, file)
    log = os.path.join(folder, "prometheus.log")
    with listening(["prometheus", f"--config.file={path}", f"--storage.tsdb.path={os.path.join(folder, 'data')}"],
                   log) as address:
        wait_until(lambda: "Server is ready" in read(log), "it is ready for questions", 60)
        yield Prometheus(address)
