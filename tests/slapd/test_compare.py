# SPDX-License-Identifier: Apache-2.0
"""compare: which entries differ between this node and its peers, of which each kind is found and nothing else is told."""

import contextlib
import json
import os
import re
import stat
import subprocess
import threading
import time

import ldap
import pytest
from cluster import Cluster, add_person
from copies import NEW, OLD, add_many, as_glue, change, clone, fill, renamed, show_count, with_csn
from daemon import Daemon, wait_metric_line
from relay import Relay
from slapd import ROOT_DN, SUFFIX, Database, wait_until

MDB = "mdb"
# What `make` builds: the program as it is installed.
PLAIN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../build/syncward")


def database(**options):
    return Database(backend=MDB, overlays=("syncprov",), **options)


@pytest.fixture(name="pair")
def fixture_pair(slapd_factory, program):
    """Two nodes in step with some people."""
    def make(n=40, nodes=2, counts=True, **options):
        cluster = Cluster(slapd_factory, program, nodes, [database(**options)]).form_by_hand()
        for node in cluster if counts else ():
            show_count(node)
        fill(cluster[0].server, n)
        cluster.wait_in_step()
        cluster.wait_persistent()
        return cluster
    return make


def compare(node, *words, status=None, timeout=120):
    """Runs it; returns the document."""
    done = node.run("compare", "--output", "json", *words, timeout=timeout)
    assert status is None or done.returncode == status, done.stdout + done.stderr
    document = json.loads(done.stdout)
    assert done.returncode == {"equal": 0, "different": 1, "not-comparable": 3, "not-known": 3}[document["verdict"]]
    return document


def compare_at_last(node, *words):
    """compare, as often as entries came and went while it read; it says so, and that it may be tried again."""
    def known():
        document = compare(node, *words)
        return document["verdict"] in ("equal", "different") and document
    return wait_until(known, "what is compared stands still long enough", 90)


def peer_of(document, peer_id=2):
    (found,) = [peer for peer in document["databases"][0]["peers"] if peer["id"] == peer_id]
    return found


def found(peer):
    return sorted((d["kind"], d["dn"]) for d in peer["differences"])


def cut(node):
    """Takes this node's consumers away; returns what brings them back."""
    values, flag = node.syncrepl(), node.server.flag()
    node.edit([(ldap.MOD_DELETE, flag, None), (ldap.MOD_DELETE, "olcSyncrepl", None)])
    return lambda: node.edit([(ldap.MOD_ADD, "olcSyncrepl", values), (ldap.MOD_ADD, flag, "TRUE")])


# Equal

@pytest.mark.every_release
def test_copies_in_step_are_equal_and_nothing_is_written(pair):
    cluster = pair(nodes=3)
    before = cluster[0].server.context_csns(), cluster[0].server.config_writes()
    document = compare(cluster[0], status=0)
    assert document["databases"][0]["here"]["sees"] == "whole" and document["databases"][0]["here"]["entries"] == 42
    for peer_id in (2, 3):
        peer = peer_of(document, peer_id)
        assert (peer["verdict"], peer["sees"], peer["entries"], peer["counted"]) == ("equal", "whole", 42, 42)
        assert found(peer) == []
    done = cluster[1].run("compare")
    assert done.returncode == 0 and done.stderr == ""
    assert done.stdout.startswith(f"{SUFFIX}: 42 entries here\n") and done.stdout.endswith("All copies are equal.\n")
    assert (cluster[0].server.context_csns(), cluster[0].server.config_writes()) == before


def test_only_the_peers_and_databases_that_are_asked_for_are_read(slapd_factory, program):
    other = "o=other"
    cluster = Cluster(slapd_factory, program, 3, [database(), Database(other, MDB, ("syncprov",))])
    cluster.form_by_hand()
    for node in cluster:
        show_count(node)
        show_count(node, other)
    document = compare(cluster[0], "--suffix", "O=Other", "--peer", "3", status=0)
    assert [d["suffix"] for d in document["databases"]] == [other]
    assert [peer["id"] for peer in document["databases"][0]["peers"]] == [3]
    document = compare(cluster[0], status=0)
    assert [len(d["peers"]) for d in document["databases"]] == [2, 2]
    for words, message in ((("--suffix", "o=otter"), "did you mean 'o=other'?"), (("--peer", "1"), "--peer '1' is no id"),
                           (("--peer", str(2**32 + 2)), "is no id"),
                           (("--lag", "x"), "--lag 'x' is not"), (("--rate", "-1"), "--rate '-1' is not")):
        done = cluster[0].run("compare", *words)
        assert done.returncode == 64 and message in done.stderr, done.stderr


