# SPDX-License-Identifier: Apache-2.0
"""plan --output json: each change with what is there, what will be, masked, and why; suffixes with a slip of the pen."""

import json

import pytest
from lone import Lone
from slapd import SUFFIX


@pytest.fixture(name="lone")
def fixture_lone(slapd_factory, program):
    return Lone(slapd_factory, program, n_peers=4)


def changes(node):
    planned = node.plan_json()
    assert "secret" not in json.dumps(planned["changes"])
    return {(change["kind"], change["subject"]): change for change in planned["changes"]}


def test_each_change_has_before_after_and_why(lone):
    added = changes(lone)["peer-add", lone.uri(2)]
    assert "old" not in added and f"provider={lone.uri(2)} " in added["new"] and 'credentials="********"' in added["new"]
    lone.apply_ok()
    lone.document["databases"][0]["syncrepl"]["retry"] = "30 +"
    del lone.document["peers"][3]
    lone.write()
    found = changes(lone)
    edited, removed = found["peer-change", lone.uri(2)], found["peer-remove", lone.uri(4)]
    assert 'retry="60 +"' in edited["old"] and 'retry="30 +"' in edited["new"]
    assert 'credentials="********"' in edited["old"] and 'credentials="********"' in edited["new"]
    assert lone.uri(4) in removed["old"] and "new" not in removed
    assert all(change["why"] for change in found.values())


def test_a_suffix_with_a_slip_of_the_pen(lone):
    lone.apply_ok()
    done = lone.run("heal", "--suffix", "dc=exmaple,dc=org")
    assert done.returncode == 64 and f"did you mean '{SUFFIX}'?" in done.stderr and not done.stdout
    lone.document["databases"][0]["suffix"] = "dc=exmaple,dc=org"
    lone.document["databases"][0]["syncrepl"]["binddn"] = "cn=replicator,dc=exmaple,dc=org"
    lone.write()
    [hold] = [hold for hold in lone.plan_json()["holds"] if hold["guard"] == "database"]
    assert f"no database of this server has the suffix dc=exmaple,dc=org, but one has {SUFFIX}; create it" in hold["text"]
