# SPDX-License-Identifier: Apache-2.0
"""compare against many pairs of copies: chosen at random are what differs, how often, and what happens meanwhile.

What must be found is worked out by the test from what the rootdn reads of both copies, whole.
"""

import json
import random
import subprocess

import ldap
import pytest
from cluster import Cluster
from copies import NEW, OLD, add_many, as_glue, change, fill, renamed, show_count, with_csn
from ldap.controls.simple import ManageDSAITControl
from slapd import SUFFIX, Database, wait_until
from test_compare import clients, compare, cut, found, peer_of, without

KINDS = ("missing-there", "missing-here", "older-there", "older-here", "other-contents", "glue")
REPLICATOR = f"cn=replicator,{SUFFIX}"
# What slapd keeps for itself, or works out anew at each server.
OWN = {"contextCSN", "entryDN", "subschemaSubentry", "hasSubordinates"}


class Pair:
    """Two copies of n entries that read each other, of which the second is made to differ again and again."""

    def __init__(self, slapd_factory, program, n):
        self.n = n
        self.cluster = Cluster(slapd_factory, program, 2, [Database(backend="mdb", overlays=("syncprov",), attributes={
            "olcDbMaxSize": str(1 << 28), "olcDbIndex": "entryUUID,entryCSN eq",
            "olcLimits": f'dn.exact="{REPLICATOR}" size=unlimited time=unlimited'})]).form_by_hand()
        for node in self.cluster:
            show_count(node)
        self.cluster.wait_in_step()
        self.bring_back = [cut(node) for node in self.cluster]
        first, second = (node.server for node in self.cluster)
        first.stop()
        add_many(first, n)
        first.start()
        self.base = {}
        change(second, lambda _: self._copy_of(first))
        self.link()
        fill(first, 160)  # that the clients write to
        self.cluster.wait_in_step()

    def _copy_of(self, server):
        server.stop()
        records = dump_of(server)
        server.start()
        self.base = records
        return records

    def link(self):
        for function in self.bring_back:
            function()
        self.cluster.wait_in_step()
        self.cluster.wait_persistent()

    def differ(self, chosen):
        """Puts back what differed before, and makes what is chosen of each kind differ."""
        second = self.cluster[1].server

        def edit(records):
            kept = {dn: record for dn, record in records.items() if not dn.startswith(("cn=m", "cn=more"))}
            ours = {dn: record for dn, record in self.base.items() if dn.startswith("cn=m")}
            for kind, dn in chosen:
                EDITS[kind](ours, dn)
            return {**kept, **ours}
        change(second, edit)
        for node in self.cluster:
            wait_until(lambda server=node.server: server.sessions(REPLICATOR), f"{node.server} is read")
        self.cluster.wait_persistent()
        self.cluster.wait_in_step()

    def truth(self):
        """[(kind, dn)] as compare must find it at node 1, worked out without it."""
        here, there = (contents(node.server) for node in self.cluster)
        differences = []
        for uuid in here.keys() | there.keys():
            one, other = here.get(uuid), there.get(uuid)
            if not other:
                differences.append(("missing-there", one["dn"]))
            elif not one:
                differences.append(("missing-here", other["dn"]))
            elif one["csn"] != other["csn"]:
                differences.append(("older-there" if other["csn"] < one["csn"] else "older-here", one["dn"]))
            elif one["all"] != other["all"]:
                differences.append(("other-contents", one["dn"]))
        return sorted(differences)


def dump_of(server):
    text = server.tool("cat", "-o", "ldif-wrap=no", "-b", SUFFIX).stdout
    return {record.split("\n", 1)[0][4:]: record for record in text.split("\n\n") if record.strip()}


def contents(server):
    admin = server.admin()
    entries = admin.search_ext_s(SUFFIX, ldap.SCOPE_SUBTREE, attrlist=["*", "+"], serverctrls=[ManageDSAITControl()])
    admin.unbind_s()
    return {entry["entryUUID"][0]: {"dn": dn, "csn": entry["entryCSN"][0], "all": {
        name: sorted(values) for name, values in entry.items() if name not in OWN}} for dn, entry in entries}


def _missing_here(records, dn):
    name = "more" + dn.split(",")[0][4:]
    records[f"cn={name},{SUFFIX}"] = renamed(records[dn], name)