# Different

def expected(first=1):
    """What edited() makes, seen from the other node."""
    return sorted([("missing-there", f"cn=p{first},{SUFFIX}"), ("missing-here", f"cn=more{first},{SUFFIX}"),
                   ("older-there", f"cn=p{first + 1},{SUFFIX}"), ("older-here", f"cn=p{first + 2},{SUFFIX}")])


def edited(records, first=1):
    """One difference of each kind."""
    gone, older, newer = (f"cn=p{first + i},{SUFFIX}" for i in range(3))
    changed = {dn: record for dn, record in records.items() if dn != gone}
    changed[f"cn=more{first},{SUFFIX}"] = renamed(records[gone], f"more{first}")
    changed[older] = with_csn(records[older], OLD)
    changed[newer] = with_csn(records[newer], NEW)
    return changed


def change_second(cluster, edit=edited):
    """Gives node 2 another copy under the same contextCSN. The links are cut: a refresh would mend some of it."""
    for node in cluster:
        cut(node)
    change(cluster[1].server, edit)
    assert len({frozenset(node.server.context_csns()) for node in cluster}) == 1


def marks(node):
    return {dn: (entry["entryUUID"][0], entry["entryCSN"][0])
            for dn, entry in node.server.entries(attributes=["entryUUID", "entryCSN"]).items()}


def change_second_linked(cluster):
    """The same while both read each other, with other entries where slapd's refresh at the start mended it.

    Returns what must be found.
    """
    for first in range(1, 40, 3):
        change(cluster[1].server, lambda records, first=first: edited(records, first))
        for node in cluster:
            wait_until(lambda server=node.server: server.sessions(f"cn=replicator,{SUFFIX}"), f"{node.server} is read")
        cluster.wait_persistent()
        cluster.wait_in_step()
        if len(set(marks(cluster[0]).items()) ^ set(marks(cluster[1]).items())) == 6:
            return expected(first)
    raise AssertionError("slapd mends it each time")


@pytest.mark.every_release
def test_one_difference_of_each_kind_is_found_under_equal_context_csns(pair):
    """contextCSN is equal: nothing is on its way, so nothing is waited for."""
    cluster = pair()
    change_second(cluster)
    try:
        peer = peer_of(compare(cluster[0], "--lag", "600", status=1, timeout=40))
    except subprocess.TimeoutExpired:
        pytest.fail("compare waits")
    assert found(peer) == expected()
    assert peer["counts"] == {"missing-there": 1, "missing-here": 1, "older-there": 1, "older-here": 1, "other-contents": 0}
    older = [d for d in peer["differences"] if d["kind"] == "older-there"][0]
    assert older["entrycsn_there"] == OLD and older["entrycsn_here"] > OLD
    done = cluster[0].run("compare")
    assert done.returncode == 1 and done.stdout.endswith("The copies differ.\n")
    for kind, dn in expected():
        assert f"    {kind.replace('-', ' ')}: 1\n      {dn}; " in done.stdout
    # The other side says the same the other way round.
    turned = {"missing-here": "missing-there", "missing-there": "missing-here", "older-here": "older-there",
              "older-there": "older-here"}
    assert found(peer_of(compare(cluster[1], status=1), 1)) == sorted((turned[kind], dn) for kind, dn in expected())


@pytest.mark.every_release
def test_what_the_guide_says_mends_a_difference(pair):
    """Any change of an entry brings the whole of it to where it is missing or older."""
    cluster = pair()
    bring_back = [cut(node) for node in cluster]
    change(cluster[1].server, edited)
    for function in bring_back:
        function()
    for kind, dn in found(peer_of(compare(cluster[0], status=1))):
        admin = cluster[1 if kind.endswith("-here") else 0].server.admin()
        admin.modify_s(dn, [(ldap.MOD_REPLACE, "description", [b"touched"])])
        admin.unbind_s()
    cluster.wait_in_step()
    compare(cluster[0], "--lag", "0", status=0)


