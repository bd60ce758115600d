# SPDX-License-Identifier: Apache-2.0
"""Root over ldapi under another name: olcAuthzRegexp maps the EXTERNAL identity, and olcAccess names the mapped one."""

import ldap
from lone import Lone
from slapd import ROOT_DN, SUFFIX

MAPPED = "cn=admin,cn=config"
PATTERN = "^" + ROOT_DN.replace("+", "[+]") + "$"


def test_a_mapped_identity_that_may_write_is_as_good_as_root(slapd_factory, program):
    """The rootdn of cn=config may do everything: plan, apply and verify work, and the log shows that name."""
    node = Lone(slapd_factory, program)
    node.server.modify("cn=config", [(ldap.MOD_ADD, "olcAuthzRegexp", f"{PATTERN} {MAPPED}")])
    node.apply_ok()
    node.assert_in_step()
    assert node.server.log_count(f'BIND dn="{MAPPED}" mech=EXTERNAL') > 0


def test_a_mapped_identity_that_may_not_read_is_told_so(slapd_factory, program):
    """Exit 77 with a sentence that says what olcAccess must let in, and nothing is written."""
    node = Lone(slapd_factory, program)
    node.server.modify("cn=config", [(ldap.MOD_ADD, "olcAuthzRegexp", f"{PATTERN} cn=somebody,{SUFFIX}")])
    for done in (node.plan(), node.apply()):
        assert done.returncode == 77, done.stdout + done.stderr
        assert "olcAccess" in done.stderr and "the name that olcAuthzRegexp gives it" in done.stderr
    assert node.server.config_writes() == 1  # the mapping itself
