# SPDX-License-Identifier: Apache-2.0
"""Random servers and random peers.json: one pass puts each right, touches nothing else, and a second does nothing.

SYNCWARD_SEED repeats a run; SYNCWARD_LONG=1 makes it 5000 cases instead of 100. The releases take turns.
"""

import collections
import json
import os
import random
import socket

import drift
import ldap
import pytest
from drift_judge import LISTS, assert_right, assert_untouched, snapshot
from lone import Lone
from memory import FLAG, MemoryTool, known_entries, ldif_changes
from slapd import SUFFIX, Database, release, versions
from slapd_farm import SlapdFarm

SUFFIXES = (SUFFIX, "dc=other,dc=org")
SEED = int(os.environ.get("SYNCWARD_SEED", "20261122"))
IS_LONG = bool(os.environ.get("SYNCWARD_LONG"))
N_CASES = 5000 if IS_LONG else 100
N_FORESEEN = 400 if IS_LONG else 24
VERSIONS = versions()
N_CHUNKS = 60 if IS_LONG else 6


def random_of(number):
    """Each case has its own source, so that one case of a run can be repeated alone."""
    return random.Random(f"{SEED}/{number}")


class Server:
    """One server that all cases of a chunk share: before each it is made what the case says."""

    def __init__(self, farm, program):
        self.node = Lone(farm, program, [Database(suffix, backend="mdb", overlays=("syncprov",)) for suffix in SUFFIXES],
                         global_attributes={"olcServerID": str(drift.USED_ID)})
        self.server = self.node.server
        self.is_old = self.server.release.version == "2.4"
        self.dns = {suffix: self.node.dn(suffix) for suffix in SUFFIXES}

    def prepare(self, case):
        """Makes the server, peers.json and what is remembered those of the case."""
        os.truncate(self.server.log_path, 0)
        self._replace("cn=config", {"olcServerID": case.server_id or None})
        for suffix in SUFFIXES:
            self._set(suffix, case.live.get(suffix, drift.Live(overlay={})), case)
        document = drift.document_for(case, self.node.secret_file)
        self.node.id = case.self_id
        self.node.write(document)
        os.makedirs(self.node.state_dir, mode=0o700, exist_ok=True)
        for name in os.listdir(self.node.state_dir):
            os.unlink(os.path.join(self.node.state_dir, name))
        if case.was_in_step:
            path = os.path.join(self.node.state_dir, "databases.json")
            with open(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
                json.dump({"schema_version": 1, "databases": [{"suffix": s, "foreign": [], "complete": True} for s in SUFFIXES]}, file)

    def _replace(self, dn, attributes):
        """Makes the attributes what is given (None: gone) in one modify."""
        found = self.server.search(dn, attributes=list(attributes), scope=ldap.SCOPE_BASE)[0][1]
        has = {name.lower() for name in found}
        # slapd refuses to take away what is not there, and 2.4.57 dies of a replace of it.
        self.server.modify(dn, [(ldap.MOD_REPLACE if name.lower() in has else ldap.MOD_ADD, name, values)
                                for name, values in attributes.items() if values or name.lower() in has])

    def _set(self, suffix, live, case):
        entry = self.dns[suffix]
        self._replace(entry, {self.node.flag: None, "olcSyncrepl": None,
                              **{name: getattr(live, field) or None for name, field in LISTS.items()}})
        self._set_overlay(entry, live.overlay)
        values = drift.value_texts(case.random, live)
        reads = any(not consumer.is_self for consumer in live.consumers)
        if values or live.flag:
            stand_in = [] if reads else [self.node.value(250, suffix)]
            self.server.modify(entry, [(ldap.MOD_ADD, "olcSyncrepl", values + stand_in)] +
                               ([(ldap.MOD_ADD, self.node.flag, "TRUE")] if live.flag else []))
            if stand_in:  # slapd takes the flag only together with somebody to read from
                self.server.modify(entry, [(ldap.MOD_REPLACE, "olcSyncrepl", values or None)])

    def _set_overlay(self, entry, wanted):
        found = self.server.search(entry, "(objectClass=olcSyncProvConfig)", ["1.1"])
        if wanted is None and found:
            self.server.root.delete_s(found[0][0])
        elif wanted is not None and not found:
            self.server.add("olcOverlay=syncprov," + entry, {
                "objectClass": ["olcOverlayConfig", "olcSyncProvConfig"], "olcOverlay": "syncprov", **wanted})
        elif wanted:
            self._replace(found[0][0], wanted)

    def snapshot(self):
        """cn=config without the attributes that change with every write."""
        return snapshot(self.server.config())


def guards(document):
    return {hold["guard"] for hold in document["holds"]}


def run_case(server, number):
    """One pair: see the head of this file."""
    case = drift.make(random_of(number), number, SUFFIXES, server.server.port, server.is_old)
    server.prepare(case)
    before = server.snapshot()
    released = sorted(guards(server.node.plan_json()) & {"G4", "G5", "order"})
    if "G5" in released:
        released.append("order")  # that the server ID waits for the rest is seen when nothing else holds it
    done = server.node.apply(*(["--release", ",".join(released)] if released else []))
    said = f"case {number} ({', '.join(case.kinds)}):\n{done.stdout}{done.stderr}"
    assert done.returncode == (3 if case.holds else 0), f"{case.holds} expected\n{said}"
    plan = server.node.plan_json()
    assert plan["steps"] == [] and guards(plan) == case.holds, f"{plan}\n{said}"
    writes = server.server.config_writes()
    again = server.node.apply()
    assert again.returncode == done.returncode and server.server.config_writes() == writes, again.stdout
    try:
        after = server.snapshot()
        assert_untouched(case, before, after, server.dns, server.node.flag)
        assert_right(case, after, server.dns, server.node.flag, "G4" in released)
    except AssertionError:
        print(said)
        raise
    server.server.tool("test")
    if number % 21 == 0:
        server.server.restart()
        plan = server.node.plan_json()
        assert plan["steps"] == [] and guards(plan) == case.holds, f"after a restart: {plan}\n{said}"


@pytest.fixture(name="farm")
def fixture_farm(version):
    """Makes servers of one release; afterwards none may have died."""
    farm = SlapdFarm(release(version))
    yield farm
    problems = farm.close()
    assert not problems, problems


@pytest.mark.parametrize("chunk, version", [(i, VERSIONS[i % len(VERSIONS)]) for i in range(N_CHUNKS)])
def test_one_pass_puts_any_server_right(farm, program, chunk):
    print(f"SYNCWARD_SEED={SEED}")
    server = Server(farm, program)
    for number in range(chunk, N_CASES, N_CHUNKS):
        try:
            run_case(server, number)
        except Exception:
            print(f"case {number} of SYNCWARD_SEED={SEED}")
            raise


def foresee(server, number):
    """Carries the plan of a case out in memory and on slapd: both must hold the same then."""
    case = drift.make(random_of(number), number, SUFFIXES, server.server.port, server.is_old)
    server.prepare(case)
    path = os.path.join(server.node.folder, f"plan{number}.ldif")
    done = server.node.plan("--output", "ldif", "--show-secrets", "--save", path)
    assert done.returncode in (0, 2, 3), done.stderr
    with open(path, encoding="utf-8") as file:
        plan = file.read()
    with MemoryTool({"config": known_entries(server.snapshot(), server.node.flag), "contents": {},
                     "listeners": server.server.listeners, "fqdn": socket.getfqdn()}) as memory:
        memory.play(plan.replace(server.node.flag, FLAG))
        if ldif_changes(plan):
            loaded = server.server.ldapmodify(path)
            assert loaded.returncode == 0, loaded.stderr
        assert known_entries(server.snapshot(), server.node.flag) == memory.config(), plan
    return len(ldif_changes(plan))


def test_a_plan_leaves_what_was_foreseen(slapd_factory, program):
    print(f"SYNCWARD_SEED={SEED}")
    server = Server(slapd_factory, program)
    assert sum(foresee(server, number) for number in range(N_FORESEEN)) > N_FORESEEN


def test_each_kind_of_drift_occurs():
    counts = collections.Counter()
    for number in range(N_CASES):
        counts.update(drift.make(random_of(number), number, SUFFIXES, 389).kinds)
    print("\n".join(f"{n:5} {name}" for name, n in counts.most_common()))
    assert len(counts) == len(drift.KINDS) >= 20
    assert min(counts.values()) >= N_CASES / 50, counts