@pytest.mark.every_release
def test_what_the_guide_says_takes_away_what_a_node_kept(pair):
    """It was deleted everywhere else: that node's slapd is stopped, an entry is changed elsewhere, and it is started."""
    cluster = pair(nodes=3)
    first, second = cluster[0], cluster[1]
    # Old: 2.4 tries a link again from where it first began, be that before the people were added, and would read it, too.
    change(second.server, lambda records: {
        **records, f"cn=kept,{SUFFIX}": with_csn(renamed(records[f"cn=p2,{SUFFIX}"], "kept"), OLD)})
    wait_until(lambda: found(peer_of(compare(first, "--lag", "0"))) == [("missing-here", f"cn=kept,{SUFFIX}")], "it is kept")
    second.server.stop()
    admin = first.server.admin()
    admin.modify_s(f"cn=p1,{SUFFIX}", [(ldap.MOD_REPLACE, "description", [b"touched"])])
    admin.unbind_s()
    second.server.start()
    wait_until(lambda: f"cn=kept,{SUFFIX}" not in second.server.entries(), "it is gone", 60)
    assert compare(first, "--peer", "2", "--lag", "20", status=0)["verdict"] == "equal"
    wait_until(lambda: len({frozenset(node.server.entries()) for node in cluster}) == 1, "all three have the same")


def test_a_change_on_its_way_is_no_difference(pair):
    cluster = pair()
    bring_back = cut(cluster[1])
    add_person(cluster[0].server, "late")
    process = subprocess.Popen(cluster[0].command("compare", "--lag", "300"), stdout=subprocess.PIPE, text=True)
    wait_until(lambda: cluster[1].server.log_count(r"filter=\"\(\|\(entryUUID="), "it looks again")
    bring_back()
    output, _ = process.communicate(timeout=90)
    assert process.returncode == 0, output


def test_what_lasts_for_the_lag_is_told(pair):
    cluster = pair()
    cut(cluster[1])
    add_person(cluster[0].server, "new")
    admin = cluster[0].server.admin()
    admin.modify_s(f"cn=p1,{SUFFIX}", [(ldap.MOD_REPLACE, "description", [b"x"])])
    admin.delete_s(f"cn=p2,{SUFFIX}")
    admin.unbind_s()
    assert found(peer_of(compare(cluster[0], "--lag", "1", status=1))) == [
        ("missing-here", f"cn=p2,{SUFFIX}"), ("missing-there", f"cn=new,{SUFFIX}"), ("older-there", f"cn=p1,{SUFFIX}")]


