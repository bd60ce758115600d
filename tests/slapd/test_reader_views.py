# SPDX-License-Identifier: Apache-2.0
"""Where olcAccess leaves open what a reader may see, it is looked at: what slapd shows it, beside one that sees all (G12)."""

import contextlib
import json
import threading
import time

import ldap
import pytest
from access_rules import ROOT_FIRST
from cluster import Cluster, apply_until_joined
from daemon import Daemon
from lone import Lone
from own_time import OwnTime
from slapd import PASSWORD, ROOT_DN, SUFFIX, Database, wait_until
from test_guards import holds, is_provider
from test_joining import is_provider as has_flag
from whole import whole

REPLICATOR = f"cn=replicator,{SUFFIX}"
READERS = f"cn=readers,{SUFFIX}"
ODD = f"cn=odd-with-a-long-name,{SUFFIX}"  # those below one entry come by the length of their names
ADMIN = f"cn=admin,{SUFFIX}"
OPEN = {
    "group": f'group.exact="{READERS}"',
    "set": f'set="[{READERS}]/member & user"',
    "regex": f'dn.regex="^cn=repl[a-z]+,{SUFFIX}$"',
    "dnattr": "dnattr=seeAlso",
}
SASL = {"bindmethod": "sasl", "saslmech": "EXTERNAL", "retry": "60 +", "timeout": 1, "network-timeout": 1}
BECAME = f'PROXYAUTHZ dn="{REPLICATOR}"'
BOUND = f'BIND dn="{REPLICATOR}" method=128'


def passwords_for(who):
    """Passwords are for those alone; root over ldapi may everything."""
    return [ROOT_FIRST, f"to attrs=userPassword by {who} read by self write by anonymous auth by * none", "to * by * read"]


@pytest.fixture(name="lone")
def fixture_lone(slapd_factory, program):
    """Makes a node whose peers are away, with a group of readers and a person."""
    def make(rules, *, member=REPLICATOR, n_more=0, **attributes):
        node = Lone(slapd_factory, program, [Database(backend="mdb", attributes={"olcAccess": rules, **attributes})])
        admin = node.server.admin()
        node.server.add(READERS, {"objectClass": ["groupOfNames"], "cn": "readers", "member": [member]}, admin)
        for i in range(n_more):
            node.server.add(f"cn=many{i},{SUFFIX}", {"objectClass": ["organizationalRole"], "cn": f"many{i}"}, admin)
        node.server.add(f"ou=secret,{SUFFIX}", {"objectClass": ["organizationalUnit"], "ou": "secret"}, admin)
        node.server.add(f"cn=p1,ou=secret,{SUFFIX}", {
            "objectClass": ["person"], "cn": "p1", "sn": "one", "userPassword": "p1-password", "description": "d",
            "seeAlso": [member]}, admin)
        admin.modify_s(REPLICATOR, [(ldap.MOD_ADD, "seeAlso", [member.encode()])])
        admin.unbind_s()
        if node.server.release.version == "2.4":  # what was written since seed() is not in contextCSN yet
            node.server.save_context_csn()
        return node
    return make


def member_set(node, dn):
    admin = node.server.admin()
    admin.modify_s(READERS, [(ldap.MOD_REPLACE, "member", [dn.encode()])])
    admin.unbind_s()


def found(node):
    return [(f["severity"], f["code"]) for f in node.plan_json()["findings"] if f["code"].startswith("readers")]


def held(node):
    """The one hold of an apply, which is G12's; the database is no provider then."""
    done = node.apply()
    assert done.returncode == 3, done.stdout + done.stderr
    hold, = holds(done.stdout)
    assert hold.guard == "G12" and is_provider(node) == (False, False), done.stdout
    return hold.text


@pytest.mark.parametrize("who", OPEN)
def test_who_sees_everything_holds_nothing_and_is_a_note(lone, who):
    node = lone(passwords_for(OPEN[who]))
    node.apply_ok()
    assert all(is_provider(node)) and found(node) == [("note", "readers-compared")]
    planned = node.plan()
    assert planned.returncode == 0 and "sees all entries" in planned.stdout, planned.stdout
    assert "ok       readers " in node.run("doctor").stdout


