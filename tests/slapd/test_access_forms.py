# SPDX-License-Identifier: Apache-2.0
"""Odd forms of olcAccess and olcLimits, each beside what slapd makes of it, value by value: nothing that is hidden passes as seen.

What random lists have is in test_oracle_readers.py.
"""

import ldap
from slapd import PASSWORD, SUFFIX, Database
from syncrepl_tool import SyncreplTool

READER, ADMIN = f"cn=replicator,{SUFFIX}", f"cn=admin,{SUFFIX}"
GROUP, PERSON = f"cn=g,{SUFFIX}", f"cn=p,ou=people,{SUFFIX}"
ME, ALL, NONE = f'by dn.exact="{READER}"', "to * by * read", "to * by * none"
# What the core says, whether slapd shows everything, and the values.
ACCESS = [
    # patterns that mean nobody to slapd, or everybody
    ("denied", False, [f'to dn.children="" {ME} read', NONE]),
    ("everything", True, ['to dn.children="" by * none', ALL]),
    ("everything", True, [f'to dn.subtree="" {ME} read', NONE]),
    ("denied", False, [f'to dn.one="" {ME} read', NONE]),
    ("everything", True, [f'to dn.regex="*" {ME} read', NONE]),
    ("not proven", False, ['to * by dn.regex="*" read by * none']),
    ("everything", True, ['to * by dn.regex=".*" read by * none']),
    ("not proven", False, [f'to dn.regex="^$" {ME} read', NONE]),
    ("not proven", True, ['to * by realdn.regex=.* read by * none']),
    # several lists of attributes, and attributes by other names
    ("denied", False, ["to attrs=mail attrs=sn by * none", ALL]),
    ("denied", False, [f'to attrs=mail dn.subtree="ou=people,{SUFFIX}" attrs=sn by * none', ALL]),
    ("everything", True, [f"to attrs=mail attrs=sn {ME} read by * none", ALL]),
    ("not proven", False, ["to attr=sn by * none", ALL]),
    ("denied", False, ["to attrs=2.5.4.4 by * none", ALL]),
    ("denied", False, ["to attrs=cn;lang-de by * none", ALL]),
    ("denied", False, ["to attrs=cn;lang- by * none", ALL]),
    ("not proven", False, ["to attrs=!inetOrgPerson by * none", ALL]),
    ("denied", False, ["to attrs=structuralObjectClass by * none", ALL]),
    # single values
    ("not proven", False, [f'to attrs=member val.subtree="{SUFFIX}" {ME} none by * read', ALL]),
    ("not proven", False, ['to attrs=mail val="two@x" by * none', ALL]),
    ("not proven", False, ['to attrs=mail val.regex="two" by * =rscxd continue by users none', ALL]),
    ("not proven", False, [f'to attrs=mail val.regex="two" {ME} read', "to attrs=mail by * none", ALL]),
    ("everything", True, [f'to attrs=mail val.regex="two" {ME} read by * none', ALL]),
    ("not proven", False, ["to attrs=member by realselfread", ALL]),
    # what depends on entries
    ("not proven", False, ['to filter="(&(mail=one@x)(sn=s))" attrs=sn by * none', ALL]),
    ("not proven", False, ["to filter=(mail=one@x) filter=(sn=s) by * none", ALL]),
    ("not proven", False, ["to attrs=mail by realdnattr=seeAlso read", ALL]),
    ("not proven", False, ['to attrs=mail by set="this/seeAlso & user" read', ALL]),
    ("not proven", True, [f'to attrs=mail by group/groupOfNames/member.exact="{GROUP}" read', ALL]),
    ("not proven", False, [f'to dn.regex="^.*({SUFFIX})$" attrs=mail by dn.exact,expand="cn=replicator,$1" none by * read', ALL]),
    ("not proven", False, [f'to attrs=mail by dn.level{{1}}="{SUFFIX}" none by * read', ALL]),
    ("not proven", True, ["to attrs=mail by self.level{1} none by * read", ALL]),
    # connections
    ("not proven", False, ['to attrs=mail by sockurl.regex="^ldap://.*" none by * read', ALL]),
    ("not proven", True, ["to attrs=mail by domain.subtree=nowhere none by * read", ALL]),
    ("not proven", False, [f"to attrs=mail {ME} peername.ip=10.0.0.0%255.0.0.0 read by * none", ALL]),
    ("not proven", False, [f"to attrs=mail {ME} transport_ssf=71 read {ME} none", ALL]),
    # rights that come and go
    ("denied", False, ["to * by * +rscxd break", "to attrs=mail by users -r", "to * by * +0"]),
    ("denied", False, ["to attrs=mail by users manage continue by * -r", ALL]),
    ("everything", True, ["to attrs=mail by users none break by * read", ALL]),
    ("denied", False, ["to * by * read break"]),
    ("denied", False, ["TO ATTRS=MAIL BY USERS NONE BY * READ", ALL]),
    ("denied", False, [f'to attrs=mail by dn.exact="2.5.4.3=replicator,{SUFFIX}" none by * read', ALL]),
]
GRANT = "size=unlimited time=unlimited"
# Whether the core calls the reader unlimited, whether slapd shows it more entries than the limit of all, and the values.
LIMITS = [
    (False, False, [f"anonymous {GRANT}"]),
    (False, False, [f"dn.anonymous {GRANT}"]),
    (True, True, [f"USERS {GRANT}"]),
    (False, True, [f'group/groupOfNames/member="{GROUP}" {GRANT}']),
    (False, False, [f'group/groupOfNames/member="{GROUP}" size=1', f"users {GRANT}"]),
    (False, False, [f'GROUP="{GROUP}" size=1', f"users {GRANT}"]),
    (False, False, ['dn.regex="^cn=repl.*" size=1', f"users {GRANT}"]),
    (True, True, [f'dn.regex="*" {GRANT}']),
    (False, False, ['dn.regex="*" size=1', f"users {GRANT}"]),
    (True, True, [f'dn.self.subtree="{SUFFIX}" {GRANT}']),
    (False, False, [f'dn.self.children="{SUFFIX}" size=1', f"users {GRANT}"]),
    (True, True, [f'dn.self.regex="*" {GRANT}']),
    (False, True, [f'dn.this.exact="{SUFFIX}" {GRANT}']),
    (False, False, [f'dn.this.exact="{SUFFIX}" size=1', f"users {GRANT}"]),
    (True, True, [f'dn.this.children="*" {GRANT}']),
    (False, False, [f'dn.anonymous="*" {GRANT}']),
    (True, True, [f"users {GRANT} size.prtotal=1"]),
    (True, True, [f"users {GRANT} size.pr=noEstimate"]),
    (True, True, [f"users {GRANT} size.hard=1 time.hard=1"]),
    (False, False, ["users size.soft=1 size.hard=unlimited time=unlimited"]),
    (False, False, [f"users {GRANT} size.unchecked=disabled"]),
    (False, False, [f"users {GRANT} size.unchecked=0"]),
    (False, False, ["users size=0 time=0"]),
    (False, False, ["users limit=unlimited"]),
    (False, False, [f"users {GRANT} size=1"]),
    (True, True, [f"users size=1 {GRANT}"]),
    (True, True, ["users SIZE=-1 TIME=none"]),
    (False, False, ["users time=unlimited", f'dn.exact="{READER}" {GRANT}']),
    (False, False, [f'dn.exact="commonName=replicator,{SUFFIX}" size=1', f"users {GRANT}"]),
    (True, True, [f'dn.children="{READER}" size=1', f"users {GRANT}"]),
]


