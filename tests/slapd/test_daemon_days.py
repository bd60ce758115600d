# SPDX-License-Identifier: Apache-2.0
"""Days and thousands of changes: the daemon's timers stay right, it misses nothing and does not grow."""

import os
import random
import re
import time
import typing

import ldap
import pytest
from daemon import Daemon
from played import SECOND, Played
from slapd import wait_until

SEED = int(os.environ.get("SYNCWARD_SEED", "20261122"))


@pytest.mark.one_release
@pytest.mark.turns(2)
def test_a_day_of_passes_leaves_no_trace(node):
    writes = node.server.config_writes()
    with Played(node) as played:
        played.ask("play 50")  # what is learnt once is known now
        _, descriptors = played.ask("size")
        passes = lasted = 0
        sizes = []
        for step in (3600, -7200, 86400, -86400, 1, -1):
            played.ask(f"step {step}")  # the clock of the day goes forth and back
            n, shortest, longest, together = played.ask("play 240")
            assert shortest == longest == 7 * SECOND  # links that are down, as the peers never were there, are ill
            passes += n
            lasted += together
            sizes.append(played.ask("size")[0])
        assert passes == 1440 and lasted == passes * 7 * SECOND  # as many as a day has minutes
        _, descriptors_after = played.ask("size")
        told = played.end().splitlines()
    assert descriptors_after == descriptors
    # An allocator settles for a while; a leak of 1 KiB a pass would show in the later half as well.
    assert sizes[-1] - sizes[2] < 480, f"KiB after each sixth of the day: {sizes}"
    assert node.server.config_writes() == writes
    assert len(told) == 5, told  # started, in force, two links whose peers never were there, stopped


class Write(typing.NamedTuple):
    """An attribute of an entry of cn=config that somebody wrote, and the lines of slapd's log from when slapd took
    the request to when it answered. Requests that overlap are not always done in the order in which they came."""
    conn: str
    dn: str
    attribute: str
    taken: int
    answered: int

    def may_be_before(self, later):
        """Whether slapd may have done this one first."""
        return self.taken < later.answered


class Log:
    """Who wrote what to cn=config since this was made."""

    def __init__(self, node):
        self._server = node.server
        self._skip = len(node.server.log().splitlines())

    def _writes(self):
        """All that was answered, by what slapd says of each connection and operation: other threads log in between."""
        open_, attributes = {}, {}
        for n, line in enumerate(self._server.log().splitlines()[self._skip:]):
            match = re.search(r"(conn=\d+) (op=\d+) (MOD dn|MOD attr|RESULT)[= ](.*)$", line)
            if not match:
                continue
            conn, op, what, text = match.groups()
            if what == "MOD dn" and text.endswith('cn=config"'):
                open_[conn, op] = n, text.strip('"')
            elif what == "MOD attr" and (conn, op) in open_:
                attributes[conn, op] = dict.fromkeys(text.split())
            elif what == "RESULT" and (conn, op) in open_:
                taken, dn = open_.pop((conn, op))
                if " err=0 " in text:  # what slapd refused, as a value to delete was not there any more, is no write
                    yield from (Write(conn, dn, attribute, taken, n) for attribute in attributes[conn, op])

    def writes(self):
        """The other's, which wrote first, and the agent's, each in the order of their answers."""
        written = list(self._writes())
        return ([write for write in written if write.conn == written[0].conn],
                [write for write in written if write.conn != written[0].conn])


def made_twice(others, agents):
    """The agent's writes that correct what no change by the other can have made wrong since the one before."""
    last, twice = {}, []
    for write in agents:
        what = write.dn, write.attribute
        changes = [other for other in others if (other.dn, other.attribute) == what and other.may_be_before(write)]
        if what in last:
            changes = [other for other in changes if last[what].may_be_before(other)]
        if not changes:
            twice.append(write)
        last[what] = write
    return twice


def damage(node, rng, n):
    """One of several changes that syncward must undo by one write."""
    overlay = f"olcOverlay={{0}}syncprov,{node.dn()}"
    choices = [
        (node.dn(), [(ldap.MOD_DELETE, "olcLimits", None)]),
        (overlay, [(ldap.MOD_REPLACE, "olcSpCheckpoint", [f"{1000 + n} 7"])]),
        (overlay, [(ldap.MOD_REPLACE, "olcSpCheckpoint", [f"7 {5000 + n}"])]),
        (node.dn(), [(ldap.MOD_REPLACE, "olcDbIndex", ["objectClass eq"])]),
    ]
    dn, changes = rng.choice(choices)
    try:
        node.server.modify(dn, changes)
    except (ldap.NO_SUCH_ATTRIBUTE, ldap.TYPE_OR_VALUE_EXISTS):
        return  # still damaged: the daemon was not quicker
    except ldap.OTHER:
        return


def damage_many(node, n_changes, longest_pause, seed):
    rng = random.Random(seed)
    log = Log(node)
    settings = os.path.join(node.folder, "agent.json")
    with open(os.open(settings, os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
        file.write('{"hold_contested": false}')  # so many changes of one attribute are a contest
    with Daemon(node, "--agent-config", settings) as daemon:
        wait_until(lambda: daemon.sees(node.server.config_dir), "it watches slapd.d")
        for n in range(n_changes):
            damage(node, rng, n)
            time.sleep(rng.uniform(0, longest_pause))
        wait_until(lambda: node.plan().returncode == 0, "in step again")
        others, agents = log.writes()
    assert len(others) >= 0.6 * n_changes, f"seed {seed}"
    # Each correction answers one or more changes by the other: none is made twice.
    assert not made_twice(others, agents), f"seed {seed}"
    assert not daemon.events("correction-failed"), f"seed {seed}"


@pytest.mark.one_release
@pytest.mark.turns(2)
def test_no_change_at_a_random_time_is_missed_or_repaired_twice(node):
    damage_many(node, 200, 0.03, SEED)


@pytest.mark.long
@pytest.mark.one_release
def test_a_thousand_changes(node):
    damage_many(node, 1000, 0.01, SEED + 1)


@pytest.mark.long
@pytest.mark.one_release
def test_three_minutes_with_a_short_interval(node, tmp_path):
    settings = tmp_path / "agent.json"
    settings.write_text('{"interval": 5}')
    with Daemon(node, "--agent-config", str(settings)) as daemon:
        wait_until(lambda: daemon.sees(node.server.config_dir), "it watches slapd.d")
        before = node.server.log_count('SRCH base="cn=config"')
        time.sleep(180)
        passes = node.server.log_count('SRCH base="cn=config"') - before
    assert 180 / 5.5 - 2 <= passes <= 180 / 4.5 + 2
    assert len(daemon.events()) == 5, daemon.events()
