# SPDX-License-Identifier: Apache-2.0
"""Our reading of olcSyncrepl against slapd's own: slapd is the oracle.

SYNCWARD_SEED=<number> repeats a run; SYNCWARD_ORACLE_VALUES=<number> tries more values.
"""

import os
import random

import ldap
import pytest
from bind_listener import BindListener
from slapd import Database, release
from slapd_farm import SlapdFarm
from syncrepl_random import password_words, syncrepl_value
from syncrepl_tool import SyncreplTool

VALUES = int(os.environ.get("SYNCWARD_ORACLE_VALUES", "2000"))
SEED = int(os.environ.get("SYNCWARD_SEED", random.SystemRandom().randrange(10**9)))
PRINTED_VALUES = VALUES // 5
CAPTURED_BINDS = 200
DATABASE_DN = "olcDatabase={2}mdb,cn=config"

# slapd knows the suffix of the database, the parser does not.
CONTEXT_REFUSAL = "is not within the database naming context"


class Refusal(Exception):
    """slapd's text for a value that it refused."""


@pytest.fixture(name="server", scope="module")
def fixture_server():
    farm = SlapdFarm(release("2.5"))
    server = farm([Database(backend="mdb")], start=False)
    server.log_levels = ("none",)
    server.start()
    yield server
    problems = farm.close()
    assert not problems, problems


@pytest.fixture(name="tool")
def fixture_tool():
    with SyncreplTool() as tool:
        yield tool


@pytest.fixture(name="rng")
def fixture_rng():
    print(f"SYNCWARD_SEED={SEED}")
    return random.Random(SEED)


def give(server, value):
    """Makes the value the only olcSyncrepl; Refusal when slapd does not take it."""
    try:
        server.root.modify_s(DATABASE_DN, [(ldap.MOD_REPLACE, "olcSyncrepl", [value])])
    except (ldap.OTHER, ldap.CONSTRAINT_VIOLATION, ldap.INVALID_SYNTAX) as error:
        raise Refusal(error.args[0].get("info", "")) from None


def read(server):
    [(_, attributes)] = server.root.search_s(DATABASE_DN, ldap.SCOPE_BASE, attrlist=["olcSyncrepl"])
    [value] = attributes["olcSyncrepl"]
    return value


def refusal_of(server, value):
    """None when slapd takes the value, else its text."""
    try:
        give(server, value.encode())
    except Refusal as refusal:
        return str(refusal)
    return None


def test_what_slapd_accepts_or_refuses_the_parser_does_too(server, tool, rng):
    n_accepted = n_refused = n_context = 0
    differences = []
    for _ in range(VALUES):
        value = syncrepl_value(rng)
        refusal = refusal_of(server, value)
        parsed = tool.parse(value)
        if refusal is not None and CONTEXT_REFUSAL in refusal:
            n_context += 1
        elif (refusal is None) != (parsed is not None):
            differences.append((value, refusal))
        elif parsed is None:
            n_refused += 1
        else:
            n_accepted += 1
    print(f"{n_accepted} accepted, {n_refused} refused, {n_context} outside the suffix")
    assert not differences, f"seed {SEED}, {len(differences)} differ: {differences[:20]}"
    assert n_accepted >= VALUES / 4 and n_refused >= VALUES / 4
    assert n_context < VALUES / 20


def test_what_is_printed_means_the_same_to_slapd(server, tool, rng):
    n_printed = 0
    while n_printed < PRINTED_VALUES:
        value = syncrepl_value(rng)
        parsed = tool.parse(value)
        if parsed is None or refusal_of(server, value) is not None:
            continue
        printed = tool.print(value)
        assert printed is not None, f"seed {SEED}: cannot print {value!r}"
        give(server, printed)
        again = read(server)
        assert again == b"{0}" + printed
        assert tool.parse(again) == parsed, f"seed {SEED}: {value!r} became {again!r}"
        n_printed += 1


def normal_dn(text):
    return [[(attribute.lower(), value.lower(), flag) for attribute, value, flag in rdn]
            for rdn in ldap.dn.str2dn(text)]


def test_slapd_sends_the_password_that_the_parser_reads(server, tool, rng):
    dns = ["cn=repl,dc=example,dc=org", "CN=Repl, DC=example,DC=org", "cn=a\\,b,dc=x", "cn=a b+sn=c"]
    n_binds = n_printed = 0
    with BindListener() as listener:
        while n_binds < CAPTURED_BINDS:
            words = [f"rid=1 provider={listener.uri}", "searchbase=dc=example,dc=org type=refreshOnly",
                     f'binddn="{rng.choice(dns)}"', *password_words(rng, ["credentials"])]
            rng.shuffle(words)
            parsed = tool.parse(" ".join(words))
            if parsed is None or "credentials" not in parsed or "binddn" not in parsed:
                continue
            values = [" ".join(words).encode()]
            if n_binds % 2:
                values.append(tool.print(values[0]))
                n_printed += 1
            for value in values:
                try:
                    give(server, value)
                except Refusal:
                    break  # the words outside the password are another test's
                server.root.whoami_s()  # wakes the new consumer
                name, password = listener.next_bind()
                assert password == parsed["credentials"], f"seed {SEED}: {value!r}"
                assert normal_dn(name) == normal_dn(parsed["binddn"].decode()), f"seed {SEED}: {value!r}"
                n_binds += 1
    assert n_printed > 0
