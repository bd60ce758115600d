# SPDX-License-Identifier: Apache-2.0
"""Under the access rules that people have: what syncward does loses nothing, or it is held with what releases it (G12, G6)."""

import contextlib
import io
import re

import ldap
import ldif
import pytest
from access_rules import MANAGERS, REPLICATOR, RULES
from cluster import Cluster, finish_with_writes
from lone import Lone
from slapd import PASSWORD, SUFFIX, Database, wait_until
from test_guards import holds, line_of_json, release
from test_readers import init, whole

ADMIN = f"cn=admin,{SUFFIX}"
P1 = f"cn=p1,{SUFFIX}"


def add_people(server):
    """People, groups and the attributes that the rules name; the managers of replication have the replicator."""
    admin = server.admin()
    server.add(P1, {"objectClass": ["inetOrgPerson"], "cn": "p1", "sn": "s", "userPassword": "p1-password",
                    "carLicense": "c", "homePhone": "1", "employeeNumber": "2"}, admin)
    for group, member in (("itpeople", P1), ("hrpeople", P1), ("administrators", P1), ("replication managers", REPLICATOR)):
        server.add(f"cn={group},{SUFFIX}", {"objectClass": ["groupOfNames"], "cn": group, "member": [member]}, admin)
    admin.unbind_s()


def touch(server, value):
    """Changes every entry: what a reader cannot see is then lost at its node."""
    admin = server.admin()
    for dn in (P1, REPLICATOR, MANAGERS):
        admin.modify_s(dn, [(ldap.MOD_REPLACE, "seeAlso", [f"cn={value}".encode()])])
    admin.unbind_s()


def assert_nothing_gets_lost(cluster):
    """Each node changes every entry: all have everything afterwards."""
    for node in cluster:
        touch(node.server, f"node{node.id}")
        cluster.wait_in_step()
    expected = whole(cluster[0].server)
    assert expected[P1]["userPassword"] == [b"p1-password"] and "carLicense" in expected[P1]
    assert "userPassword" in expected[REPLICATOR] and "member" in expected[MANAGERS]
    assert all(whole(node.server) == expected for node in cluster)


def follow(cluster, node, hold, documents):
    """Does literally what a hold prints: the line into the file of every node, or the command."""
    if hold.release.startswith("syncward"):
        release(node, hold)
        return
    key, value = line_of_json(hold)
    for each in cluster:
        documents[each.id]["databases"][0][key] = value
        each.write(documents[each.id])


def apply_by_what_is_printed(cluster, documents):
    """Applies at all nodes, and follows what is printed, until nothing is held; returns the codes that were met."""
    met = set()

    def is_done():
        statuses = []
        for node in cluster:
            done = finish_with_writes(node, (0, 3))
            statuses.append(done.returncode)
            for hold in holds(done.stdout):
                met.add(hold.guard)
                assert "release G6" not in hold.release and "release G12" not in hold.release, hold
                if hold.guard not in ("joining", "probing", "order"):
                    follow(cluster, node, hold, documents)
        return not any(statuses)
    wait_until(is_done, "what is printed releases everything", 60)
    return met


@pytest.mark.parametrize("rules", RULES)
def test_a_rotation_from_the_rootdn_to_an_account_loses_nothing(slapd_factory, program, rules):
    attributes = {"olcAccess": RULES[rules]} if RULES[rules] else {}
    cluster = Cluster(slapd_factory, program, 2, [Database(attributes=attributes)])
    database = cluster.document["databases"][0]
    database["syncrepl"]["binddn"] = ADMIN
    cluster.write()
    cluster.form()
    add_people(cluster[0].server)
    cluster.wait_in_step()
    cluster.wait_persistent()

    database["syncrepl"]["binddn"] = REPLICATOR
    cluster.write()
    for node in cluster:
        assert node.apply().returncode in (0, 3)
    cluster.wait_persistent()
    assert_nothing_gets_lost(cluster)
    findings = [found for node in cluster for found in node.plan_json()["findings"] if found["severity"] == "critical"]
    assert bool(findings) == (rules not in ("el", "ubuntu", "group"))  # providers say, too, what their new reader does not see
    assert all(found["code"] == "readers-denied" and '"access": true' in found["text"] for found in findings)
    met = apply_by_what_is_printed(cluster, {node.id: cluster.document for node in cluster})
    assert all(REPLICATOR in value for node in cluster for value in node.syncrepl())
    cluster.wait_persistent()
    assert_nothing_gets_lost(cluster)
    assert (met == set()) == (rules in ("el", "ubuntu", "group")), met
    assert all(node.plan().returncode == 0 for node in cluster)


