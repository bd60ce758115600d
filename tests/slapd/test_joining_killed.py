# SPDX-License-Identifier: Apache-2.0
"""Nodes that are killed again and again while they join, and entries that are deleted meanwhile: none of these is left
anywhere when clients may write, although slapd alone keeps what it got of a first refresh that broke off.

SYNCWARD_SEED repeats a run; SYNCWARD_LONG=1 plays all numbers of nodes.
"""

import contextlib
import itertools
import random

import pytest
from daemon import Daemon
from test_joining_together import IS_LONG, SEED, Play, Scene, begin, is_provider, make, old, PEOPLE, until_joined
from whole import wait_equal

KILLS = 3
CELLS = ([(established, joiners, is_chain) for established, joiners, is_chain in
          itertools.product((0, 1, 2), (2, 3, 4), (False, True)) if not is_chain or established == 1]
         if IS_LONG else [(1, 2, False), (1, 2, True)])


class JoinersKilled(Play):
    """Kills only who has no flag yet: what a provider forgets that is killed is slapd's own."""

    def _disturb(self):
        for _ in range(KILLS):
            joining = [node for node in self.nodes[1:] if not is_provider(node)]
            if not joining:
                return
            node = self.rng.choice(joining)
            node.server.kill()
            self.killed.add(node.server)
            node.server.start()


def name(cell):
    return f"{cell[1]}-join-{cell[0]}{'-chain' if cell[2] else ''}"


@pytest.mark.turns(2)
@pytest.mark.parametrize("cell", CELLS, ids=name)
def test_what_is_deleted_while_joining_nodes_are_killed_is_left_nowhere(slapd_factory, program, cell):
    established, joiners, is_chain = cell
    scene = Scene(established, joiners, kills=KILLS, is_chain=is_chain)
    cluster = make(slapd_factory, program, scene)
    begin(cluster, scene)
    play = JoinersKilled(cluster, scene, random.Random(f"{SEED}/killed/{name(cell)}"))
    with contextlib.ExitStack() as stack:
        daemons = [stack.enter_context(Daemon(node)) for node in cluster]
        try:
            play.run(lambda: until_joined(cluster, play))
            found = set(wait_equal(cluster, seconds=60))
        finally:
            for daemon in daemons:
                print("\n".join([f"--- node {daemon.node.id}", *daemon.lines]))
    assert not play.deleter.done & found
    assert {old(i) for i in range(PEOPLE)} - play.deleter.asked <= found
    for writer in play.writers:
        assert writer.server in play.killed or writer.done <= found
