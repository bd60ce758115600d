# SPDX-License-Identifier: Apache-2.0
"""A database that shows another server's entries (slapo-translucent(5)) has none to replicate."""

import ldap
from cluster import Cluster


def test_a_translucent_database_is_held(slapd_factory, program):
    """The contextCSN that it shows is the other server's: all seemed to be here, with nothing stored."""
    one, other = Cluster(slapd_factory, program, 2, modules=("translucent", "back_ldap"))
    one.server.seed()
    overlay = f"olcOverlay=translucent,{other.server.database_dn()}"
    other.server.add(overlay, {"objectClass": ["olcOverlayConfig", "olcTranslucentConfig"], "olcOverlay": "translucent"})
    overlay = other.server.search(other.server.database_dn(), "(olcOverlay=translucent)", ["1.1"])[0][0]
    other.server.add(f"olcDatabase=ldap,{overlay}", {"objectClass": ["olcLDAPConfig", "olcTranslucentDatabase"],
                                                     "olcDatabase": "ldap", "olcDbURI": one.server.ldap_uri})
    before = other.server.config()[other.server.database_dn()]
    done = other.apply("--release", "joining")
    assert done.returncode == 3 and "shows what another server holds (overlay translucent)" in done.stdout, done.stdout
    assert "take out of peers.json" in done.stdout, done.stdout
    assert other.server.config()[other.server.database_dn()] == before
