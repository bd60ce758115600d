# SPDX-License-Identifier: Apache-2.0
"""A peer whose slapd refuses all compare operations: that its log is in order is said by such a refusal, so nobody hears it."""

import delta
import ldap
from cluster import add_person
from slapd import wait_until
from test_delta_made import OF_LOGS, apply_until_delta, ring
from whole import wait_equal


@OF_LOGS
def test_beside_a_peer_that_refuses_all_comparisons_no_log_is_read_and_what_is_printed_ends_it(slapd_factory, program):
    cluster = ring(slapd_factory, program, 2)
    delta.want_all(cluster)
    apply_until_delta(cluster)
    node, peer = cluster
    peer.edit([(ldap.MOD_ADD, "olcRestrict", "compare")])

    def is_told():
        assert node.apply().returncode in (0, 3)
        return delta.findings(node, "log-not-known")
    (severity, text), = wait_until(is_told, "it is reported", 30)
    assert severity == "warning" and f"{peer.server.ldap_uri} refuses all compare operations" in text, text
    assert 'take "compare" out of olcRestrict of its database' in text, text
    wait_until(lambda: node.apply().returncode in (0, 3) and delta.reads(node) == 0, "it reads the database", 30)
    beside = add_person(peer.server, "beside")
    assert beside in wait_equal(cluster)
    peer.edit([(ldap.MOD_DELETE, "olcRestrict", "compare")])
    apply_until_delta(cluster)
    assert not delta.findings(node, "log-not-known")
    wait_equal(cluster)
