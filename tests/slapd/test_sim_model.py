# SPDX-License-Identifier: Apache-2.0
"""The simulator's model of slapd's replication (tests/sim) against real servers: random histories of two nodes that somebody
connected by hand, and of which each is away now and then, end as the model says, entry by entry. SYNCWARD_SEED repeats a run.
The histories of tests/sim/twin do, too: each shows a fact without which the model would say something else."""

import glob
import os
import random
import re
import shutil
import subprocess

import delta
import ldap
import pytest
from slapd import Database, syncrepl, wait_until
from tools import TOP, tool_path

SEED = os.environ.get("SYNCWARD_SEED", "20261128")
N_HISTORIES = 20  # each on a suffix of its own
N_HUB = 10
N_LONG = (14, 20)  # pairs of servers, and histories of each: 300 with those above; slapd fails to search 40 databases
FACTS = ("fact-covered", "fact-present")
FACTS_OF_HUBS = ("fact-present", "fact-used")
PATIENCE = 60
STARTS = ("hand", "old")
RECORDED = sorted(glob.glob(os.path.join(TOP, "tests", "sim", "twin", "*.txt")))


def events_make(rng):
    """What happens to the servers, the same in all histories; None: clients write, at the node named."""
    events = [("flow",)]
    for _ in range(3):
        away = rng.choice((1, 2))
        events += [(None, 1), ("flow",), (None, 2), ("flow",), ("stop", away), (None, 3 - away), ("start", away), ("flow",)]
    return events


def hub_events_make(rng):
    """The same of a provider, a hub and who reads it."""
    events = [("flow",)]
    for _ in range(4):
        away = rng.choice((1, 2, 2, 3))
        events += [(None, 1), ("flow",), *([(None, 1)] if away != 1 else []), ("stop", away), *([(None, 1)] if away != 1 else []),
                   ("start", away), ("flow",)]
    return events


def history_make(rng, number, events, head="nodes 2"):
    lines = [head, STARTS[number % 2]]
    for event in events:
        if event[0]:
            lines.append(" ".join(map(str, event)))
            continue
        for _ in range(rng.randint(1, 4)):
            name = rng.randint(0, 5)
            verb = "delete" if name and rng.random() < 0.45 else "write"
            lines.append(f"{verb} {event[1]} {name}")
    return "\n".join(lines) + "\n"


def model_says(text, path, *options):
    """The choices that were carried out, and what each node holds in the end: {name: version}."""
    path.write_text(text, encoding="ascii")
    done = subprocess.run([tool_path("simulate"), *options, "alone", str(path)], capture_output=True, text=True, check=True)
    lines = [line.split() for line in done.stdout.splitlines()]
    held = [dict(word.split("@") for word in line[2:]) for line in lines if line[0] == "node"]
    return [line for line in lines if line[0] != "node"], held


def suffix(number):
    return f"o=h{number}"


def dn_of(number, name):
    return suffix(number) if name == "0" else f"cn=e{name},{suffix(number)}"


def held_by(server, number):
    """The same of a real server."""
    found = server.search(suffix(number), "(description=*)", ["description"])
    return {"0" if dn == suffix(number) else dn[4:].split(",")[0]: entry["description"][0].decode() for dn, entry in found}


def put(server, number, name, version):
    try:
        server.data.modify_s(dn_of(number, name), [(ldap.MOD_REPLACE, "description", version.encode())])
    except ldap.NO_SUCH_OBJECT:
        server.data.add_s(dn_of(number, name), [("objectClass", b"device"), ("cn", f"e{name}".encode()),
                                                ("description", version.encode())])


def has_entry(server, dn):
    try:
        return bool(server.data.search_s(dn, ldap.SCOPE_BASE))
    except ldap.NO_SUCH_OBJECT:
        return False


