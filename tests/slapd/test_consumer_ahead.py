# SPDX-License-Identifier: Apache-2.0
"""A provider that is made anew beside a consumer that seems to be ahead for ever: it says of what, and a person ends that."""

import time
import uuid

import pytest
import remedies
from backups import put_back, saved
from cluster import add_person, apply_until_joined, wait_entry
from fence import refuses_writes
from slapd import SUFFIX, wait_until
from test_consumer_role import form_providers, make
from test_joining import dns, replace_server
from whole import wait_equal

def loaded(server, name, sid, ahead_sec=0):
    """A person loads a dump into it that has one entry more, of a server that is none of the cluster."""
    when = time.strftime("%Y%m%d%H%M%S", time.gmtime(time.time() + ahead_sec))
    csn = f"{when}.000000Z#000000#{sid:03x}#000000"
    entry = f"dn: cn={name},{SUFFIX}\nobjectClass: person\ncn: {name}\nsn: x\nentryCSN: {csn}\nentryUUID: {uuid.uuid4()}\n"
    put_back(server, saved(server).replace("\ncontextCSN: ", f"\ncontextCSN: {csn}\ncontextCSN: ", 1) + entry)
    return f"cn={name},{SUFFIX}", sid


def by_hand(cluster):
    """Somebody writes to the consumer."""
    return loaded(cluster[2].server, "by-hand", 77)


def ahead_of_time(cluster):
    """The same, with a clock that was an hour ahead."""
    return loaded(cluster[2].server, "early", 78, 3600)


def of_a_retired_provider(cluster):
    """Its last change went to the consumer alone, and it never comes back."""
    cluster[0].server.stop()
    last = add_person(cluster[1].server, "last")
    wait_entry(cluster[2].server, last)
    cluster[1].server.stop()
    cluster[0].server.start()
    return last, 2


def held(node):
    done = node.apply()
    assert done.returncode in (2, 3), done.stdout + done.stderr
    return done.stdout if "a consumer, has changes that no provider shows" in done.stdout else None


def stands_and_is_released(slapd_factory, program, make_ahead):
    cluster = make(slapd_factory, program)
    form_providers(cluster)
    apply_until_joined(cluster[2])
    add_person(cluster[1].server, "first")
    wait_equal(cluster.nodes)
    dn, sid = make_ahead(cluster)
    consumer = cluster[2]
    if sid == 2:  # another machine, with another id, takes its place
        cluster.document["peers"][1]["id"] = cluster[1].id = 7
        cluster.write()
    node = replace_server(slapd_factory, program, cluster, 1)
    said = wait_until(lambda: held(node), "it waits", 60)
    assert f"{consumer.server.ldap_uri}, a consumer" in said and f"of server ID {sid} until 20" in said, said
    assert refuses_writes(node.server) and dn in dns(consumer.server) and dn not in dns(node.server)
    remedies.execute(node, remedies.printed(said, "release-joining"), statuses=(0, 2, 3))
    apply_until_joined(node)
    late = add_person(node.server, "late")
    for other in cluster:
        wait_entry(other.server, late)
    # What it seemed to be ahead in is of a server ID of its own: nothing that is written here takes its place.
    assert dn in dns(consumer.server)


def test_who_wrote_to_a_consumer_is_released(slapd_factory, program):
    stands_and_is_released(slapd_factory, program, by_hand)


@pytest.mark.long
@pytest.mark.parametrize("make_ahead", [ahead_of_time, of_a_retired_provider])
def test_other_reasons_are_released_as_well(slapd_factory, program, make_ahead):
    stands_and_is_released(slapd_factory, program, make_ahead)
