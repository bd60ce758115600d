# SPDX-License-Identifier: Apache-2.0
"""The syncprov overlay that was there before: what it lacks is added, what differs is replaced."""

import ldap
import pytest
from cluster import Cluster
from slapd import Database, wait_until


def overlay(node):
    return node.server.search(node.server.database_dn(), "(objectClass=olcSyncProvConfig)")[0][0]


def with_a_session_log(slapd_factory, program):
    """A peer with an overlay that refuses the account is not seen to be empty: the first node waits until that one reads it."""
    cluster = Cluster(slapd_factory, program, 2, [Database(overlays=("syncprov",))])
    cluster.document["databases"][0]["syncprov"] = {"checkpoint": "100 10", "sessionlog": 1000}
    cluster.write()
    cluster[0].server.seed()
    assert "was never compared with a peer" in cluster[0].apply().stdout
    wait_until(lambda: [node.apply().returncode for node in cluster] == [0, 0], "both are in step", 90)
    return cluster


@pytest.mark.every_release
def test_an_overlay_without_settings_gets_them(slapd_factory, program):
    """slapd 2.4.57 dies of a replace of olcSpSessionlog where there is none; an add it survives."""
    for node in with_a_session_log(slapd_factory, program):
        assert node.server.values(overlay(node), "olcSpSessionlog") == ["1000"]
        assert node.server.values(overlay(node), "olcSpCheckpoint") == ["100 10"]
        node.assert_in_step()


def test_an_overlay_with_other_settings_gets_ours(slapd_factory, program):
    cluster = with_a_session_log(slapd_factory, program)
    cluster[0].server.modify(overlay(cluster[0]), [(ldap.MOD_REPLACE, "olcSpSessionlog", "7"),
                                                   (ldap.MOD_REPLACE, "olcSpCheckpoint", "1 1")])
    cluster[0].apply_ok()
    assert cluster[0].server.values(overlay(cluster[0]), "olcSpSessionlog") == ["1000"]
    cluster[0].assert_in_step()
