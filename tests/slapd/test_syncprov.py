# SPDX-License-Identifier: Apache-2.0
"""The syncprov overlay that was there before: what it lacks is added, what differs is replaced."""

import ldap
import pytest
from cluster import Cluster
from slapd import Database


def overlay(node):
    return node.server.search(node.server.database_dn(), "(objectClass=olcSyncProvConfig)")[0][0]


def with_a_session_log(cluster):
    cluster.document["databases"][0]["syncprov"] = {"checkpoint": "100 10", "sessionlog": 1000}
    cluster.write()
    return cluster


@pytest.mark.every_release
def test_an_overlay_without_settings_gets_them(slapd_factory, program):
    """slapd 2.4.57 dies of a replace of olcSpSessionlog where there is none; an add it survives."""
    cluster = with_a_session_log(Cluster(slapd_factory, program, 2, [Database(overlays=("syncprov",))]))
    for node in cluster.form():
        assert node.server.values(overlay(node), "olcSpSessionlog") == ["1000"]
        assert node.server.values(overlay(node), "olcSpCheckpoint") == ["100 10"]
        node.assert_in_step()


def test_an_overlay_with_other_settings_gets_ours(slapd_factory, program):
    cluster = with_a_session_log(Cluster(slapd_factory, program, 2, [Database(overlays=("syncprov",))])).form()
    cluster[0].server.modify(overlay(cluster[0]), [(ldap.MOD_REPLACE, "olcSpSessionlog", "7"),
                                                   (ldap.MOD_REPLACE, "olcSpCheckpoint", "1 1")])
    cluster[0].apply_ok()
    assert cluster[0].server.values(overlay(cluster[0]), "olcSpSessionlog") == ["1000"]
    cluster[0].assert_in_step()