@contextlib.contextmanager
def clients(cluster, name):
    """Writes at every node all the time: entries of their own come, change and go."""
    over = threading.Event()
    failures = []

    def work(number, server):
        admin = server.admin()
        i = 0
        try:
            while not over.is_set():
                i += 1
                dn = f"cn={name}{number}x{i},{SUFFIX}"
                server.add(dn, {"objectClass": ["person"], "cn": dn.split(",")[0][3:], "sn": "s"}, admin)
                admin.modify_s(f"cn=p{number * 50 + i % 5 + 100},{SUFFIX}",
                               [(ldap.MOD_REPLACE, "description", [str(i).encode()])])
                if i > 20:
                    admin.delete_s(f"cn={name}{number}x{i - 20},{SUFFIX}")
                time.sleep(0.01)
        except ldap.LDAPError as error:
            failures.append(error)
        admin.unbind_s()

    threads = [threading.Thread(target=work, args=(i, node.server)) for i, node in enumerate(cluster)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert not failures


@pytest.mark.one_release  # 2.4 does not tell when a refresh is over, which mends what is compared
def test_under_load_exactly_the_differences_are_told(pair):
    cluster = pair(n=200)
    with clients(cluster, "a"):
        assert compare_at_last(cluster[0], "--lag", "20")["verdict"] == "equal"
    cluster.wait_in_step()
    differences = change_second_linked(cluster)
    with clients(cluster, "b"):
        assert found(peer_of(compare_at_last(cluster[0], "--lag", "5"))) == differences


# What slapd loses (field facts), with nobody there who repairs it

@pytest.mark.every_release
def test_what_a_session_log_loses_is_found(pair):
    """Fact 25: contextCSN is equal afterwards. 2.4 loses nothing."""
    cluster = pair()
    node, other = cluster
    overlay = node.server.search(node.server.database_dn(), "(objectClass=olcSyncProvConfig)", ["1.1"])[0][0]
    node.server.modify(overlay, [(ldap.MOD_ADD, "olcSpSessionlog", "1000")])
    add_person(node.server, "first")
    cluster.wait_in_step()
    other.server.stop()
    admin = node.server.admin()
    admin.modify_s(f"cn=p1,{SUFFIX}", [(ldap.MOD_REPLACE, "description", [b"x"])])
    add_person(node.server, "new")
    admin.delete_s(f"cn=p2,{SUFFIX}")
    admin.unbind_s()
    other.server.start()
    cluster.wait_in_step()
    loses = node.server.release.version != "2.4"
    expected = [("missing-there", f"cn=new,{SUFFIX}"), ("older-there", f"cn=p1,{SUFFIX}")] if loses else []
    assert found(peer_of(compare(node, status=1 if loses else 0))) == expected


@pytest.mark.every_release
def test_an_entry_that_a_refresh_does_not_delete_is_found(slapd_factory, program):
    """Fact 26: the entries are older than the server IDs."""
    cluster = Cluster(slapd_factory, program, 2, [Database(backend=MDB)])
    cluster[0].server.add_seed()
    dns = fill(cluster[0].server, 5)
    for node in cluster:
        node.server.modify("cn=config", [(ldap.MOD_REPLACE, "olcServerID", str(node.id))])
        if node.server.release.has_module("syncprov"):
            with contextlib.suppress(ldap.TYPE_OR_VALUE_EXISTS):
                node.server.modify("cn=module{0},cn=config", [(ldap.MOD_ADD, "olcModuleLoad", "syncprov")])
    admin = cluster[0].server.admin()  # so that contextCSN gets server ID 1 and nothing of 0
    admin.modify_s(SUFFIX, [(ldap.MOD_REPLACE, "description", [b"x"])])
    admin.unbind_s()
    for node in cluster:
        node.connect_by_hand(cluster.nodes, cluster.databases[0])
        show_count(node)
    cluster.wait_in_step()
    cluster[0].server.stop()
    admin = cluster[1].server.admin()
    admin.delete_s(dns[0])
    admin.unbind_s()
    cluster[0].server.start()
    cluster.wait_in_step()
    peer = peer_of(compare(cluster[0], status=1))
    assert found(peer) == [("missing-there", dns[0])]


def test_glue_is_found(pair):
    cluster = pair()
    dn = f"cn=p5,{SUFFIX}"
    change_second(cluster, lambda records: {**records, dn: renamed(as_glue(records[dn]), "p5")})
    peer = peer_of(compare(cluster[0], status=1))
    assert found(peer) == [("missing-here", dn), ("missing-there", dn)]


# Contents

def without(record, name):
    return "\n".join(line for line in record.split("\n") if not line.startswith(name + ":"))


@pytest.mark.every_release
def test_other_contents_of_the_same_version_are_told_by_name_and_order_does_not_count(pair):
    cluster = pair()

    def edit(records):
        p1, p2, p3 = (f"cn=p{i},{SUFFIX}" for i in (1, 2, 3))
        turned = records[p3].replace("objectClass: person\n", "objectClass: person\ndescription: b\ndescription: a\n")
        return {**records, p1: without(records[p1], "userPassword"), p3: turned,
                p2: records[p2].replace("sn: s", "sn: canary")}
    change_second(cluster, edit)
    assert compare(cluster[0], status=0)["verdict"] == "equal"
    peer = peer_of(compare(cluster[0], "--attributes", status=1))
    assert sorted((d["kind"], d["dn"], d["attributes"]) for d in peer["differences"]) == [
        ("other-contents", f"cn=p1,{SUFFIX}", ["userPassword"]), ("other-contents", f"cn=p2,{SUFFIX}", ["sn"]),
        ("other-contents", f"cn=p3,{SUFFIX}", ["description"])]
    done = cluster[0].run("compare", "--attributes")
    assert done.returncode == 1 and "canary" not in done.stdout + done.stderr
    assert f"    same version, other contents: 3\n      cn=p1,{SUFFIX}; userPassword\n" in done.stdout
    # The same values in another order.
    change(cluster[0].server, lambda records: {
        **records, f"cn=p3,{SUFFIX}": records[f"cn=p3,{SUFFIX}"].replace(
            "objectClass: person\n", "objectClass: person\ndescription: a\ndescription: b\n"),
        f"cn=p2,{SUFFIX}": records[f"cn=p2,{SUFFIX}"].replace("sn: s", "sn: canary"),
        f"cn=p1,{SUFFIX}": without(records[f"cn=p1,{SUFFIX}"], "userPassword")})
    document = compare(cluster[0], "--attributes", status=3)
    assert document["verdict"] == "not-known" and found(peer_of(document)) == []


MIB = 1 << 20


def grow(server, dn, mib):
    """Gives the entry so many more MiB, in pieces that slapd takes from a client."""
    admin = server.admin()
    for _ in range(0, mib, 3):
        admin.modify_s(dn, [(ldap.MOD_ADD, "userPassword", [os.urandom(3 * MIB)])])
    admin.unbind_s()


LARGE = {"olcDbMaxSize": str(1 << 30)}


@pytest.mark.long
@pytest.mark.one_release
def test_large_entries_are_compared(pair):
    """As groups of a hundred thousand members are; together these are more than is read at once."""
    cluster = pair(n=9, attributes=LARGE)
    for i in (1, 2, 3):
        grow(cluster[0].server, f"cn=p{i},{SUFFIX}", 6)
    cluster.wait_in_step()
    document = compare(cluster[0], "--attributes", status=3)
    assert document["verdict"] == "not-known" and found(peer_of(document)) == []

    def lose(records):
        return {dn: without(record, "sn") + "\nsn: other" if re.match(r"cn=p[123],", dn) else record
                for dn, record in records.items()}
    change_second(cluster, lose)
    peer = peer_of(compare(cluster[0], "--attributes", status=1))
    assert [(d["dn"], d["attributes"]) for d in peer["differences"]] == [(f"cn=p{i},{SUFFIX}", ["sn"]) for i in (1, 2, 3)]
    assert "contents_problem" not in peer


@pytest.mark.one_release
def test_an_entry_that_is_too_large_to_be_read_is_told_and_hides_no_other_difference(pair):
    cluster = pair(n=9, attributes=LARGE)
    for node in cluster:
        cut(node)
    grow(cluster[1].server, f"cn=p5,{SUFFIX}", 18)  # at the peer alone
    peer = peer_of(compare(cluster[0], "--attributes", "--lag", "0", status=1))
    assert found(peer) == [("older-here", f"cn=p5,{SUFFIX}")] and "more than 16 MiB" in peer["contents_problem"]
    for node in cluster:
        node.server.stop()
    clone(cluster[1].server, cluster[0].server)  # at both
    for node in cluster:
        node.server.start()
    done = cluster[0].run("compare", "--attributes")
    assert done.returncode == 3 and "not comparable, 11 entries; contents were not compared: " in done.stdout
    assert "more than 16 MiB" in done.stdout and "othing differs" not in done.stdout
    assert done.stdout.endswith("Not everything could be compared.\n")
    admin = cluster[0].server.admin()
    admin.modify_s(f"cn=p4,{SUFFIX}", [(ldap.MOD_REPLACE, "description", [b"x"])])
    admin.unbind_s()
    peer = peer_of(compare(cluster[0], "--attributes", "--lag", "0", status=1))
    assert found(peer) == [("older-there", f"cn=p4,{SUFFIX}")] and "more than 16 MiB" in peer["contents_problem"]


def test_lost_passwords_are_found(pair):
    """They got lost while the account did not see them; now it does (field.md, Passwords)."""
    cluster = pair()
    node = cluster[0]
    node.edit([(ldap.MOD_REPLACE, "olcAccess", [
        "to attrs=userPassword by self write by anonymous auth by * none", "to * by * read"])])
    (dn,) = fill(node.server, 1, prefix="late")
    admin = node.server.admin()
    admin.modify_s(f"cn=p1,{SUFFIX}", [(ldap.MOD_REPLACE, "description", [b"x"])])
    admin.unbind_s()
    cluster.wait_in_step()
    assert compare(node, "--attributes", status=3)["verdict"] == "not-known"
    node.edit([(ldap.MOD_REPLACE, "olcAccess", [
        f'to attrs=userPassword by dn.exact="cn=replicator,{SUFFIX}" read by self write by anonymous auth by * none',
        "to * by * read"])])
    assert compare(node, status=0)["verdict"] == "equal"
    peer = peer_of(compare(node, "--attributes", status=1))
    assert sorted((d["dn"], *d["attributes"]) for d in peer["differences"]) == [
        (dn, "userPassword"), (f"cn=p1,{SUFFIX}", "userPassword")]
    for lost in (dn, f"cn=p1,{SUFFIX}"):  # what the guide says
        admin = node.server.admin()
        admin.modify_s(lost, [(ldap.MOD_REPLACE, "seeAlso", [b"cn=x"])])
        admin.unbind_s()
    cluster.wait_in_step()
    assert found(peer_of(compare(node, "--attributes", status=3))) == []


def test_contents_under_load_differ_in_nothing(pair):
    cluster = pair(n=200)
    with clients(cluster, "a"):
        document = compare(cluster[0], "--lag", "20", "--attributes", status=3)
    assert document["verdict"] == "not-known" and found(peer_of(document)) == []


# Kept for status, check and metrics

def test_numbers_are_kept_and_no_entry_is_named(pair):
    cluster = pair()
    node = cluster[0]
    change_second(cluster)
    done = node.run("compare", "--record")
    assert done.returncode == 1 and "missing there: 1\n" in done.stdout and "cn=p" not in done.stdout
    done = node.run("compare", "--record", "--output", "json")
    assert "differences" not in json.loads(done.stdout)["databases"][0]["peers"][0]
    path = os.path.join(node.state_dir, "compare.json")
    doctor = node.run("doctor", "in-step")
    assert doctor.returncode != 0 and "4 entries differ from peer 2 when they were compared" in doctor.stdout, doctor.stdout
    verify = node.run("verify")
    assert verify.returncode == 1 and "4 entries differ from peer 2 when they were compared" in verify.stdout, verify.stdout
    with open(path, encoding="utf-8") as file:
        assert "cn=p" not in file.read()
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    with Daemon(node) as daemon:
        wait_until(lambda: daemon.last_pass()[0] > 0, "a pass")
        (told,) = json.loads(node.run("status", "--output", "json").stdout)["compared"]
        assert (told["suffix"], told["id"], told["verdict"]) == (SUFFIX, 2, "different")
        assert told["counts"] == {"missing-there": 1, "missing-here": 1, "older-there": 1, "older-here": 1,
                                  "other-contents": 0}
        assert "compared with 2" in node.run("status").stdout and "differences=4;;;0" in node.run("check").stdout
        wait_metric_line(node, f'syncward_compare_differences{{suffix="{SUFFIX}",peer="2",kind="older-here"}} 1')


@pytest.mark.one_release
def test_what_is_kept_is_of_peers_that_there_are_and_a_damaged_file_is_none(pair):
    cluster = pair(nodes=3)
    node = cluster[0]
    path = os.path.join(node.state_dir, "compare.json")

    def kept():
        with open(path, encoding="utf-8") as file:
            return [(r["peer"], r["verdict"]) for r in json.load(file)["records"]]
    node.run("compare", "--record")
    assert kept() == [(2, "equal"), (3, "equal")]
    cluster[2].server.stop()
    node.run("compare", "--record", "--peer", "3")
    assert kept() == [(2, "equal"), (3, "not-comparable")]
    cluster.document["peers"].pop()
    cluster.write()
    node.run("compare", "--record")
    assert kept() == [(2, "equal")]
    with open(path, "w", encoding="utf-8") as file:
        file.write("{")
    assert node.run("compare", "--record").returncode == 0
    assert kept() == [(2, "equal")]


@pytest.mark.one_release
def test_that_copies_were_equal_is_not_known_behind_a_link_that_was_made_anew(pair):
    """What is deleted while slapd reads several peers anew may stay at one of them; contextCSN does not tell."""
    node, peer = pair()
    assert node.run("compare", "--record").returncode == 0
    with Daemon(node) as daemon:
        wait_until(lambda: daemon.last_pass()[0] > 0, "a pass")
        page = node.run("status").stdout
        assert re.search(r"^  compared with 2 .* ago: equal$", page, re.MULTILINE), page
        peer.server.stop()
        peer.server.start()

        def said():
            daemon.reload()
            return ": equal; the link to peer 2 was made anew since" in node.run("status").stdout
        wait_until(said, "it is not known any more", 40)


# Throttled

@pytest.mark.one_release
def test_at_a_rate_it_takes_its_time(pair):
    cluster = pair(n=200)
    began = time.monotonic()
    compare(cluster[0], "--rate", "200", status=0)  # 202 entries, twice
    assert time.monotonic() - began > 1.5


# Not comparable

HIDES = [f'to dn.base="cn=p7,{SUFFIX}" by dn.exact="{ROOT_DN}" read by * none', "to * by * read"]


@pytest.mark.every_release
def test_a_peer_that_hides_an_entry_is_not_comparable(pair):
    """The account is shown one entry less than there are; what is missing there may be hidden."""
    cluster = pair()
    cluster[1].edit([(ldap.MOD_REPLACE, "olcAccess", HIDES)])
    document = compare(cluster[0], "--lag", "0", status=3)
    peer = peer_of(document)
    assert (peer["sees"], peer["counted"], peer["entries"]) == ("less", 42, 41)
    assert found(peer) == [("missing-there", f"cn=p7,{SUFFIX}")]
    done = cluster[0].run("compare")
    assert done.returncode == 3 and "it shows 'cn=replicator" in done.stdout and "only 41 of its 42 entries" in done.stdout
    assert "missing or hidden there: 1" in done.stdout and "equal" not in done.stdout
    # An entry that only the peer has, hidden: nothing of it is seen, and it is not called equal.
    cluster[1].edit([(ldap.MOD_REPLACE, "olcAccess", "to * by * read")])
    change_second(cluster, lambda records: {
        **records, f"cn=more,{SUFFIX}": renamed(records[f"cn=p2,{SUFFIX}"], "more")})
    cluster[1].edit([(ldap.MOD_REPLACE, "olcAccess", [HIDES[0].replace("cn=p7", "cn=more"), HIDES[1]])])
    peer = peer_of(compare(cluster[0], status=3))
    assert found(peer) == [] and peer["counted"] == 43


def test_where_root_sees_less_the_account_of_the_links_reads_here(pair):
    cluster = pair()
    cluster[0].edit([(ldap.MOD_REPLACE, "olcAccess", [
        f'to * by dn.exact="cn=replicator,{SUFFIX}" read by anonymous auth by * none'])])
    document = compare(cluster[0], status=0)
    assert document["databases"][0]["here"]["identity"] == f"'cn=replicator,{SUFFIX}'"
    cluster[0].edit([(ldap.MOD_REPLACE, "olcAccess", [
        f'to dn.base="cn=p7,{SUFFIX}" by * none', f'to * by dn.exact="cn=replicator,{SUFFIX}" read by anonymous auth'])])
    document = compare(cluster[0], "--lag", "0", status=3)
    here = document["databases"][0]["here"]
    assert (here["sees"], here["entries"]) == ("less", 41) and "only 41 of its 42 entries" in here["text"]
    assert found(peer_of(document)) == [("missing-here", f"cn=p7,{SUFFIX}")]


def test_where_the_account_may_not_read_the_count_equality_is_not_known(pair):
    cluster = pair(counts=False)
    document = compare(cluster[0], status=3)
    peer = peer_of(document)
    assert document["verdict"] == peer["verdict"] == "not-known" and found(peer) == []
    assert peer["sees"] == "unknown" and "counted" not in peer and "cn=monitor cannot be read" in peer["text"]
    done = cluster[0].run("compare")
    assert done.returncode == 3 and "nothing differs in what it shows, 42 entries" in done.stdout
    assert "equal" not in done.stdout and "see syncward-operations(7)" in done.stdout
    change_second(cluster)
    assert found(peer_of(compare(cluster[0], status=1))) == expected()


def test_a_limit_that_cuts_off_the_account_is_told(pair):
    cluster = pair(n=600)
    peer = peer_of(compare(cluster[0], status=3))
    assert not peer["read"] and "this node's own copy could not be read" in peer["text"]
    cluster[0].edit([(ldap.MOD_ADD, "olcLimits", f'dn.exact="cn=replicator,{SUFFIX}" size=unlimited time=unlimited')])
    peer = peer_of(compare(cluster[0], status=3))
    assert not peer["read"] and "result 4 (Size limit exceeded)" in peer["text"] and found(peer) == []


def test_a_peer_that_dies_in_the_middle_is_not_comparable(pair):
    cluster = pair(n=100)
    process = subprocess.Popen(cluster[0].command("compare", "--output", "json", "--rate", "100"),
                               stdout=subprocess.PIPE, text=True)
    wait_until(lambda: cluster[1].server.log_count(r"SRCH base=\"dc=example,dc=org\" scope=2") > 2, "it is read")
    cluster[1].server.kill()
    output, _ = process.communicate(timeout=90)
    assert process.returncode == 3, output
    peer = peer_of(json.loads(output))
    assert not peer["read"] and found(peer) == [] and cluster[1].server.ldap_uri in peer["text"]
    peer = peer_of(compare(cluster[0], status=3))
    assert not peer["read"] and "Connection refused" in peer["text"]


def test_a_peer_that_goes_away_between_two_reads_is_not_comparable(pair):
    """Before its entries are counted, and behind the last of them: who connects again is refused."""
    cluster = pair(n=5)
    for n in (1, 4):
        with Relay(cluster[1].server) as relay:
            cluster.document["peers"][1]["uri"] = cluster[1].server.ldap_uri
            cluster.write()
            relay.end_at(b"1.3.6.1.4.1.4203.1.11.3", n)  # that asks whether the link is open
            document = compare(cluster[0], status=3)
            assert peer_of(document)["verdict"] != "equal" and document["databases"][0]["here"]["read"], document
            assert n > 1 or "Connection refused" in peer_of(document)["text"], document


def test_one_that_differs_is_told_beside_one_that_is_away(pair):
    cluster = pair(nodes=3)
    cluster[2].server.stop()
    cut(cluster[1])
    add_person(cluster[0].server, "new")
    document = compare(cluster[0], "--lag", "0", status=1)
    assert peer_of(document, 2)["verdict"] == "different" and peer_of(document, 3)["verdict"] == "not-comparable"


def test_a_wrong_password_is_sent_to_one_peer_and_not_to_this_node(pair):
    cluster = pair(nodes=3)

    def refused():
        return sum(node.server.log_count("RESULT tag=97 err=49") for node in cluster)
    before = refused()
    cluster[0].write_secret("wrong-canary")
    done = cluster[0].run("compare")
    assert done.returncode == 3 and "canary" not in done.stdout + done.stderr
    assert refused() == before + 1
    # Nor by the next run, which otherwise would lock the account week after week.
    done = cluster[0].run("compare")
    assert done.returncode == 3 and "refused it" in done.stdout and refused() == before + 1


def test_a_password_that_this_node_refuses_is_sent_to_it_once(pair):
    cluster = pair()
    cluster[0].edit([(ldap.MOD_REPLACE, "olcAccess", [
        f'to dn.base="cn=p7,{SUFFIX}" by * none', "to attrs=userPassword by * none", "to * by * read"])])
    done = cluster[0].run("compare")
    assert done.returncode == 3, done.stdout
    assert cluster[0].server.log_count("RESULT tag=97 err=49") == 1


def test_links_that_lie_idle_are_closed_by_slapd_and_made_anew(pair):
    """This node's while the peer is read, and the one that asks for the count while entries are read."""
    cluster = pair(n=12)
    change_second(cluster)
    cluster[0].server.modify("cn=config", [(ldap.MOD_REPLACE, "olcIdleTimeout", "1")])
    process = subprocess.Popen(cluster[0].command("compare", "--output", "json", "--lag", "0", "--rate", "5"),
                               stdout=subprocess.PIPE, text=True)
    while process.poll() is None:  # with so short a time slapd looks for idle ones only when something else happens
        cluster[0].server.search("cn=config", scope=ldap.SCOPE_BASE)
        time.sleep(0.1)
    document = json.loads(process.communicate()[0])
    assert found(peer_of(document)) == expected(), document
    here = document["databases"][0]["here"]
    assert (here["sees"], here["counted"]) == ("whole", 14), here


@pytest.mark.one_release
def test_a_failure_does_not_end_like_copies_that_differ(program, tmp_path):
    """syncward-compare.service takes 1 and 3 for success."""
    peers = tmp_path / "peers.json"
    peers.write_text('{"format": 1, "peers": [], "databases": []}', encoding="utf-8")
    done = subprocess.run([program, "compare", "--peers", peers, "--state-dir", tmp_path / "state"], text=True,
                          capture_output=True, check=False)
    assert done.returncode == 70 and "nothing to compare with" in done.stderr, done.stderr


def test_subentries_are_told_and_are_no_difference(pair):
    """slapd shows them in no search of consumers, so they never replicate; its count has them."""
    cluster = pair()

    def with_subentry(records):
        like = renamed(records[f"cn=p1,{SUFFIX}"], "ldapsync").split("\n")
        kept = [line for line in like if line.split(":")[0] in (
            "dn", "cn", "entryUUID", "entryCSN", "creatorsName", "createTimestamp")]
        return {**records, f"cn=ldapsync,{SUFFIX}": "\n".join([
            *kept, "objectClass: top", "objectClass: subentry", "objectClass: syncProviderSubentry",
            "structuralObjectClass: subentry", "subtreeSpecification: {}"])}
    change_second(cluster, with_subentry)
    peer = peer_of(compare(cluster[0], status=0))
    assert (peer["subentries"], peer["counted"], peer["entries"]) == (1, 43, 42)
    assert "and 1 subentry, which slapd does not replicate" in cluster[0].run("compare").stdout
