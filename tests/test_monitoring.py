# SPDX-License-Identifier: Apache-2.0
"""packaging/monitoring as files: each alert fires when it must and not when all is well, and what they ask for exists.

What a running Prometheus answers is in tests/slapd/test_monitored.py.
"""

import glob
import json
import os
import re
import subprocess

import monitoring
import pytest
from monitoring import rule_tests


def promtool(*words):
    done = subprocess.run(["promtool", *words], stdin=subprocess.DEVNULL, text=True, capture_output=True, timeout=300,
                          check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def expressions():
    """[(where it stands, expression)] of rules and dashboard."""
    return ([(name, rule["expr"]) for name, rule in monitoring.alerts().items()]
            + [(panel["title"], query) for panel in monitoring.panels() for query in monitoring.queries(panel)])


def test_rules_are_such():
    assert f"{len(monitoring.alerts())} rules found" in promtool("check", "rules", monitoring.RULES)


def test_each_alert_fires_when_it_must_and_not_when_all_is_well():
    promtool("test", "rules", monitoring.RULE_TESTS)


def test_each_alert_is_seen_to_fire_not_too_early_and_not_for_its_neighbour():
    fired, waited, spared = set(), set(), set()
    for test in rule_tests():
        for ask in test["promql_expr_test"]:
            asked = re.fullmatch(r'ALERTS{alertname="(\w+)", alertstate="firing"}', ask["expr"])
            if not asked:
                continue
            assert asked[1] == test["name"], "a test asks for another alert than it says"
            told = " ".join(sample["labels"] for sample in ask["exp_samples"])
            seen = " ".join(series["series"] for series in test["input_series"])
            if not told:
                waited.add(asked[1])
                continue
            fired.add(asked[1])
            if set(re.findall(r'(?:instance|cluster|peer)="[^"]*"', seen)) - set(re.findall(r'\w+="[^"]*"', told)):
                spared.add(asked[1])
    assert fired == waited == spared == set(monitoring.alerts())


def test_a_cluster_that_is_well_has_a_sample_of_all_that_alerts_ask_for():
    """Else that no alert fires there says nothing."""
    [well] = [test for test in rule_tests() if test["name"] == "all is well"]
    there = {name for series in well["input_series"] for name in monitoring.metrics_of(series["series"])}
    asked = {name for rule in monitoring.alerts().values() for name in monitoring.metrics_of(rule["expr"])}
    only_when_ill = {"syncward_holds_by_code", "syncward_findings_by_code"}
    assert asked - there == only_when_ill
    assert [(ask["expr"], ask["exp_samples"]) for ask in well["promql_expr_test"]] == [("ALERTS", [])]


def test_metrics_labels_and_codes_that_are_asked_for_exist():
    known = monitoring.labels_by_the_manual()
    literals = set()
    for path in glob.glob(os.path.join(monitoring.TOP, "common/**/*.[ch]"), recursive=True):
        literals |= set(re.findall(r'"([\w-]+)"', monitoring.read(path)))
    series = [("test", item["series"]) for test in rule_tests() for item in test["input_series"]]
    for where, text in expressions() + series:
        assert monitoring.metrics_of(text) <= set(known), where
        for metric, label, value in monitoring.selectors(text):
            assert label in known[metric] | monitoring.TARGET_LABELS, f"{where}: {metric} has no label {label}"
            if label in ("code", "severity", "verdict", "event", "result"):
                assert set(value.split("|")) <= literals, f"{where}: nothing writes {value}"


@pytest.mark.parametrize("name", sorted(monitoring.alerts()))
def test_an_alert_says_what_it_is_about(name):
    rule = monitoring.alerts()[name]
    assert rule["labels"]["severity"] in ("critical", "warning", "info") and set(rule["annotations"]) == {"summary", "description"}
    samples = [sample["labels"] for test in rule_tests() if test["name"] == name
               for ask in test["promql_expr_test"] for sample in ask["exp_samples"]]
    there = set(re.findall(r'(\w+)="', " ".join(samples)))
    named = {label for text in rule["annotations"].values() for label in re.findall(r"\$labels\.(\w+)", text)}
    assert named <= there, "a label that the alert does not have is empty"
    rests_on_absence = re.search(r"\babsent\(|\bunless\b", rule["expr"]) and not name.endswith(("Trouble", "Apart"))
    assert bool(rests_on_absence) == ("No sample " in rule["annotations"]["description"]
                                      or "no sample " in rule["annotations"]["description"])


def test_the_manual_names_every_alert():
    text = monitoring.read(os.path.join(monitoring.TOP, "packaging/man/syncward-operations.7"))
    for severity, title in (("critical", "Critical"), ("warning", "Warnings"), ("info", "For those who want to know")):
        [told] = re.findall(rf"^{title}:\n((?:\.Li .*\n)+)", text, re.MULTILINE)
        assert set(re.findall(r"Syncward\w+", told)) == {
            name for name, rule in monitoring.alerts().items() if rule["labels"]["severity"] == severity}
    assert f"\n{len(monitoring.alerts())} alerts cover " in monitoring.read(os.path.join(monitoring.TOP, "README.md"))


def test_each_panel_says_what_it_shows_in_which_unit():
    panels = monitoring.panels()
    assert len({panel["id"] for panel in panels}) == len({panel["title"] for panel in panels}) == len(panels) > 10
    taken = set()
    for panel in panels:
        assert panel["title"] and panel["description"].endswith(".") and panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        assert len({target["refId"] for target in panel["targets"]}) == len(panel["targets"]) > 0
        assert all(monitoring.metrics_of(query) for query in monitoring.queries(panel)), panel["title"]
        assert all('cluster=~"$cluster"' in target["expr"] for target in panel["targets"]), panel["title"]
        place = panel["gridPos"]
        cells = {(x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])}
        assert not cells & taken and max(x for x, _ in cells) < 24, f"{panel['title']} lies on another one"
        taken |= cells


def test_variables_of_the_dashboard_are_defined():
    document = json.loads(monitoring.read(monitoring.DASHBOARD))
    defined = {variable["name"] for variable in document["templating"]["list"]}
    used = set(re.findall(r"\$(?!1\b)\{?(\w+)", monitoring.read(monitoring.DASHBOARD))) - {"__all"}
    assert used == defined