@pytest.mark.parametrize(("rules", "hidden"), [
    (passwords_for(OPEN["group"]), "userPassword of 1 of "),
    (passwords_for(OPEN["set"]), "userPassword of 1 of "),
    ([ROOT_FIRST, f'to dn.subtree="ou=secret,{SUFFIX}" by {OPEN["group"]} read', "to * by * read"], "2 of 5 entries"),
    ([ROOT_FIRST, f'to filter=(sn=one) by {OPEN["set"]} read', "to * by * read"], "1 of 5 entries"),
    ([ROOT_FIRST, "to attrs=description by dnattr=seeAlso read", "to * by * read"], "description of 1 of ")],
    ids=["group", "set", "subtree", "filter", "dnattr"])
def test_who_sees_less_is_held_until_it_sees_everything(lone, rules, hidden):
    node = lone(rules, member=ROOT_DN)
    assert f"does not see {hidden}" in held(node)
    member_set(node, REPLICATOR)
    admin = node.server.admin()
    admin.modify_s(f"cn=p1,ou=secret,{SUFFIX}", [(ldap.MOD_REPLACE, "seeAlso", [REPLICATOR.encode()])])
    admin.unbind_s()
    if node.server.release.version == "2.4":
        node.server.save_context_csn()
    node.apply_ok()
    assert all(is_provider(node))


def test_a_provider_whose_reader_sees_less_is_critical(lone):
    node = lone(passwords_for(OPEN["group"]))
    node.apply_ok()
    member_set(node, ROOT_DN)
    assert found(node) == [("critical", "readers-denied")]
    done = node.run("doctor")
    assert done.returncode == 2 and "does not see userPassword of 1 of " in done.stdout, done.stdout


def test_nothing_to_compare_proves_nothing(lone):
    """The account sees its own password, by self: that of the first person would get lost."""
    node = lone(passwords_for(OPEN["group"]), member=ROOT_DN)
    admin = node.server.admin()
    admin.modify_s(f"cn=p1,ou=secret,{SUFFIX}", [(ldap.MOD_DELETE, "userPassword", None)])
    admin.unbind_s()
    assert "(userPassword=*)) finds none below" in held(node)


@pytest.mark.parametrize(("rule", "hidden"), [
    (f'to filter=(l=odd) attrs=description by {OPEN["group"]} read by * none', "description of 1 of "),
    (f'to dn.regex="^{ODD}$" by {OPEN["group"]} read by * none', "1 of 606 entries")], ids=["named", "entry"])
def test_one_of_many_entries_is_looked_at(lone, rule, hidden):
    """It is of the same kind as 600 that come first, of which nothing is hidden."""
    node = lone([ROOT_FIRST, rule, "to * by * read"], member=ROOT_DN, n_more=600, olcSizeLimit="unlimited")
    admin = node.server.admin()
    node.server.add(ODD, {"objectClass": ["organizationalRole"], "cn": "odd-with-a-long-name", "l": "odd",
                         "description": "d"}, admin)
    admin.unbind_s()
    assert f"does not see {hidden}" in held(node)


@pytest.mark.turns(3)
@pytest.mark.parametrize("rule", [
    f'to dn.regex="^{ODD}$" attrs=description by {OPEN["group"]} read by * none',
    f'to attrs=description by {OPEN["dnattr"]} read by * none',
    'to attrs=description by set="this/seeAlso & user" read by * none'], ids=["regex", "dnattr", "set"])
def test_what_hangs_on_the_entry_is_looked_at_in_every_entry(lone, rule):
    """The attribute is hidden in one of 600 that have it."""
    node = lone([ROOT_FIRST, rule, "to * by * read"], member=ROOT_DN, olcSizeLimit="unlimited")
    admin = node.server.admin()
    for i in range(600):
        node.server.add(f"cn=many{i},{SUFFIX}", {"objectClass": ["organizationalRole"], "cn": f"many{i}", "description": "d",
                                                 "seeAlso": [REPLICATOR]}, admin)
    node.server.add(ODD, {"objectClass": ["organizationalRole"], "cn": "odd-with-a-long-name", "description": "d"}, admin)
    admin.modify_s(f"cn=p1,ou=secret,{SUFFIX}", [(ldap.MOD_REPLACE, "seeAlso", [REPLICATOR.encode()])])
    admin.unbind_s()
    if node.server.release.version == "2.4":
        node.server.save_context_csn()
    assert "does not see description of 1 of 60" in held(node)
    admin = node.server.admin()
    admin.delete_s(ODD)
    admin.unbind_s()
    if node.server.release.version == "2.4":
        node.server.save_context_csn()
    node.apply_ok()
    assert all(is_provider(node)) and found(node) == [("note", "readers-compared")]


