# SPDX-License-Identifier: Apache-2.0
"""`delta` is taken out of peers.json, and one node gets the new file last: what the others' links read anew comes into their logs
in no order, and that node must not go on there."""

import random

import delta
from changes import Changes
from slapd import wait_until
from test_delta_made import OF_LOGS, apply_until_delta, ring
from test_delta_mixed import write_apart
from whole import wait_equal


def is_shut(node):
    rules = node.server.values(node.server.database_dn(delta.LOG), "olcAccess")
    return bool(rules) and " search by * break" in rules[0]


def apply_until_plain(nodes):
    def are_plain():
        return all(node.apply().returncode in (0, 3) and delta.reads(node) == 0 for node in nodes)
    wait_until(are_plain, "all read databases", 60)


@OF_LOGS
def test_who_gets_the_new_file_last_loses_nothing(slapd_factory, program):
    cluster = ring(slapd_factory, program, 3)
    delta.want_all(cluster)
    apply_until_delta(cluster)
    changes = Changes(cluster[0].server, random.Random(16))
    *early, late = cluster
    for node in early:
        node.write(cluster.document)
        assert node.apply().returncode in (0, 3)
    assert delta.reads(late) == 2, "it has the former file, and its agent does not run"
    for _ in range(2):
        write_apart(early[0], changes, 8)
        # What a node that was cut off gets in its refresh it passes on with all of its contextCSN, without deletions of what it
        # never had: whoever reads it then must have these from where they were made, or slapd keeps what was deleted.
        wait_equal(early, seconds=60)
    apply_until_plain(early)
    assert all(is_shut(node) for node in early)
    apply_until_plain([late])
    wait_equal(cluster, seconds=60)
    for _ in range(2):
        write_apart(early[0], changes, 8)
        wait_equal(cluster, seconds=60)
    late.write(cluster.document)
    assert late.apply().returncode in (0, 3)
    write_apart(early[0], changes, 8)
    wait_equal(cluster, seconds=60)
    for node in cluster:
        node.assert_in_step()
