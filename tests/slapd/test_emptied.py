# SPDX-License-Identifier: Apache-2.0
"""A provider whose database is gone takes clients' writes all the same: plan and apply say so."""

from backups import put_back, saved
from cluster import Cluster
from slapd import Database
from test_joining import cut_refreshes, load


def test_a_provider_that_was_emptied_is_told_until_it_is_loaded(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 2, [Database(backend="mdb")]).form()
    load(cluster[0].server, 20)
    cluster.wait_in_step()
    cluster.wait_persistent()
    text = saved(cluster[0].server, context_csn=True)
    node = cluster[1]
    assert "[empty]" not in node.plan().stdout
    cut_refreshes(cluster[0], cluster.databases[0].replicator)
    put_back(node.server, None)
    told = node.plan().stdout
    assert "critical: " in told and "[empty]" in told and "load a fresh slapcat of a peer with slapadd -w" in told
    put_back(node.server, text, "-w")
    assert "[empty]" not in node.plan().stdout
