# SPDX-License-Identifier: Apache-2.0
"""What delta-syncrepl is for: one member more in a large group goes over the wire, not the group."""

import delta
import ldap
from cluster import Cluster, wait_entry
from relay import Relay
from slapd import SUFFIX, Database, wait_until
from test_delta_made import OF_LOGS, apply_until_delta

GROUP = "cn=group," + SUFFIX
N_MEMBERS = 10000


def member(i):
    return f"cn=member{i},ou=people,{SUFFIX}".encode()


def add_group(server):
    connection = server.admin()
    server.add(GROUP, {"objectClass": ["groupOfNames"], "cn": "group",
                       "member": [member(i).decode() for i in range(N_MEMBERS)]}, connection)
    connection.unbind_s()


def one_more(cluster, relay, i):
    """How many bytes the second node takes from the first for one member more."""
    first, second = cluster
    before = relay.carried
    connection = first.server.admin()
    connection.modify_s(GROUP, [(ldap.MOD_ADD, "member", [member(i)])])
    connection.unbind_s()
    reader = second.server.admin()
    wait_until(lambda: reader.compare_s(GROUP, "member", member(i)), "the member is there")
    cluster.wait_in_step()
    reader.unbind_s()
    return relay.carried - before


@OF_LOGS
def test_one_member_more_of_ten_thousand_takes_two_percent_at_most(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 2, [Database(backend="mdb")], modules=["syncprov"])
    first, second = cluster
    with Relay(first.server) as relay:
        cluster.document["peers"][0]["uri"] = first.server.ldap_uri
        cluster.write()
        cluster.form_by_hand().be_seen_to_work()
        add_group(first.server)
        wait_entry(second.server, GROUP)
        cluster.wait_in_step()
        plain = min(one_more(cluster, relay, N_MEMBERS + i) for i in range(3))
        delta.want_all(cluster)
        apply_until_delta(cluster)
        small = max(one_more(cluster, relay, N_MEMBERS + 10 + i) for i in range(3))
        print(f"plain: {plain} bytes, delta: {small} bytes")
        assert plain > N_MEMBERS * 20, "the whole group"
        assert small * 50 <= plain
        for node in cluster:
            node.server.stop()
