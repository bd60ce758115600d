# SPDX-License-Identifier: Apache-2.0
"""A limit that stood there before does not cut a reader, without a restart of slapd.

slapd keeps an olcLimits value that is added at {0} behind all others until it starts again, though cn=config shows it
in front: the list is written as a whole.
"""

import ldap
import pytest
from lone import Lone
from slapd import PASSWORD, SUFFIX, Database

pytestmark = pytest.mark.every_release
READER = f"cn=replicator,{SUFFIX}"


def seen(server):
    """How many entries the reader gets; None: a limit cuts it."""
    connection = server.bind(READER, PASSWORD)
    try:
        return len(connection.search_s(SUFFIX, ldap.SCOPE_SUBTREE))
    except ldap.SIZELIMIT_EXCEEDED:
        return None
    finally:
        connection.unbind_s()


@pytest.fixture(name="cut")
def fixture_cut(slapd_factory, program):
    """A node with five people, whose reader gets two entries."""
    node = Lone(slapd_factory, program, [Database(backend="mdb")])
    admin = node.server.admin()
    for i in range(5):
        node.server.add(f"cn=p{i},{SUFFIX}", {"objectClass": "organizationalRole", "cn": f"p{i}"}, admin)
    admin.unbind_s()
    if node.server.release.version == "2.4":
        node.server.save_context_csn()
    node.edit([(ldap.MOD_ADD, "olcLimits", ["users size=2", 'dn.exact="cn=other" size=3'])])
    assert seen(node.server) is None
    return node


def test_a_reader_is_not_cut_any_more_when_apply_has_ended(cut):
    cut.apply_ok()
    assert seen(cut.server) == 7
    assert [value.partition("}")[2] for value in cut.server.values(cut.dn(), "olcLimits")][1:] == [
        "users size=2", 'dn.exact="cn=other" size=3']
    cut.assert_in_step()
    cut.server.restart()
    assert seen(cut.server) == 7
    cut.assert_in_step()


def test_several_readers_come_before_the_limits_that_were_there(cut):
    cut.document["databases"][0]["readers"] = [READER, f"cn=second,{SUFFIX}"]
    cut.write()
    cut.apply_ok()
    assert seen(cut.server) == 7 and len(cut.server.values(cut.dn(), "olcLimits")) == 4
    cut.assert_in_step()


def test_a_value_at_0_is_behind_the_others_in_slapd_itself(cut):
    """The fact; if a release mends it, this says so."""
    cut.edit([(ldap.MOD_ADD, "olcLimits", f'{{0}}dn.exact="{READER}" size=unlimited time=unlimited')])
    assert cut.server.values(cut.dn(), "olcLimits")[0].startswith("{0}dn.exact=") and seen(cut.server) is None
    cut.server.restart()
    assert seen(cut.server) == 7