def test_where_root_itself_may_not_see_everything_less_is_proof_and_equal_is_none(lone):
    node = lone([f'to dn.subtree="ou=secret,{SUFFIX}" by dn.exact="{ROOT_DN}" read by {OPEN["group"]} read',
                 *passwords_for(OPEN["group"])[1:]], member=ADMIN)
    assert "does not see 2 of 5 entries" in held(node)
    member_set(node, REPLICATOR)
    text = held(node)
    assert "could not be tried either" in text and "may not see everything itself" in text, text


@pytest.mark.parametrize("member", [REPLICATOR, ADMIN])
def test_the_rootdn_of_a_link_sees_what_root_over_ldapi_may_not(lone, member):
    """A rotation away from the rootdn, with whose password the live link still binds."""
    node = lone(passwords_for(OPEN["group"])[1:], member=member)
    assert node.apply("--release", "G12").returncode == 0 and found(node) == [("warning", "readers-not-proven")]
    node.edit([(ldap.MOD_REPLACE, "olcSyncrepl", node.value(2, binddn=ADMIN, credentials=PASSWORD))])
    assert found(node) == [("note", "readers-compared") if member == REPLICATOR else ("critical", "readers-denied")]


def a_node_whose_peers_have_no_password(lone):
    """Its rootdn is root over ldapi, and the peers bind with SASL."""
    node = lone(passwords_for(OPEN["group"])[1:])
    node.edit([(ldap.MOD_DELETE, "olcRootPW", None), (ldap.MOD_REPLACE, "olcRootDN", ROOT_DN)])
    node.document["databases"][0]["syncrepl"] = SASL
    node.document["databases"][0]["readers"] = [REPLICATOR]
    node.write()
    return node


def test_who_cannot_bind_here_is_looked_at_through_the_rootdn_where_that_is_root(lone):
    """Peers that bind with SASL have no password."""
    node = a_node_whose_peers_have_no_password(lone)
    node.apply_ok()
    assert all(is_provider(node)) and found(node) == [("note", "readers-compared")]
    assert node.server.log_count(BOUND) == 0


def test_who_cannot_bind_here_stays_open(lone):
    node = lone(passwords_for(OPEN["group"]))
    node.document["databases"][0]["syncrepl"] = SASL
    node.document["databases"][0]["readers"] = [REPLICATOR]
    node.write()
    assert "this node knows no password" in held(node)


def test_a_wrong_password_is_sent_once(lone):
    node = lone(passwords_for(OPEN["group"]))
    node.write_secret("wrong")
    assert "slapd answered 49" in held(node)
    for _ in range(2):
        assert "is not asked again" in held(node)
    assert node.server.log_count(BOUND) == 1
    node.write_secret(PASSWORD)
    node.apply_ok()
    assert all(is_provider(node))


def test_an_account_that_is_not_there_yet_is_sent_no_password(lone):
    node = lone(passwords_for(OPEN["group"]))
    admin = node.server.admin()
    entry = dict(admin.search_s(REPLICATOR, ldap.SCOPE_BASE))[REPLICATOR]
    admin.delete_s(REPLICATOR)
    assert "its entry is not in the database" in held(node)
    assert node.server.log_count(BOUND) == 0
    admin.add_s(REPLICATOR, list(entry.items()))
    admin.unbind_s()
    if node.server.release.version == "2.4":
        node.server.save_context_csn()
    node.apply_ok()
    assert all(is_provider(node))


@pytest.mark.parametrize("who", ["peername.ip=127.0.0.0%255.0.0.0", "ssf=1", 'sockname.regex="^PATH=.*$"'])
def test_what_hangs_on_the_connection_is_not_looked_at(lone, who):
    """Over ldapi some of it would be granted, and to no peer."""
    node = lone(passwords_for(f"{who} dn.exact={REPLICATOR}"))
    assert "hangs on how a peer connects" in held(node)
    assert node.server.log_count(BOUND) == 0


@pytest.mark.parametrize(("rule", "lacks"), [
    (f'to attrs=member val.exact="{ADMIN}" by * none', {ADMIN}),
    ("to attrs=member by dnattr=member selfdisclose by * read", {REPLICATOR})], ids=["val", "self"])
