# SPDX-License-Identifier: Apache-2.0
"""What only a consumer was sent of a provider that was wiped: nothing of ours is written over it."""

import pytest
from backups import load
from cluster import add_person, wait_entry
from heartbeats import beat, csn_of, daemons, fleet, options, settings
from slapd import wait_until
from test_heartbeat import make_passive


def covers(server, other):
    """True when each CSN of the other one is there, or a newer one."""
    ours = {csn.split("#")[2]: csn for csn in server.context_csns()}
    return all(ours.get(csn.split("#")[2], "") >= csn for csn in other.context_csns())


@pytest.fixture(name="wiped")
def fixture_wiped(slapd_factory, program):
    """Provider 1 has what provider 2 has, and lacks its own last change, which only the consumer was sent."""
    cluster = make_passive(slapd_factory, program, {"id": 5003})
    one, two, consumer = cluster
    with daemons([one]):
        wait_until(lambda: csn_of(one), "node 1 writes while its consumer has nothing newer", 120)
        wait_until(lambda: beat(two.server, one) and beat(consumer.server, one), "all have it", 60)
    two.server.stop()
    last = add_person(one.server, "last")
    wait_entry(consumer.server, last)
    folder, = one.server.values(one.server.database_dn(), "olcDbDirectory")
    one.server.stop()  # before any daemon of node 1 saw its last change
    load(one.server, folder, None)
    two.server.start()
    one.server.start()
    wait_until(lambda: covers(one.server, two.server), "it has what provider 2 has", 60)
    assert last in consumer.server.entries() and last not in one.server.entries()
    return cluster, last


def test_a_heartbeat_waits_where_only_a_consumer_has_more(wiped):
    cluster, last = wiped
    one, _, consumer = cluster
    before = one.server.context_csns()
    with daemons([one]) as (daemon,):
        wait_until(lambda: "newer changes of this node" in (fleet(one).get("not_written") or ""), "it says why", 120)
        wait_until(lambda: f"{consumer.server.ldap_uri}, a consumer, has newer changes" in one.run("status", *options(one)).stdout,
                   "it says which consumer", 60)
        first = daemon.last_pass()[0]
        wait_until(lambda: daemon.last_pass()[0] >= first + 3, "three passes more", 60)
        assert one.server.context_csns() == before
    assert last in consumer.server.entries()


def test_nor_does_a_test_entry_take_its_place(wiped):
    cluster, last = wiped
    one, _, consumer = cluster
    before = one.server.context_csns()
    done = one.run("verify", "--write", "--timeout", "2", *settings(one))
    assert done.returncode == 1 and "nothing was written (G10)" in done.stdout, done.stdout + done.stderr
    assert f"{consumer.server.ldap_uri} has newer changes of server ID 1 than this node" in done.stdout
    assert one.server.context_csns() == before and last in consumer.server.entries()
