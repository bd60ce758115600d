# SPDX-License-Identifier: Apache-2.0
"""When the core says that a reader gets everything, slapd gives it everything.

The other way round only often enough: where only slapd can tell, the core says no.
SYNCWARD_SEED=<number> repeats a run.
"""

import os
import random

import ldap
import pytest
from slapd import PASSWORD, Database, release
from slapd_farm import SlapdFarm
from syncrepl_tool import SyncreplTool

LISTS = 400
SEED = int(os.environ.get("SYNCWARD_SEED", random.SystemRandom().randrange(10**9)))
DATABASE = Database(backend="mdb", attributes={"olcSizeLimit": "2", "olcAccess": "to * by * read"})
SUFFIX, READER = DATABASE.suffix, DATABASE.replicator
DN_SELECTORS = [f'dn.exact="{READER}"', f'dn="{READER.upper()}"', f'dn.base="{READER}"', f'dn.subtree="{SUFFIX}"',
                f'dn.children="{SUFFIX}"', f'dn.onelevel="{SUFFIX}"', f'dn.children="{READER}"', f'dn.exact="{SUFFIX}"',
                f'dn.one="{READER}"', 'dn.regex=".*"', 'dn.regex="^cn=repl.*"', 'dn.regex="^cn=x"']
LIMIT_SELECTORS = [*DN_SELECTORS, "users", "*", "anonymous", f'"{READER}"', f'dn.self="{READER}"', 'dn="*"',
                   f'dn.this.subtree="{SUFFIX}"', f'group="cn=g,{SUFFIX}"', f'group="cn=h,{SUFFIX}"']
LIMITS = ["size=unlimited", "size=none", "size=1", "size.soft=unlimited", "size.hard=1", "size.hard=unlimited",
          "size.soft=1", "size.unchecked=1", "size.unchecked=unlimited", "size.pr=1", "size.prtotal=disabled"]
TARGETS = ["*", "*", "*", "*", "attrs=userPassword", "attrs=entry,cn", f'dn.subtree="{SUFFIX}"', f'dn.base="ou=o1,{SUFFIX}"',
         "filter=(ou=o2)", "* attrs=ou"]
SUBJECTS = [*DN_SELECTORS, DN_SELECTORS[0], "users", "*", "anonymous", "self", f'group="cn=g,{SUFFIX}"',
        f'group="cn=h,{SUFFIX}"', "ssf=0", "users ssf=71", f'dn.exact="{READER}" peername.ip=127.0.0.1']
ACCESSES = ["read", "read", "read", "write", "manage", "none", "auth", "search", "+0", "=rscxd", "=rs", "=r", "=xw", "+rs", "-rs",
            "selfwrite", ""]
CONTROLS = ["", "", "", "", "stop", "break", "break", "continue"]


@pytest.fixture(name="server", scope="module")
def fixture_server():
    farm = SlapdFarm(release("2.5"))
    server = farm([DATABASE], start=False)
    server.log_levels = ("none",)
    server.start()
    server.seed()
    admin = server.admin()
    for i in range(4):
        server.add(f"ou=o{i},{SUFFIX}", {"objectClass": "organizationalUnit", "ou": f"o{i}"}, admin)
    for name, member in (("g", READER), ("h", SUFFIX)):
        server.add(f"cn={name},{SUFFIX}", {"objectClass": "groupOfNames", "cn": name, "member": member}, admin)
    admin.unbind_s()
    yield server
    problems = farm.close()
    assert not problems, problems


def reads_all(reader, everything):
    """True when the reader, bound as one, gets every entry with every attribute."""
    try:
        found = dict(reader.search_s(SUFFIX, ldap.SCOPE_SUBTREE, attrlist=["*", "+"]))
    except (ldap.SIZELIMIT_EXCEEDED, ldap.ADMINLIMIT_EXCEEDED, ldap.NO_SUCH_OBJECT, ldap.INSUFFICIENT_ACCESS):
        return False
    return {dn: set(entry) for dn, entry in found.items()} == everything


def check_lists(server, attribute, judge, random_list):
    """Gives slapd random lists; counts what was judged and what was so."""
    database_dn = server.database_dn()
    everything = {dn: set(entry) for dn, entry in server.admin().search_s(SUFFIX, ldap.SCOPE_SUBTREE, attrlist=["*", "+"])}
    reader = server.bind(READER, PASSWORD)
    before = server.values(database_dn, attribute) if attribute == "olcAccess" else None
    n_judged = n_so = n_tried = 0
    print(f"SYNCWARD_SEED={SEED}")
    rng = random.Random(SEED)
    while n_tried < LISTS:
        values = random_list(rng)
        try:
            server.modify(database_dn, [(ldap.MOD_REPLACE, attribute, values)])
        except (ldap.OTHER, ldap.TYPE_OR_VALUE_EXISTS):
            continue  # not a list that slapd could have
        live = server.values(database_dn, attribute)
        judged, is_so = judge(READER, live), reads_all(reader, everything)
        assert is_so or not judged, f"seed {SEED}: not all is read with {live}"
        n_tried, n_judged, n_so = n_tried + 1, n_judged + judged, n_so + is_so
    server.modify(database_dn, [(ldap.MOD_REPLACE, attribute, before)])
    print(f"{n_tried} lists: {n_so} give everything, {n_judged} of them are known to")
    assert n_judged >= LISTS / 20
    assert n_judged >= n_so / 3
    assert n_so <= LISTS * 0.9


def random_limits(rng):
    # Time cannot be measured here: it is always unlimited.
    return [" ".join([rng.choice(LIMIT_SELECTORS), "time=unlimited", *rng.sample(LIMITS, rng.choice((1, 1, 2, 3)))])
            for _ in range(rng.randint(1, 3))]


def random_access(rng):
    def by():
        return " ".join(filter(None, ["by", rng.choice(SUBJECTS), rng.choice(ACCESSES), rng.choice(CONTROLS)]))

    return [f"to {rng.choice(TARGETS)} " + " ".join(by() for _ in range(rng.randint(1, 3)))
            for _ in range(rng.randint(1, 3))]


def test_limits_judged_unlimited_are_unlimited(server):
    with SyncreplTool() as tool:
        check_lists(server, "olcLimits", tool.limits_are_unlimited, random_limits)


def test_access_judged_whole_is_whole(server):
    server.modify(server.database_dn(), [(ldap.MOD_REPLACE, "olcLimits", "* size=unlimited")])
    with SyncreplTool() as tool:
        check_lists(server, "olcAccess", tool.access_lets_read_all, random_access)