def test_what_hangs_on_single_values_is_not_looked_at(lone, rule, lacks):
    """Peers would get the others of the attribute, and lose that one."""
    node = lone([ROOT_FIRST, rule, "to * by * read"])
    admin = node.server.admin()
    admin.modify_s(READERS, [(ldap.MOD_ADD, "member", [ADMIN.encode()])])
    if node.server.release.version == "2.4":
        node.server.save_context_csn()
    seen = node.server.bind(REPLICATOR, PASSWORD).search_s(READERS, ldap.SCOPE_BASE)[0][1]["member"]
    assert {REPLICATOR, ADMIN} - {value.decode() for value in seen} == lacks
    assert "hangs on single values" in held(node)
    admin.unbind_s()


def test_a_limit_of_the_reader_proves_nothing_until_it_is_lifted(lone):
    """One apply: limits first, then the look, then the overlay."""
    node = lone(passwords_for(OPEN["group"]), n_more=20, olcSizeLimit="10", olcLimits=f'dn.exact="{ROOT_DN}" size=unlimited')
    node.document["databases"][0]["limits"] = False
    node.write()
    assert "a limit lets it read 10 entries only" in held(node)
    del node.document["databases"][0]["limits"]
    node.write()
    node.apply_ok()
    assert all(is_provider(node)) and found(node) == [("note", "readers-compared")]


def test_a_limit_of_root_is_made_good_by_slapds_own_count(lone):
    node = lone(passwords_for(OPEN["group"]), n_more=20, olcSizeLimit="10",
                olcLimits=f'dn.exact="{REPLICATOR}" size=unlimited time=unlimited')
    node.apply_ok()
    node.server.modify(node.dn(), [(ldap.MOD_REPLACE, "olcAccess", [
        ROOT_FIRST, f'to dn.regex="^cn=many1.,{SUFFIX}$" by {OPEN["group"]} none by * read', "to * by * read"])])
    assert found(node) == [("warning", "readers-not-proven")]


def test_who_writes_meanwhile_hides_nothing(lone):
    # The writer needs room: while somebody reads on, no page is used again.
    node = lone(passwords_for(OPEN["group"]), n_more=300, olcSizeLimit="unlimited", olcDbMaxSize=str(2**30))
    node.apply_ok()
    node.server.modify(node.dn(), [(ldap.MOD_DELETE, "olcSyncrepl", None), (ldap.MOD_DELETE, node.flag, None)])
    end = threading.Event()

    def write():
        admin = node.server.admin()
        i = 0
        while not end.is_set():
            admin.add_s(f"cn=new{i},{SUFFIX}", [("objectClass", [b"organizationalRole"]), ("cn", [f"new{i}".encode()])])
            if i >= 5:
                admin.delete_s(f"cn=new{i - 5},{SUFFIX}")
            i += 1
        admin.unbind_s()
    writer = threading.Thread(target=write)
    with ending(writer, end):
        for _ in range(5):
            assert found(node) == [("note", "readers-compared")] and writer.is_alive()


@contextlib.contextmanager
def ending(thread, event):
    thread.start()
    try:
        yield
    finally:
        event.set()
        thread.join()


def test_the_daemon_looks_again_when_access_changed_or_slapd_started(lone):
    node = lone(passwords_for(OPEN["group"]))
    node.apply_ok()
    looks = node.server.log_count(BOUND)
    with Daemon(node) as daemon:
        def passes(n):
            """So many more passes; returns how often somebody looked meanwhile."""
            before = daemon.last_pass()[0]
            for _ in range(n):
                seen = daemon.last_pass()[0]
                daemon.reload()
                wait_until(lambda seen=seen: daemon.last_pass()[0] > seen, "a pass")
            assert daemon.last_pass()[0] >= before + n
            return node.server.log_count(BOUND) - looks
        daemon.wait_at_rest()
        assert passes(3) == 1
        node.server.modify(node.dn(), [(ldap.MOD_ADD, "olcAccess", '{2}to attrs=description by * read')])
        wait_until(lambda: node.server.log_count(BOUND) == looks + 2, "it looked under the new access")
        assert passes(2) == 2
        node.server.restart()
        wait_until(lambda: node.server.log_count(BOUND) == looks + 3, "it looked after slapd's start")
        assert passes(2) == 3


def test_the_daemon_looks_once_through_the_rootdn(lone):
    node = a_node_whose_peers_have_no_password(lone)
    node.apply_ok()
    before = node.server.log_count(BECAME)
    with Daemon(node) as daemon:
        daemon.wait_at_rest()
        looked = node.server.log_count(BECAME)
        assert looked > before
        for _ in range(2):
            seen = daemon.last_pass()[0]
            daemon.reload()
            wait_until(lambda seen=seen: daemon.last_pass()[0] > seen, "a pass")
        assert node.server.log_count(BECAME) == looked


