# SPDX-License-Identifier: Apache-2.0
"""Clients that change a database at random: adds, modifies, deletes, renames."""

import ldap


class Changes:
    """Makes them at one server, by one connection of the rootdn; only entries named cn=p... are touched.

    An add takes a name that was deleted or left before now and then: the same DN with another entryUUID. A rename takes
    new names only: where one takes a name that another entry had when a peer went away, slapd alone leaves the copies of
    2.4, 2.5 and 2.6 apart for good.
    """

    def __init__(self, server, rng, suffix=None):
        self._server, self._rng = server, rng
        self._suffix = suffix or server.databases[0].suffix
        self._names = sorted(dn for dn in server.entries(self._suffix, ["1.1"]) if dn.startswith("cn=p"))
        self._left, self._n = [], 0

    def make(self, n):
        database, = [database for database in self._server.databases if database.suffix == self._suffix]
        connection = self._server.admin(database)
        for _ in range(n):
            how = self._rng.choice((self._add, self._modify, self._delete, self._rename)) if self._names else self._add
            how(connection)
        connection.unbind_s()

    def _new_name(self):
        self._n += 1
        return f"cn=p{self._n}x{self._rng.randrange(10**9)},{self._suffix}"

    def _take(self):
        return self._names.pop(self._rng.randrange(len(self._names)))

    def _add(self, connection):
        dn = self._new_name()
        if self._left and self._rng.random() < 0.3:
            dn = self._left.pop(self._rng.randrange(len(self._left)))
        self._server.add(dn, {"objectClass": ["organizationalRole"], "cn": dn.split(",")[0][3:], "description": "new"}, connection)
        self._names.append(dn)

    def _modify(self, connection):
        connection.modify_s(self._rng.choice(self._names),
                            [(ldap.MOD_REPLACE, "description", [str(self._rng.randrange(10**9)).encode()])])

    def _delete(self, connection):
        dn = self._take()
        connection.delete_s(dn)
        self._left.append(dn)

    def _rename(self, connection):
        dn, new = self._take(), self._new_name()
        connection.rename_s(dn, new.split(",")[0])
        self._names.append(new)
        self._left.append(dn)
