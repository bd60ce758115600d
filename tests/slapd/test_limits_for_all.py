# SPDX-License-Identifier: Apache-2.0
"""olcSizeLimit may limit the candidates of everybody's searches (size.unchecked): slapd then refuses a
peer's refresh with result 11 at once, unless the reader's olcLimits value names that limit too."""

import ldap
import pytest
import remedies
from cluster import Cluster, apply_until_joined, wait_entry
from lone import Lone
from slapd import SUFFIX, Database

READER = "cn=replicator," + SUFFIX
FIRST_FORM = f'{{0}}dn.exact="{READER}" size=unlimited time=unlimited'  # what 0.1.0 wrote
FRONTEND = "olcDatabase={-1}frontend,cn=config"
PLACES = {"global": "cn=config", "frontend": FRONTEND, "database": None}


def limits(node):
    return node.server.values(node.dn(), "olcLimits")


@pytest.fixture(name="in_step")
def fixture_in_step(slapd_factory, program):
    """A node in step whose olcLimits value is the one of 0.1.0."""
    node = Lone(slapd_factory, program)
    node.apply_ok()
    node.edit([(ldap.MOD_REPLACE, "olcLimits", FIRST_FORM)])
    node.assert_in_step()
    return node


@pytest.mark.parametrize("place, limit", [(place, "size.soft=70 size.unchecked=30") for place in PLACES] +
                         [("global", "SIZE.Unchecked=40"), ("database", "size.unchecked=disabled")])
def test_a_limit_on_candidates_for_all_is_lifted_for_the_reader(in_step, place, limit):
    before = in_step.server.config_writes()
    in_step.server.modify(PLACES[place] or in_step.dn(), [(ldap.MOD_REPLACE, "olcSizeLimit", limit)])
    in_step.apply_ok()
    assert in_step.server.config_writes() == before + 2
    assert limits(in_step) == [
        f'{{0}}dn.exact="{READER}" size=unlimited size.unchecked=unlimited time=unlimited',
        FIRST_FORM.replace("{0}", "{1}")]
    in_step.assert_in_step()


@pytest.mark.parametrize("limit", ["500", "size.soft=70 size.hard=90", "size.unchecked=unlimited size.soft=50", "unlimited"])
def test_other_limits_for_all_need_no_new_value(in_step, limit):
    in_step.server.modify("cn=config", [(ldap.MOD_REPLACE, "olcSizeLimit", limit)])
    in_step.server.modify(FRONTEND, [(ldap.MOD_REPLACE, "olcSizeLimit", limit)])
    in_step.assert_in_step()
    assert limits(in_step) == [FIRST_FORM]


@pytest.mark.parametrize("style", ["subtree", "children"])
def test_a_rule_for_below_the_empty_dn_concerns_nobody(in_step, style):
    in_step.edit([(ldap.MOD_REPLACE, "olcLimits", f'dn.{style}="" size=unlimited time=unlimited')])
    in_step.apply_ok()
    assert READER in limits(in_step)[0]
    in_step.assert_in_step()


@pytest.mark.remedy("root-limits")
def test_a_joiner_gets_all_from_a_provider_that_limits_candidates(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 2, [Database(backend="mdb")])
    first, second = cluster
    first.server.modify(FRONTEND, [(ldap.MOD_REPLACE, "olcSizeLimit", "size.soft=50 size.unchecked=30")])
    first.server.seed()
    admin = first.server.admin()
    for i in range(60):
        first.server.add(f"ou=o{i},{SUFFIX}", {"objectClass": "organizationalUnit", "ou": f"o{i}"}, admin)
    cluster.write()
    # Whether contextCSN has all entries is not known as long as root over ldapi may not search them either.
    first.apply("--first-node")
    held = first.apply("--first-node").stdout
    name, value = remedies.attribute(held, "root-limits")
    first.edit([(ldap.MOD_ADD, name, value)])
    first.apply("--first-node")
    admin.modify_s(SUFFIX, [(ldap.MOD_REPLACE, "description", b"2.4 waits for a change")])
    admin.unbind_s()
    first.apply_ok("--first-node")
    first.assert_in_step()
    apply_until_joined(second)
    wait_entry(second.server, f"ou=o59,{SUFFIX}")
    copies = [set(dict(node.server.admin().search_s(SUFFIX, ldap.SCOPE_SUBTREE))) for node in cluster]
    assert copies[0] == copies[1] and len(copies[0]) == 62


def test_what_is_hidden_from_root_below_the_suffix_is_not_taken_for_nothing_newer(slapd_factory, program):
    """It sees the suffix entry alone: whether contextCSN has all entries is not known, before that is ended."""
    hidden = f'to dn.children="{SUFFIX}" by dn.exact="{READER}" read by anonymous auth by * none'
    access = [hidden, "to * by * read"]
    node, peer = Cluster(slapd_factory, program, 2, [Database(backend="mdb", attributes={"olcAccess": access})])
    peer.server.stop()  # the account is hidden as well: that a peer refuses its password would say nothing
    node.server.seed()
    node.apply("--first-node")  # from 2.5 on contextCSN is written first
    done = node.apply("--first-node")
    assert done.returncode == 3 and "is shown no entry below the suffix entry" in done.stdout, done.stdout + done.stderr
    assert node.server.values("cn=config", "olcServerID") == []
    node.edit([(ldap.MOD_DELETE, "olcAccess", "{0}" + hidden)])
    done = node.apply("--first-node")
    assert "is shown no entry" not in done.stdout, done.stdout
