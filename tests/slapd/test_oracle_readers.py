# SPDX-License-Identifier: Apache-2.0
"""What the core says about a reader's rights and limits is what slapd does.

Where it says that the reader gets everything, slapd gives it everything; where it says that something
is hidden, something is; and what it adds to olcAccess gives everything and takes nothing away. The
other way round only often enough: where only slapd can tell, the core does not.
SYNCWARD_SEED=<number> repeats a run.
"""

import collections
import functools
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
FRONTEND = "olcDatabase={-1}frontend,cn=config"
SUFFIX, READER = DATABASE.suffix, DATABASE.replicator
DN_SELECTORS = [f'dn.exact="{READER}"', f'dn="{READER.upper()}"', f'dn.base="{READER}"', f'dn.subtree="{SUFFIX}"',
                f'dn.children="{SUFFIX}"', f'dn.onelevel="{SUFFIX}"', f'dn.children="{READER}"', f'dn.exact="{SUFFIX}"',
                f'dn.one="{READER}"', 'dn.regex=".*"', 'dn.regex="*"', 'dn.regex="^cn=repl.*"', 'dn.regex="^cn=x"']
LIMIT_SELECTORS = [*DN_SELECTORS, "users", "*", "anonymous", f'"{READER}"', f'dn.self="{READER}"', 'dn="*"', '""',
                   'dn=""', 'dn.subtree=""', 'dn.children=""', 'dn.one=""', 'dn.regex=""', 'dn.self.subtree=""',
                   f'dn.this.subtree="{SUFFIX}"', f'group="cn=g,{SUFFIX}"', f'group="cn=h,{SUFFIX}"']
LIMITS = ["size=unlimited", "size=none", "size=1", "size.soft=unlimited", "size.hard=1", "size.hard=unlimited",
          "size.soft=1", "size.unchecked=1", "size.unchecked=unlimited", "size.pr=1", "size.prtotal=disabled"]
TARGETS = ["*", "*", "*", "attrs=userPassword", "attrs=entry,cn", "attrs=children,entry", "attrs=cn,USERPASSWORD,sn",
           f'dn.subtree="{SUFFIX}"', f'dn.base="ou=o1,{SUFFIX}"', f'dn.children="ou=o1,{SUFFIX}"',
           f'dn.one="{SUFFIX}"', f'dn.subtree="ou=o2,{SUFFIX}" attrs=userPassword', f'dn.exact="{READER}" attrs=userPassword',
           "filter=(ou=o2)", "* attrs=ou", "attrs=@person", 'dn.children=""', "attrs=cn attrs=sn", f'dn.regex="^ou=o3,"',
           f'dn.base="{SUFFIX}"']
SUBJECTS = [*DN_SELECTORS, DN_SELECTORS[0], DN_SELECTORS[0], "users", "users", "*", "*", "anonymous", "self", "self",
            f'group="cn=g,{SUFFIX}"', f'group="cn=h,{SUFFIX}"', "ssf=0", "users ssf=71",
            f'dn.exact="{READER}" peername.ip=127.0.0.1']
ACCESSES = ["read", "read", "read", "write", "write", "manage", "none", "auth", "search", "+0", "=rscxd", "=rs", "=r", "=xw", "+rs",
            "-rs", "+w", "selfwrite", ""]
CONTROLS = ["", "", "", "", "stop", "break", "break", "continue"]
PEOPLE = [f"cn=p{i},{parent}" for i, parent in enumerate(
    [SUFFIX, *(f"ou=o{i},{SUFFIX}" for i in range(4)), f"cn=p1,ou=o0,{SUFFIX}", f"cn=p2,ou=o1,{SUFFIX}", f"cn=p3,ou=o2,{SUFFIX}",
     READER, f"cn=p8,{READER}", f"cn=p0,{SUFFIX}"])]


def fill(admin):
    """Every attribute that a random list names is in every entry."""
    for dn, entry in admin.search_s(SUFFIX, ldap.SCOPE_SUBTREE):
        missing = [name for name in ("cn", "sn", "ou", "userPassword") if name not in entry]
        admin.modify_s(dn, [(ldap.MOD_ADD, "objectClass", [b"extensibleObject"]),
                            *((ldap.MOD_ADD, name, [b"p"]) for name in missing)])


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
    for dn in PEOPLE:
        server.add(dn, {"objectClass": "person", "cn": dn[3:].split(",")[0], "sn": "s", "userPassword": "p"}, admin)
    for name, member in (("g", READER), ("h", SUFFIX)):
        server.add(f"cn={name},{SUFFIX}", {"objectClass": "groupOfNames", "cn": name, "member": member}, admin)
    fill(admin)
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


def random_limits_with_candidates(rng):
    return [value + rng.choice(("", " size.unchecked=unlimited")) for value in random_limits(rng)]