class Chain:
    """Servers of which each replicates all suffixes from its neighbours; starts: of which kind each suffix is.
    has_hub: the first one alone takes writes, the last one reads by way of those between."""

    def __init__(self, slapd_factory, starts, n_servers=2, n_more=0, has_hub=False):
        self.has_hub = has_hub
        self.numbers = range(len(starts))
        self.backups = {}
        self.servers = [
            slapd_factory([self.database(number, start == "hand") for number, start in enumerate(starts)], modules=("syncprov",)),
            *(slapd_factory([self.database(number, False) for number in self.numbers], modules=("syncprov",),
                            global_attributes={} if has_hub else {"olcServerID": str(server_id)}) for server_id in range(2, n_servers + 1))]
        self.fill(n_more)
        self.connect()
        self.folders = {server: [server.values(server.database_dn(suffix(number)), "olcDbDirectory")[0] for number in self.numbers]
                        for server in self.servers}
        for server in self.servers:  # contextCSN is on disk then
            self.leave(server)
            self.come(server)

    @staticmethod
    def database(number, has_overlay):
        # The rootdn of one may write all: one connection is enough.
        access = 'to * by dn.exact="cn=admin,o=h0" manage by * read'
        return Database(suffix=suffix(number), backend="mdb", overlays=("syncprov",) if has_overlay else (),
                        attributes={"olcAccess": access})

    def fill(self, n_more):
        """Entries from before the server ID; more of them make a refresh last."""
        first = self.servers[0]
        for database in first.databases:
            first.seed(database)
        self.bind(first)
        for number in self.numbers:
            for name in range(3):
                put(first, number, str(name), str(101 + name))
            for i in range(n_more):
                first.data.add_s(f"cn=more{i},{suffix(number)}", [("objectClass", b"device"), ("cn", f"more{i}".encode())])
        first.modify("cn=config", [(ldap.MOD_ADD, "olcServerID", "1")])

    def add_overlay(self, server, number):
        dn = server.database_dn(suffix(number))
        if not any("syncprov" in found for found, _ in server.search(dn)):
            server.add(f"olcOverlay=syncprov,{dn}", {"objectClass": ["olcOverlayConfig", "olcSyncProvConfig"], "olcOverlay": "syncprov"})

    def read(self, server, other, number):
        server.modify(server.database_dn(suffix(number)), [
            (ldap.MOD_ADD, "olcSyncrepl", syncrepl(100 * self.servers.index(other) + number + 1, other.ldap_uri, suffix(number), timeout=1, network_timeout=1))])

    def connect(self):
        links = list(zip(self.servers, self.servers[1:]))
        for number in self.numbers:
            self.add_overlay(self.servers[0], number)
            self.read(self.servers[1], self.servers[0], number)
        for number in self.numbers:
            for first, second in links:
                if second is not self.servers[1]:
                    self.read(second, first, number)
                wait_until(lambda first=first, second=second, number=number: held_by(first, number) == held_by(second, number)
                           and second.context_csns(suffix(number)), "the next one has everything", PATIENCE)
                if not self.has_hub or second is not self.servers[-1]:
                    self.add_overlay(second, number)
            if self.has_hub:
                continue
            for first, second in links:
                self.read(first, second, number)
            for server in self.servers:
                server.modify(server.database_dn(suffix(number)), [(ldap.MOD_ADD, server.flag(), "TRUE")])

    @staticmethod
    def bind(server):
        server.data = server.bind("cn=admin,o=h0", server.databases[0].rootpw, server.ldapi_uri)

    def leave(self, server):
        server.stop()
        for other in self.servers:
            if other is not server and other.is_running():
                wait_until(lambda other=other: not any(c.connection for c in other.consumers() if c.provider == server.ldap_uri), "the other notices", PATIENCE)

    def come(self, server):
        server.start()
        self.bind(server)

    def flow(self):
        """Everything is connected and everything has arrived."""
        running = [server for server in self.servers if server.is_running()]
        if len(running) < 2:
            return
        there = {server.ldap_uri for server in running}
        wait_until(lambda: all(c.phase == "Persist" and c.connection
                               for server in running for c in server.consumers() if c.provider in there),
                   "all links persist", PATIENCE)
        for number in self.numbers:
            wait_until(lambda number=number: len({frozenset(server.context_csns(suffix(number))) for server in running}) == 1,
                       "contextCSN is equal", PATIENCE)

    def play(self, number, choice):
        if choice[0] == "write":
            put(self.servers[int(choice[1]) - 1], number, choice[2], choice[3])
        else:
            self.servers[int(choice[1]) - 1].data.delete_s(dn_of(number, choice[2]))

    def keep_log(self, server, number):
        overlay, = (dn for dn, _ in server.search(server.database_dn(suffix(number))) if "syncprov" in dn)
        server.modify(overlay, [(ldap.MOD_REPLACE, "olcSpSessionlog", "100")])

    @staticmethod
    def add_log(server):
        server.modify("cn=module{0},cn=config", [(ldap.MOD_ADD, "olcModuleLoad", "accesslog")])
        delta.add_log(server, ["cn=replicator," + suffix(0)], rootdn=server.databases[0].rootdn)

    def make_log(self, server):
        """As syncward makes one: what begins it writes nothing, so that 2.5 names each server once."""
        self.add_log(server)
        delta.add_log_provider(server)
        dn = f"olcOverlay={{1}}accesslog,{server.database_dn(suffix(0))}"
        server.add(dn, {"objectClass": ["olcOverlayConfig", "olcAccessLogConfig"], "olcOverlay": "accesslog", "olcAccessLogDB": delta.LOG})
        wait_until(lambda: has_entry(server, delta.LOG), "the log is begun", PATIENCE)
        server.root.delete_s(dn)
        delta.add_logging(server)

    def read_log(self, server, other):
        """With a database for a log of its own that nothing writes into: where there is none slapd dies of an older change (signal
        11; 2.5.13, 2.6.10)."""
        self.add_log(server)
        dn = server.database_dn(suffix(0))
        values = [syncrepl(100 * self.servers.index(peer) + 1, peer.ldap_uri, suffix(0), timeout=1, network_timeout=1,
                           **(delta.KEYWORDS if peer is other else {}))
                  for peer in self.servers if any(peer.ldap_uri in value for value in server.values(dn, "olcSyncrepl"))]
        server.modify(dn, [(ldap.MOD_REPLACE, "olcSyncrepl", values)])

    def wipe(self, server):
        """Of a server that is stopped."""
        assert not server.is_running()
        for folder in self.folders[server]:
            shutil.rmtree(folder)
            os.mkdir(folder)

    def restore(self, server):
        for folder, backup in self.backups[server]:
            shutil.rmtree(folder)
            shutil.copytree(backup, folder)

    def backup(self, server):
        """Of a server that is stopped."""
        assert not server.is_running()
        self.backups[server] = [(folder, shutil.copytree(folder, f"{folder}.backup")) for folder in self.folders[server]]

    def happen(self, event):
        verb, *of = event
        if verb == "flow":
            self.flow()
            return
        server = self.servers[int(of[0]) - 1]
        if verb == "told":
            self.read_log(server, self.servers[int(of[1]) - 1])
            return
        {"changes": self.make_log, "start": self.come, "stop": self.leave, "backup": self.backup, "restore": self.restore, "wipe": self.wipe}[verb](server)