EDITS = {
    "missing-there": lambda records, dn: records.pop(dn),
    "missing-here": _missing_here,
    "older-there": lambda records, dn: records.update({dn: with_csn(records[dn], OLD)}),
    "older-here": lambda records, dn: records.update({dn: with_csn(records[dn], NEW)}),
    "other-contents": lambda records, dn: records.update({dn: without(records[dn], "sn").replace("cn: ", "sn: t\ncn: ", 1)}),
    "glue": lambda records, dn: records.update({dn: as_glue(records[dn])}),
}


def choose(rng, n):
    """Up to three of each kind, none of two kinds; sometimes none at all."""
    kinds = [kind for kind in KINDS for _ in range(rng.randint(0, 3))]
    return [(kind, f"cn=m{i},{SUFFIX}") for kind, i in zip(kinds, rng.sample(range(n), len(kinds)))]


def judge(document, truth):
    peer = peer_of(document)
    assert found(peer) == truth
    assert document["verdict"] == ("different" if truth else "equal"), document


def round_quiet(pair, _):
    judge(compare(pair.cluster[0], "--attributes", "--lag", "5"), pair.truth())


def round_loaded(pair, rng):
    truth = pair.truth()
    with clients(pair.cluster, f"load{rng.randrange(1 << 40)}n"):  # what earlier ones left is still there
        document = compare(pair.cluster[0], "--attributes", "--lag", "10")
    assert found(peer_of(document)) == truth
    assert document["verdict"] == "different" if truth else document["verdict"] in ("equal", "not-known"), document


def round_hidden(pair, rng):
    """The account does not see one entry there: what it lacks may be hidden, and nothing is called equal."""
    truth, hidden = pair.truth(), f"cn=m{rng.randrange(pair.n)},{SUFFIX}"
    server = pair.cluster[1].server
    before = server.values(server.database_dn(), "olcAccess")
    pair.cluster[1].edit([(ldap.MOD_REPLACE, "olcAccess", [f'to dn.base="{hidden}" by dn.exact="{REPLICATOR}" none by * break',
                                                           "to * by * read"])])
    document = compare(pair.cluster[0], "--attributes", "--lag", "0")
    pair.cluster[1].edit([(ldap.MOD_REPLACE, "olcAccess", before or None)])
    peer = peer_of(document)
    assert peer["verdict"] in ("not-comparable", "different"), document
    assert [d for d in found(peer) if d[1] != hidden] == [d for d in truth if d[1] != hidden]
    assert ("missing-here", hidden) in truth or ("missing-there", hidden) in found(peer)


def round_dying(pair, _):
    """It ends in the middle: what was told until then is true, and it is not called equal."""
    truth = pair.truth()
    first, second = pair.cluster[0], pair.cluster[1].server
    before = second.log_count(f'SRCH base="{SUFFIX}" scope=2')
    process = subprocess.Popen(first.command("compare", "--output", "json", "--rate", str(pair.n // 5)),
                               stdout=subprocess.PIPE, text=True)
    wait_until(lambda: second.log_count(f'SRCH base="{SUFFIX}" scope=2') > before, "it is read")
    second.kill()
    output, _ = process.communicate(timeout=120)
    second.start()
    peer = peer_of(json.loads(output))
    assert process.returncode == 3 and peer["verdict"] == "not-comparable" and set(found(peer)) <= set(truth), output


ROUNDS = (round_quiet, round_loaded, round_quiet, round_hidden, round_quiet, round_loaded, round_dying)


def play(slapd_factory, program, n, rounds):
    pair = Pair(slapd_factory, program, n)
    seen = set()
    for number, one in enumerate(rounds):
        rng = random.Random(number)
        pair.differ(choose(rng, n))
        seen |= {kind for kind, _ in pair.truth()}
        one(pair, rng)
    return seen


@pytest.mark.one_release  # 2.4 does not tell when a refresh is over, which mends what is compared
def test_pairs_of_copies_differ_in_exactly_what_is_told(slapd_factory, program):
    assert len(play(slapd_factory, program, 500, [round_quiet, round_loaded, round_hidden, round_dying])) >= 4


@pytest.mark.long
@pytest.mark.one_release
def test_a_hundred_pairs_of_10000_entries_differ_in_exactly_what_is_told(slapd_factory, program):
    assert len(play(slapd_factory, program, 10000, [ROUNDS[i % len(ROUNDS)] for i in range(100)])) == 5