def test_where_slapd_gave_no_answer_it_is_asked_again_who_reads(lone):
    """More than a limit of the monitor database shows: nobody knows then, and it is no answer for the next minutes."""
    node = lone([ROOT_FIRST, f'to attrs=userPassword by dn.exact="{REPLICATOR}" read by * auth', "to * by * read"])
    node.document["peers"][1]["uri"] = "ldap://127.0.0.1:9"  # where the others read from in this test
    node.write()
    node.apply_ok()
    monitor, = (dn for dn in node.server.config() if dn.startswith("olcDatabase={1}monitor"))
    persist = ldap.controls.RequestControl("1.3.6.1.4.1.4203.1.9.1.1", True, b"\x30\x03\x0a\x01\x03")
    with contextlib.ExitStack() as stack:
        for _ in range(25):  # more than there are entries in the searches of cn=monitor of each pass
            account = node.server.bind(f"cn=p1,ou=secret,{SUFFIX}", "p1-password")
            stack.callback(account.unbind_s)
            account.search_ext(SUFFIX, ldap.SCOPE_BASE, serverctrls=[persist])
        opened = time.monotonic()
        node.server.modify(monitor, [(ldap.MOD_REPLACE, "olcSizeLimit", "20")])
        with Daemon(node) as daemon:
            daemon.wait_at_rest()
            assert not unnamed(node)
            wait_until(lambda: time.monotonic() > opened + 3, "what goes on for a moment counts")
            node.server.modify(monitor, [(ldap.MOD_REPLACE, "olcSizeLimit", "unlimited")])
            own = OwnTime(daemon.pid)
            wait_until(lambda: unnamed(node), "it is told who reads")
            assert own.seconds() < 15


def unnamed(node):
    with open(f"{node.run_dir}/status.json", encoding="utf-8") as file:
        return [one for one in json.load(file)["findings"] if one["code"] == "readers-unnamed"]


@pytest.mark.long  # slapd 2.6.10 may die (signal 11) of a search with sync control that a size limit cuts
def test_what_is_seen_in_the_middle_of_a_first_refresh_is_looked_at_again(slapd_factory, program):
    """The group that lets the account read comes last: before, it sees no password."""
    cluster = Cluster(slapd_factory, program, 2, [Database(backend="mdb", attributes={"olcAccess": passwords_for(OPEN["group"])})])
    first, node = cluster
    first.server.seed()
    admin = first.server.admin()
    for i in range(100):
        first.server.add(f"cn=p{i},{SUFFIX}", {"objectClass": ["person"], "cn": f"p{i}", "sn": "one", "userPassword": "secret"}, admin)
    first.server.add(READERS, {"objectClass": ["groupOfNames"], "cn": "readers", "member": [REPLICATOR]}, admin)
    admin.unbind_s()
    if first.server.release.version == "2.4":
        first.server.save_context_csn()
    apply_until_joined(first)
    first.edit([(ldap.MOD_REPLACE, "olcLimits", f"dn.exact={REPLICATOR} size=50")])
    with Daemon(node) as daemon:
        wait_until(lambda: len(whole(node.server)) == 50, "a part of it is there", 30)
        seen = daemon.last_pass()[0]
        for n in (1, 2):  # the second one begins with what is there now
            daemon.reload()
            wait_until(lambda n=n: daemon.last_pass()[0] >= seen + n, "a pass")
        assert not has_flag(node)
        first.edit([(ldap.MOD_REPLACE, "olcLimits", f"dn.exact={REPLICATOR} size=unlimited time=unlimited")])
        wait_until(lambda: has_flag(node), "it has joined", 40)
    assert found(node) == [("note", "readers-compared")]


def test_the_daemon_sends_a_wrong_password_once_and_the_right_one_at_once(lone):
    node = lone(passwords_for(OPEN["group"]))
    node.apply_ok()
    looks = node.server.log_count(BOUND)
    node.write_secret("wrong")
    with Daemon(node) as daemon:
        wait_until(lambda: node.server.log_count(BOUND) == looks + 1, "it was sent")
        for _ in range(3):
            seen = daemon.last_pass()[0]
            daemon.reload()
            wait_until(lambda seen=seen: daemon.last_pass()[0] > seen, "a pass")
        assert node.server.log_count(BOUND) == looks + 1
        node.write_secret(PASSWORD)
        wait_until(lambda: node.server.log_count(BOUND) == looks + 2, "the right one was sent")