HUB = "nodes 3\nmesh\nconsumer 2\nhub 2\nconsumer 3"


def histories_compare(slapd_factory, tmp_path, seed, n_histories, has_hub=False):
    """Plays them on a pair of servers, or with a hub; what was played, and what the model says of each."""
    rng = random.Random(seed)
    events = hub_events_make(rng) if has_hub else events_make(rng)
    texts = [history_make(rng, number, events, HUB if has_hub else "nodes 2") for number in range(n_histories)]
    said = [model_says(text, tmp_path / f"h{number}.txt") for number, text in enumerate(texts)]
    left = [list(choices) for choices, _ in said]
    pair = Chain(slapd_factory, [STARTS[number % 2] for number in range(n_histories)], 3 if has_hub else 2, has_hub=has_hub)
    for event in events:
        for number, choices in enumerate(left):
            while not event[0] and choices and choices[0][0] in ("write", "delete"):
                pair.play(number, choices.pop(0))
            if event[0]:
                assert choices.pop(0) == [str(word) for word in event]
        if event[0]:
            pair.happen(event)
    for number, (_, held) in enumerate(said):
        found = [held_by(server, number) for server in pair.servers]
        assert found == held, f"history {number} of seed {seed}:\n{texts[number]}"
    return texts, said


def facts_matter(texts, said, facts, tmp_path):
    """Without each of them the model says something else of one of these histories."""
    for fact in facts:
        assert any(model_says(text, tmp_path / "without.txt", "--without", fact)[1] != held for text, (_, held) in zip(texts, said)), fact


@pytest.mark.one_release
@pytest.mark.long
@pytest.mark.parametrize("part", range(N_LONG[0]))
def test_many_random_histories_end_as_the_model_says(part, slapd_factory, tmp_path):
    histories_compare(slapd_factory, tmp_path, f"{SEED}-{part}", N_LONG[1])


@pytest.mark.one_release
@pytest.mark.long
def test_histories_with_a_hub_end_as_the_model_says(slapd_factory, tmp_path):
    texts, said = histories_compare(slapd_factory, tmp_path, SEED, N_HUB, has_hub=True)
    facts_matter(texts, said, FACTS_OF_HUBS, tmp_path)


@pytest.mark.one_release
def test_random_histories_end_as_the_model_says(slapd_factory, tmp_path):
    texts, said = histories_compare(slapd_factory, tmp_path, SEED, N_HISTORIES)
    facts_matter(texts, said, FACTS, tmp_path)


@pytest.mark.one_release
@pytest.mark.parametrize("path", RECORDED, ids=lambda path: os.path.basename(path)[:-len(".txt")])
def test_a_recorded_history_ends_as_the_model_says(path, slapd_factory, tmp_path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    fact, = re.findall(r"^# without (fact-[\w-]+): ", text, re.MULTILINE)
    choices, held = model_says(text, tmp_path / "h.txt")
    assert model_says(text, tmp_path / "without.txt", "--without", fact)[1] != held, "the fact does not matter here"
    chain = Chain(slapd_factory, [next(start for start in STARTS if f"\n{start}\n" in text)], len(held),
                  0 if len(held) == 2 else 450)
    for choice in choices:
        if choice[0] in ("write", "delete"):
            chain.play(0, choice)
        elif choice[0] == "log":
            chain.keep_log(chain.servers[int(choice[1]) - 1], 0)
        elif choice[0] != "connect":  # servers do it by themselves, at once
            chain.happen(choice)
    judged = [int(node) - 1 for node in re.findall(r"^# judged: node (\d)", text, re.MULTILINE)] or range(len(held))
    assert [held_by(chain.servers[at], 0) for at in judged] == [held[at] for at in judged]


def test_there_is_a_history_for_each_fact():
    """14, 25, 26 with a session log, what a refresh writes into one, 27, 38, and of logs of changes how they begin, who decides
    what is newer, and what a refresh writes; 26 without one and the present phase are in the random ones."""
    assert len(RECORDED) == 9