def random_access(rng):
    def by():
        return " ".join(filter(None, ["by", rng.choice(SUBJECTS), rng.choice(ACCESSES), rng.choice(CONTROLS)]))

    return [f"to {rng.choice(TARGETS)} " + " ".join(by() for _ in range(rng.randint(1, 3)))
            for _ in range(rng.randint(1, 3))]


def test_limits_judged_unlimited_are_unlimited(server):
    with SyncreplTool() as tool:
        check_lists(server, "olcLimits", tool.limits_are_unlimited, random_limits)


@pytest.mark.parametrize("place", ["cn=config", "olcDatabase={-1}frontend,cn=config", None])
def test_limits_judged_unlimited_are_unlimited_where_candidates_are_limited_for_all(server, place):
    dn, limit = place or server.database_dn(), "size.soft=2 size.unchecked=2"
    before = server.values(dn, "olcSizeLimit") or None
    server.modify(dn, [(ldap.MOD_REPLACE, "olcSizeLimit", limit)])
    with SyncreplTool() as tool:
        check_lists(server, "olcLimits", functools.partial(tool.limits_are_unlimited, size_limit=limit),
                    random_limits_with_candidates)
    server.modify(dn, [(ldap.MOD_REPLACE, "olcSizeLimit", before)])


def set_access(server, database, frontend):
    for dn, values in ((server.database_dn(), database), (FRONTEND, frontend)):
        if values:
            server.modify(dn, [(ldap.MOD_REPLACE, "olcAccess", values)])
        elif server.values(dn, "olcAccess"):
            server.modify(dn, [(ldap.MOD_DELETE, "olcAccess", None)])


def writable(reader):
    """The entries that the reader may change, and the passwords: a write of what is there already."""
    may = set()
    for dn in [READER, *PEOPLE[:4]]:
        for name, value in (("description", b"x"), ("userPassword", b"secret" if dn == READER else b"p")):
            try:
                reader.modify_s(dn, [(ldap.MOD_REPLACE, name, [value])])
                may.add((dn, name))
            except (ldap.INSUFFICIENT_ACCESS, ldap.NO_SUCH_OBJECT):
                pass
    return may


def visible(reader):
    """What who is bound sees: {(dn, attribute)}."""
    try:
        found = reader.search_s(SUFFIX, ldap.SCOPE_SUBTREE, attrlist=["*", "+"])
    except (ldap.NO_SUCH_OBJECT, ldap.INSUFFICIENT_ACCESS):
        return set()
    return {(dn, name) for dn, entry in found for name in entry}


def random_lists(rng):
    database = random_access(rng) if rng.random() < 0.8 else []
    return database, random_access(rng) if rng.random() < 0.3 else []


def test_access_judged_is_what_slapd_does(server):
    server.modify(server.database_dn(), [(ldap.MOD_REPLACE, "olcLimits", "* size=unlimited")])
    admin = server.admin()
    # A bind would need access of its own; who is bound keeps the identity.
    set_access(server, ["to * by * read"], [])
    reader = server.bind(READER, PASSWORD)
    counts = collections.Counter()
    print(f"SYNCWARD_SEED={SEED}")
    rng = random.Random(SEED)
    with SyncreplTool() as tool:
        while counts["lists"] < LISTS:
            database, frontend = random_lists(rng)
            try:
                set_access(server, database, frontend)
            except (ldap.OTHER, ldap.TYPE_OR_VALUE_EXISTS):
                continue  # not a list that slapd could have
            database, frontend = server.values(server.database_dn(), "olcAccess"), server.values(FRONTEND, "olcAccess")
            said = f"seed {SEED}: {database} {frontend}"
            outcome, hidden, place, (additions, takes) = tool.access(SUFFIX, READER, database, frontend)
            everything, seen = visible(admin), visible(reader)
            counts.update(["lists", outcome, f"all seen: {seen == everything}"])
            assert outcome != "everything" or seen == everything, f"{everything - seen} not seen with {said}"
            assert outcome != "denied" or seen != everything, f"all seen, not hidden: {hidden} by {place} with {said}"
            if outcome == "everything":
                assert not additions
                continue
            assert additions
            may = writable(reader)
            server.modify(server.database_dn(), [(ldap.MOD_ADD, "olcAccess", [f"{{{index}}}{value}"]) for index, value in additions])
            assert visible(reader) == visible(admin), f"{additions} do not give everything with {said}"
            lost = may - writable(reader)
            assert takes or not lost, f"{additions} take {lost} with {said}"
            counts.update([f"takes: {takes}", f"loses: {bool(lost)}", f"{len(additions)} additions"])
    set_access(server, ["to * by * read"], [])
    print(dict(counts))
    for kind in ("everything", "denied", "not proven", "takes: False"):
        assert counts[kind] >= LISTS / 20, counts
    assert counts["everything"] >= counts["all seen: True"] / 3
