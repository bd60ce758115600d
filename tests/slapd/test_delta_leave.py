# SPDX-License-Identifier: Apache-2.0
"""A node that has a log of changes leaves, and comes back. Its log stays, and those that read it there still read it: what the
node gets in a refresh when it is back must not come to them from there."""

import random

import delta
from changes import Changes
from test_delta_made import OF_LOGS, apply_until_delta, ring
from test_delta_mixed import says
from test_leave import catch_up, join_again, unread
from whole import wait_equal


@OF_LOGS
def test_who_left_comes_back_with_its_log_when_nobody_reads_that(slapd_factory, program):
    cluster = ring(slapd_factory, program, 3)
    delta.want_all(cluster)
    apply_until_delta(cluster)
    node, others = cluster[2], cluster.nodes[:2]
    done = node.run("leave")
    assert done.returncode == 0, done.stdout + done.stderr
    assert [delta.reads(each) for each in cluster] == [2, 2, 0]
    Changes(others[0].server, random.Random(22)).make(20)
    wait_equal(others)
    for words in (("--release", "left"), ()):
        held = node.apply(*words)
        assert held.returncode == 3 and "a node that reads here would be sent what this node reads first" in held.stdout, held.stdout
        assert not node.syncrepl()
    unread(cluster, node)
    catch_up(node)
    join_again(cluster, node)
    apply_until_delta(cluster)
    assert all(says(each) for each in cluster)
    Changes(node.server, random.Random(23)).make(20)
    wait_equal(cluster)