@pytest.mark.parametrize("rules", RULES)
def test_the_ten_lines_bring_every_password_to_every_node(slapd_factory, program, rules):
    """From empty databases, with the file and the account as `init` has them; these servers have no TLS."""
    attributes = {"olcAccess": RULES[rules]} if RULES[rules] else {}
    cluster = Cluster(slapd_factory, program, 2, [Database(attributes=attributes)])
    document, account = init(cluster.nodes)
    database, = document["databases"]
    assert database["syncrepl"].pop("starttls") == "critical"
    database["syncrepl"].update(retry="1 +", timeout=1, **{"network-timeout": 1})
    documents = {node.id: {**document, "databases": [{**database, "syncrepl": {
        **database["syncrepl"], "credentials": {"file": node.secret_file}}}], "policy": {"mode": "enforce"}} for node in cluster}
    for node in cluster:
        node.write(documents[node.id])
    first = cluster[0]
    assert first.apply("--first-node", "--empty", "2").returncode in (0, 3)
    admin = first.server.admin()
    first.server.add(SUFFIX, {"objectClass": ["organization", "dcObject"], "o": "example", "dc": "example"}, admin)
    entry = re.sub("^userPassword: .*$", f"userPassword: {PASSWORD}", account, flags=re.MULTILINE)
    records = ldif.LDIFRecordList(io.StringIO(entry))
    records.parse()
    (dn, added), = records.all_records
    admin.add_s(dn, list(added.items()))
    admin.unbind_s()
    assert dn == REPLICATOR
    add_people(first.server)
    apply_by_what_is_printed(cluster, documents)
    cluster.wait_in_step()
    assert_nothing_gets_lost(cluster)


# "access" takes no right away, whatever form it had

OU = f"ou=x,{SUFFIX}"
HIDES = "to attrs=userPassword by self write by anonymous auth by * none"
GROUP = f'group.exact="{MANAGERS}"'
FORMS = {
    "dn": ([HIDES, f'to * by dn.exact="{REPLICATOR}" write by * read'], False),
    "dn-of-passwords": ([f'to attrs=userPassword by dn.children="{SUFFIX}" =w by anonymous auth', "to * by * read"], True),
    "subtree": ([HIDES, f'to dn.subtree="{OU}" by dn.exact="{REPLICATOR}" write by * read', "to * by * read"], False),
    "container": ([HIDES, f'to dn.base="{OU}" attrs=children by dn.exact="{REPLICATOR}" write by * read',
                   f'to dn.one="{OU}" attrs=entry by dn.exact="{REPLICATOR}" write by * read', "to * by * read"], False),
    "users": (["to attrs=userPassword by self write by anonymous auth", "to * by users write by * read"], False),
    "self": (["to attrs=userPassword by self =xw by anonymous auth", "to * by self write by users read"], True),
    "continued": ([HIDES, f'to attrs=description by dn.exact="{REPLICATOR}" +w continue by * +rscx', "to * by * read"], False),
    "reading-group": ([f'to attrs=userPassword by {GROUP} read by self write by anonymous auth',
                       f'to * by {GROUP} read by users read by anonymous auth'], False),
    "group": ([HIDES, f'to * by {GROUP} write by * read'], False),
    "group-of-passwords": ([f'to attrs=userPassword by {GROUP} write by anonymous auth', "to * by * read"], True),
    "set": ([f'to * by set="[{MANAGERS}]/member & user" write by anonymous auth'], True),
    "regex": ([f'to * by dn.regex="^cn=repl[a-z]*,{SUFFIX}$" write by anonymous auth'], True),
    "dnattr": (["to attrs=userPassword,description by dnattr=seeAlso write by anonymous auth", "to * by * read"], True),
}


def rights(server):
    """What the replicator may write here."""
    account = server.bind(REPLICATOR, PASSWORD)
    may = set()

    def attempt(what, function, *arguments):
        with contextlib.suppress(ldap.INSUFFICIENT_ACCESS, ldap.NO_SUCH_OBJECT):
            function(*arguments)
            may.add(what)
    for what, dn, attribute in (("description", P1, "description"), ("password", P1, "userPassword"), ("own", REPLICATOR, "userPassword"),
                                ("own-description", REPLICATOR, "description"), ("below", f"cn=y,{OU}", "description")):
        attempt(what, account.modify_s, dn, [(ldap.MOD_REPLACE, attribute, [PASSWORD.encode()])])
    attempt("add", account.add_s, f"cn=z,{OU}", [("objectClass", [b"organizationalRole"]), ("cn", [b"z"])])
    attempt("delete", account.delete_s, f"cn=z,{OU}")
    account.unbind_s()
    return may


@pytest.mark.parametrize("form", FORMS)
def test_access_takes_no_right_away(slapd_factory, program, form):
    """It is held where it would, and where nobody can tell: by groups and the like that may write."""
    rules, is_held = FORMS[form]
    node = Lone(slapd_factory, program, [Database(attributes={"olcAccess": rules})])
    add_people(node.server)
    admin = node.server.admin()
    node.server.add(OU, {"objectClass": ["organizationalUnit"], "ou": "x"}, admin)
    node.server.add(f"cn=y,{OU}", {"objectClass": ["organizationalRole"], "cn": "y"}, admin)
    for dn in (P1, REPLICATOR):
        admin.modify_s(dn, [(ldap.MOD_REPLACE, "seeAlso", [REPLICATOR.encode()])])
    admin.unbind_s()
    before = rights(node.server)
    if node.server.release.version == "2.4":
        node.server.save_context_csn()
    node.document["databases"][0]["access"] = True
    node.write()
    done = finish_with_writes(node, (0, 3))
    assert ("access" in {hold.guard for hold in holds(done.stdout)}) == is_held, done.stdout
    assert rights(node.server) >= before
    if is_held:
        assert len(node.server.values(node.dn(), "olcAccess")) == len(rules)
        return
    account = node.server.bind(REPLICATOR, PASSWORD)
    seen = account.search_s(SUFFIX, ldap.SCOPE_SUBTREE)
    account.unbind_s()
    assert {dn: {name: sorted(values) for name, values in entry.items()} for dn, entry in seen} == whole(node.server)
