# SPDX-License-Identifier: Apache-2.0
"""A connection whose other end is gone without a word: with "keepalive" slapd notices, and reads on over a new one."""

import ldap
import pytest
from cluster import Cluster, add_person, wait_entry
from slapd import wait_until


def connections(host, which):
    """The lines of ss(8) about connections of any state, also those that no process has any more."""
    done = host.run("ss", "-Htn", "state", "all", "exclude", "listening", which)
    assert done.returncode == 0, done.stderr
    return [line for line in done.stdout.splitlines() if not line.startswith("TIME-WAIT")]  # closed by both ends


def lose_connections(cluster, name):
    """Node 2 is gone while its cable is out, and comes back without its connections: nobody told node 1."""
    there = cluster[1].server
    assert there.host.run("sh", "-c", "echo 1 >/proc/sys/net/ipv4/tcp_orphan_retries").returncode == 0  # of that host alone
    there.host.cut()
    there.kill()
    wait_until(lambda: connections(there.host, f"sport = :{there.port}") == [], "node 2 has forgotten its connections", 30)
    there.host.heal()
    there.start()
    return add_person(there, name)


def has_entry(server, dn):
    connection = server.admin()
    try:
        return bool(connection.search_s(dn, ldap.SCOPE_BASE))
    except ldap.NO_SUCH_OBJECT:
        return False
    finally:
        connection.unbind_s()


@pytest.mark.every_release
def test_a_half_open_connection_is_noticed_with_keepalive_alone(slapd_factory, program, network):
    """As init writes it, but in seconds for minutes."""
    cluster = Cluster(slapd_factory, program, 2, network=network).form()
    cluster.wait_persistent()
    late = lose_connections(cluster, "late")
    wait_entry(cluster[1].server, add_person(cluster[0].server, "the-other-way"))  # its own link is new
    assert not has_entry(cluster[0].server, late)
    cluster.document["databases"][0]["syncrepl"]["keepalive"] = "1:2:1"
    cluster.write()
    cluster[0].apply_ok()  # a new connection
    wait_entry(cluster[0].server, late)
    cluster.wait_persistent()
    wait_entry(cluster[0].server, lose_connections(cluster, "noticed"))
