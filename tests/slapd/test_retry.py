# SPDX-License-Identifier: Apache-2.0
"""A list of retries that ends: slapd gives the link up, and shows no next try."""

import os
import time

import pytest
import remedies
from cluster import Cluster, add_person, wait_entry
from daemon import Daemon
from lone import Lone
from slapd import wait_until

GIVEN_UP = r"do_syncrepl: rid=\d+ rc -?\d+ quitting"


def up(node):
    return sum(c.phase == "Persist" and bool(c.connection) for c in node.server.consumers())


@pytest.fixture(name="cluster")
def fixture_cluster(slapd_factory, program):
    """Two nodes whose links end their retries after two seconds."""
    cluster = Cluster(slapd_factory, program, 2, modules=["syncprov"]).form_by_hand()
    cluster.document["databases"][0]["syncrepl"]["retry"] = "1 2"
    cluster.document["policy"]["retry_may_end"] = True
    cluster.write()
    for node in cluster:
        node.apply_ok()
    cluster.wait_in_step()
    cluster.wait_persistent()
    return cluster


def lose(node, peer):
    """The peer is away until slapd at the node does not try it any more, which is its last word about it."""
    before = node.server.log_count(GIVEN_UP)
    peer.server.kill()
    wait_until(lambda: node.server.log_count(GIVEN_UP) > before, "slapd gives the link up", 60)


def give_up(node, peer):
    """The same, and it comes back."""
    lose(node, peer)
    peer.server.start()
    time.sleep(2)  # twice what it waits before it tries anew


@pytest.mark.remedy("retry")
def test_a_file_with_a_retry_that_ends_is_refused_unless_it_says_so(cluster):
    node = cluster[0]
    assert node.run("validate").returncode == 0
    told = node.plan().stdout
    assert "[retry-ends]" in told
    line = remedies.line(told, "retry")
    del cluster.document["policy"]["retry_may_end"]
    node.write(cluster.document)
    done = node.apply()
    assert done.returncode == 78 and 'has a "retry" that ends' in done.stderr, done.stderr
    cluster.document["databases"][0]["syncrepl"].update(line)
    node.write(cluster.document)
    assert "[retry-ends]" not in node.apply_ok().stdout
    node.assert_in_step()


LONG_WAIT = ({"retry": "5 5 99999999999 +"}, "waits 99999999999 s after a failure", "retry")
NO_PAUSES = (({"retry": "0 +"}, "a retry of 0 s", "retry"),
             ({"type": "refreshOnly", "interval": "00:00:00:00"}, "an interval of 0 s", "interval"))


def said_by_validate(node, words):
    """What it says of a link with these words, which it takes."""
    node.document["databases"][0]["syncrepl"].update(words)
    node.write()
    told = node.run("validate")
    assert told.returncode == 0
    return told.stderr


def told_and_ended(node, words, said, code):
    """slapd runs so, and syncward takes it as it is: a warning of the doctor, which ends by what is printed."""
    said_by_validate(node, words)
    node.apply_ok("--release", "G6")
    found = node.run("doctor", "timeouts").stdout
    assert said in found, found
    assert said not in said_by_validate(node, remedies.line(found, code))
    node.apply_ok("--release", "G6")
    assert said not in node.run("doctor", "timeouts").stdout


def test_a_link_that_waits_for_years_is_told_and_ends_by_what_is_printed(slapd_factory, program):
    node = Lone(slapd_factory, program)
    told_and_ended(node, *LONG_WAIT)
    for words, said, _ in (LONG_WAIT, *NO_PAUSES):
        told = said_by_validate(node, words)
        assert "warning: dc=example,dc=org: reading peer 2, slapd of peer 1 " in told and said in told, told
    node.document["databases"][0]["syncrepl"]["interval"] = "500000000000000d"
    node.write()
    assert node.run("validate").returncode == 78


@pytest.mark.long  # slapd that never pauses answers late
@pytest.mark.remedy("interval")
def test_a_link_that_never_pauses_is_told_and_ends_by_what_is_printed(slapd_factory, program):
    node = Lone(slapd_factory, program)
    for row in NO_PAUSES:
        told_and_ended(node, *row)


@pytest.mark.one_release
def test_a_link_that_slapd_gave_up_is_written_again_when_its_peer_answers(cluster):
    node, peer = cluster
    give_up(node, peer)
    assert up(node) == 0 and "never: its retry list is used up" in node.run("doctor").stdout
    applied = node.apply_ok()
    assert "a retry that is used up" in applied.stdout, applied.stdout
    wait_until(lambda: up(node) == 1, "the link is up")
    wait_entry(node.server, add_person(peer.server, "after"))


@pytest.mark.one_release
def test_a_link_that_slapd_gave_up_stays_as_it_is_while_its_peer_is_away(cluster):
    node, peer = cluster
    lose(node, peer)
    before = node.server.config_writes()
    for _ in range(2):
        node.apply_ok()
    assert node.server.config_writes() == before
    peer.server.start()


@pytest.mark.one_release
def test_the_daemon_writes_it_again_by_itself(cluster):
    node, peer = cluster
    settings = os.path.join(node.folder, "agent.json")
    with open(settings, "w", encoding="ascii") as file:
        file.write('{"interval": 5}')  # it is a look at its interval that finds it
    with Daemon(node, "--agent-config", settings) as daemon:
        daemon.wait_for("desired-loaded")
        lose(node, peer)
        peer.server.start()
        wait_until(lambda: up(node) == 1, "the link is up", 90)
        told = daemon.wait_for("correction-applied", text="a retry that is used up")
        assert told and len(daemon.events("correction-applied")) == 1
        wait_entry(node.server, add_person(peer.server, "after"))
