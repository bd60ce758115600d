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
