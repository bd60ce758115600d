# SPDX-License-Identifier: Apache-2.0
"""A cluster of more than 500 peers: slapd's size limit hides from root what it runs."""

import ldap
import pytest
import remedies
from cluster import Cluster
from slapd import ROOT_DN

MONITOR = "olcDatabase={1}monitor,cn=config"
FEW = "(|(objectClass=monitorServer)(labeledURI=*)(namingContexts=*)(cn=Start)(cn=Runqueue)(cn=Tasklist))"


@pytest.mark.every_release
@pytest.mark.remedy("monitor-limits")
def test_more_consumers_than_the_size_limit_shows_are_unknown_and_told(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 3)
    node = cluster[0]
    node.server.seed()
    node.apply_ok()
    seen = len(node.server.search("cn=Monitor", FEW))
    node.server.modify(MONITOR, [(ldap.MOD_REPLACE, "olcSizeLimit", str(seen))])
    is_limited = node.server.release.has_consumer_monitor
    found = [finding["text"] for finding in node.plan_json()["findings"] if finding["code"] == "monitor-limited"]
    assert len(found) == is_limited
    node.assert_in_step()
    # The line that the message gives lets root see all again.
    if is_limited:
        name, value = remedies.attribute(found[0], "monitor-limits")
        assert (name, value) == ("olcLimits", f'dn.exact="{ROOT_DN}" size=unlimited')
        node.server.modify(MONITOR, [(ldap.MOD_ADD, name, value)])
        assert [f for f in node.plan_json()["findings"] if f["code"] == "monitor-limited"] == []
    else:
        remedies.is_not_printed(node.plan().stdout, "monitor-limits")


def test_a_node_beyond_the_limit_is_still_corrected(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 3)
    node = cluster[0]
    node.server.seed()
    node.apply_ok()
    node.server.modify(MONITOR, [(ldap.MOD_REPLACE, "olcSizeLimit", str(len(node.server.search("cn=Monitor", FEW))))])
    node.edit([(ldap.MOD_DELETE, "olcSyncrepl", node.syncrepl()[1])])
    assert node.plan().returncode == 2
    node.apply_ok()
    node.assert_in_step()


@pytest.mark.every_release
@pytest.mark.remedy("monitor-limits")
def test_a_limit_that_cuts_off_cn_config_is_told_with_the_line_that_lifts_it(slapd_factory, program):
    """A small limit of the whole server: cn=config and cn=monitor were an error without a way out."""
    cluster = Cluster(slapd_factory, program, 2)
    node = cluster[0]
    node.server.seed()
    node.apply_ok()
    node.server.modify("cn=config", [(ldap.MOD_REPLACE, "olcSizeLimit", "5")])
    told = node.plan().stderr
    assert "size limit cuts off" in told, told
    line = remedies.attribute(told, "monitor-limits")
    doctor = node.run("doctor", "rights").stdout
    assert remedies.printed(doctor, "monitor-limits") and "give manage to" not in doctor, doctor
    node.server.modify("olcDatabase={0}config,cn=config", [(ldap.MOD_ADD, *line)])
    planned = node.plan_json()
    assert [f["code"] for f in planned["findings"]].count("monitor-limited") == 1, planned
    node.server.modify(MONITOR, [(ldap.MOD_ADD, *line)])
    assert node.plan_json()["findings"] == []
    node.assert_in_step()