def filled(slapd_factory, **attributes):
    """A server with people, a group and attributes of several values."""
    server = slapd_factory([Database(backend="mdb", attributes=attributes)], seed=True)
    admin = server.admin()
    server.add(f"ou=people,{SUFFIX}", {"objectClass": "organizationalUnit", "ou": "people"}, admin)
    for dn, who in ((PERSON, ADMIN), (f"cn=r,{PERSON}", READER)):
        server.add(dn, {"objectClass": "inetOrgPerson", "cn": [dn[3], "q"], "sn": "s", "mail": ["one@x", "two@x"],
                        "userPassword": ["p", "q"], "cn;lang-de": "d", "seeAlso": [who, SUFFIX]}, admin)
    server.add(GROUP, {"objectClass": "groupOfNames", "cn": "g", "member": [READER, ADMIN]}, admin)
    return server, admin


def visible(connection):
    try:
        found = connection.search_s(SUFFIX, ldap.SCOPE_SUBTREE, attrlist=["*", "+"])
    except (ldap.NO_SUCH_OBJECT, ldap.INSUFFICIENT_ACCESS, ldap.SIZELIMIT_EXCEEDED, ldap.ADMINLIMIT_EXCEEDED):
        return set()
    return {(dn, name, value) for dn, entry in found for name, values in entry.items() for value in values}


def check_forms(server, admin, attribute, forms, judge):
    """Gives slapd each form; who is bound keeps the identity whatever the values say."""
    reader, wrong = server.bind(READER, PASSWORD), []
    for said, is_shown, values in forms:
        server.modify(server.database_dn(), [(ldap.MOD_REPLACE, attribute, values)])
        seen = judge(server.values(server.database_dn(), attribute)), visible(reader) == visible(admin)
        if seen != (said, is_shown):
            wrong.append((values, seen))
    assert not wrong


def test_what_olcAccess_says_of_a_reader_is_what_slapd_shows_it(slapd_factory):
    server, admin = filled(slapd_factory, olcAccess=ALL)
    with SyncreplTool() as tool:
        check_forms(server, admin, "olcAccess", ACCESS, lambda live: tool.access(SUFFIX, READER, live)[0])


def test_what_olcLimits_says_of_a_reader_is_what_slapd_lets_it_read(slapd_factory):
    server, admin = filled(slapd_factory, olcSizeLimit="2")
    with SyncreplTool() as tool:
        check_forms(server, admin, "olcLimits", LIMITS, lambda live: tool.limits_are_unlimited(READER, live))
