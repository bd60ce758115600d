# SPDX-License-Identifier: Apache-2.0
"""What servers hold of a database, to see whether their copies are the same: every entry with all that is replicated."""

import ldap
from slapd import wait_until

# Each server has its own: what it says of its place in the tree, and how far its copy has come.
LOCAL = {"contextCSN", "hasSubordinates", "numSubordinates", "subschemaSubentry", "entryDN", "auditContext"}


def whole(server, database=None):
    """{DN: {attribute: values}} as the rootdn sees them, operational attributes too; empty without a suffix entry."""
    database = database or server.databases[0]
    connection = server.admin(database)
    try:
        found = connection.search_s(database.suffix, ldap.SCOPE_SUBTREE, attrlist=["*", "+"])
    except ldap.NO_SUCH_OBJECT:
        return {}
    finally:
        connection.unbind_s()
    return {dn: {name: sorted(values) for name, values in entry.items() if name not in LOCAL} for dn, entry in found}


def differences(one, other):
    """[(DN, attributes that differ)]; an entry that one of both lacks has none."""
    return sorted((dn, sorted(name for name in {*one.get(dn, {}), *other.get(dn, {})}
                              if one.get(dn, {}).get(name) != other.get(dn, {}).get(name)) if dn in one and dn in other else [])
                  for dn in {*one, *other} if one.get(dn) != other.get(dn))


def wait_equal(nodes, database=None, seconds=30):
    """Waits until all nodes hold the same, and returns it; says what differs when they do not."""
    nodes = list(nodes)

    def found():
        copies = [whole(node.server, database) for node in nodes]
        return copies[0] and all(copy == copies[0] for copy in copies[1:]) and copies
    try:
        return wait_until(found, "all nodes hold the same entries", seconds)[0]
    except TimeoutError as error:
        copies = [whole(node.server, database) for node in nodes]
        what = [f"node {nodes[0].id} has {len(copies[0])} entries"]
        for node, copy in zip(nodes[1:], copies[1:]):
            differ = differences(copies[0], copy)
            what.append(f"node {node.id} has {len(copy)}, {len(differ)} differ: {differ[:5]}")
        raise AssertionError(f"{error}: " + "; ".join(what)) from None
