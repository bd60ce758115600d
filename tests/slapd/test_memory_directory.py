# SPDX-License-Identifier: Apache-2.0
"""The slapd in memory that other tests use (tests/lib/memory_directory.h) does what a slapd does.

Both are given the same random changes, sensible and not; after each, the result and the whole of cn=config must
be the same, and from time to time what runs, and whether it starts again. SYNCWARD_SEED repeats a run.
"""

import contextlib
import os
import random
import socket

import pytest
from drift_judge import bare, snapshot
from memory import FLAG, MemoryTool, known_entries
from slapd import SUFFIX, Database, SlapdFailed, wait_until
from tools import DirectoryTool

pytestmark = pytest.mark.one_release

SEED = int(os.environ.get("SYNCWARD_SEED", "20261122"))
N_SEQUENCES = 200 if os.environ.get("SYNCWARD_LONG") else 8
N_STEPS = 60
OTHER = "dc=other,dc=org"
LISTS = {
    "olcLimits": ["dn.exact=cn=a size=unlimited time=unlimited", "dn.exact=cn=a size=5", "users size=100", "anonymous size.soft=10",
                  "USERS  size=100"],
    "olcAccess": ["to * by dn.exact=cn=a read by * break", "to * by * read", "to attrs=userPassword by anonymous auth",
                  "TO * BY * READ", "nonsense"],
    # No lists: when one of their attributes is refused, slapd 2.5.13 keeps those before it.
    "olcDbIndex": ["entryCSN eq", "entryCSN  eq,pres", "entryUUID eq,pres", "objectClass eq", "OBJECTCLASS  EQ"],
}


class Pair:
    """A slapd and its image in memory, and what a random change can be about."""

    def __init__(self, server, seed):
        self.server = server
        self.random = random.Random(seed)
        self.last_rid = 10
        self.databases = [server.database_dn(SUFFIX), server.database_dn(OTHER)]
        self.real = DirectoryTool(server.ldapi_uri, has_trace=False)
        self.memory = MemoryTool({
            "config": self.config(), "contents": {SUFFIX: {"objectClass": ["domain"]}},
            "listeners": server.listeners, "fqdn": socket.getfqdn()})

    def close(self):
        self.real.close()
        self.memory.close()

    def config(self):
        """What both must hold alike."""
        return known_entries(snapshot(self.server.config()), FLAG)

    # Values

    def value(self, attribute):
        """Some value of the attribute, good or bad."""
        if attribute == "olcSyncrepl":
            return self.consumer()
        if attribute == "olcServerID":
            return self.server_id()
        return self.random.choice(LISTS[attribute])

    def consumer(self, rid=None):
        """An olcSyncrepl value. cn=monitor tells only one of two consumers with one rid: each has its own."""
        self.last_rid += 1
        base = self.random.choice([SUFFIX] * 4 + [OTHER] * 3 + ["ou=People," + SUFFIX])
        uri = self.random.choice([f"ldap://127.0.0.{self.random.randint(2, 5)}:{self.server.port}"] * 12 +
                                 [self.server.ldap_uri] * 3 + ["http://x", ""])
        words = [f"rid={1000 if self.random.random() < 0.05 else rid or self.last_rid}", f"searchbase={base}",
                 "bindmethod=simple", "binddn=cn=r", "credentials=secret", 'retry="60 +"', "network-timeout=1",
                 "type=refreshAndPersist"] + ([f"provider={uri}"] if uri else [])
        return " ".join(words + (["nosuchkeyword=1"] if self.random.random() < 0.05 else []))

    def server_id(self):
        other = f"ldap://127.0.0.2:{self.server.port}"
        return self.random.choice(("1", "2", "277", "4096", f"1 {self.server.ldap_uri}", f"2 {other}", f"3 {other}", "5 nourl"))

    def there(self, dn, attribute):
        """The values that the entry has now."""
        return self.server.values(dn, attribute)

    def numbered(self, value, n_there):
        """Sometimes with a place."""
        return f"{{{self.random.choice((0, 1, n_there, 42))}}}{value}" if self.random.random() < 0.25 else value

    def named(self, value):
        """A value as a delete may name it."""
        how = self.random.random()
        if how < 0.5:
            return value
        if how < 0.6:
            return bare(value).upper()
        if how < 0.7 and value.startswith("{"):
            return value[:value.index("}") + 1]
        if how < 0.8:
            return "{7}" + bare(value)
        return bare(value)

    # Changes

    def mod(self, dn):
        """One part of a modify: [how, attribute, count, values...]."""
        attribute = self.random.choice(
            ["olcServerID"] if dn == "cn=config" else ["olcSyncrepl"] * 3 + ["olcMultiProvider"] + list(LISTS))
        found = self.there(dn, attribute)
        how = self.random.choice(("add", "add", "delete", "replace"))
        if attribute == "olcMultiProvider":
            values = [self.random.choice(("TRUE", "TRUE", "TRUE", "FALSE", "yes"))] if self.random.random() < 0.8 else []
        elif how == "delete":
            values = [self.named(v) for v in self.random.sample(found, min(len(found), self.random.choice((0, 1, 1, 2))))]
        else:
            n = self.random.choice((0, 1, 1, 2, 3) if how == "replace" else (1, 1, 2))
            n = min(n, 1) if attribute == "olcDbIndex" else n
            has_order = attribute in ("olcSyncrepl", "olcLimits", "olcAccess")
            values = [self.value(attribute) for _ in range(n)]
            if has_order and how == "add":
                values = [self.numbered(v, len(found)) for v in values]
            if found and how == "add" and self.random.random() < 0.1:  # once more, in other letters
                values[0] = bare(found[0]).swapcase()
        return [how, attribute, str(len(values)), *values]

    def change(self):
        """A command for both."""
        what, database = self.random.random(), self.random.choice(self.databases)
        found = [dn for dn in self.config() if dn.startswith("olcOverlay=") and dn.endswith(database)]
        if what < 0.08:
            name = self.random.choice(("", "", "{0}", "{1}")) + "syncprov"
            return ["entry", f"olcOverlay={name},{database}", "objectClass", "olcOverlayConfig", "objectClass",
                    "olcSyncProvConfig", "olcOverlay", name]
        if what < 0.12:
            return ["remove", self.random.choice(found or ["olcOverlay={0}syncprov," + database])]
        if what < 0.14:
            return ["entry", "cn=module,cn=config", "objectClass", "olcModuleList", "cn", "module"]
        if what < 0.2:
            return ["modify", "cn=module{0},cn=config", self.random.choice(("add", "add", "delete", "replace")),
                    "olcModuleLoad", "1", self.random.choice(("memberof", "syncprov", "nosuchmodule"))]
        if what < 0.3 and found:
            return ["modify", found[0], *self.overlay_mod(found[0])]
        dn = self.random.choice((database, database, "cn=config", "olcDatabase={9}mdb,cn=config") if what < 0.5
                                else (database,))
        if dn.startswith("olcDatabase={9}"):
            return ["modify", dn, "add", "olcLimits", "1", "users size=1"]
        if dn == database and self.random.random() < 0.2:
            return ["modify", dn, *self.rewrite(dn)]
        # What becomes of values that one modify writes and takes away again is nothing that anybody needs.
        mods = {mod[1]: mod for mod in (self.mod(dn) for _ in range(self.random.choice((1, 1, 2, 3))))}
        if "olcDbIndex" in mods:  # slapd 2.5.13 dies of a refused change that an index goes with
            mods = {"olcDbIndex": mods["olcDbIndex"]}
        return ["modify", dn, *sum(mods.values(), [])]

    def rewrite(self, dn):
        """What was read goes, if it is still so, and a new list comes: how syncward writes consumers."""
        found = self.there(dn, "olcSyncrepl")
        gone = found[:self.random.randint(0, len(found))]
        how = self.random.choice(("replace", "replace", "add"))
        wanted = [self.consumer(rid if how == "replace" else None) for rid in range(1, self.random.randint(2, 5))]
        return (["delete", "olcSyncrepl", str(len(gone)), *gone] if gone else []) + [
            how, "olcSyncrepl", str(len(wanted)), *wanted]

    def overlay_mod(self, dn):
        attribute = self.random.choice(("olcSpCheckpoint", "olcSpSessionlog"))
        value = self.random.choice(("100 10", "50 5", "0 0", "x") if attribute == "olcSpCheckpoint" else
                                   ("1000", "7", "-1", "0200"))
        how = self.random.choice(("add", "replace", "delete"))
        return [how, attribute] + (["0"] if how == "delete" else ["1", value])

    # Comparing

    def play(self):
        """One change in both; the results and what is there then must be the same."""
        command = self.change()
        done, there = self.real(*command)[-1], self.memory(*command)[-1]
        said = f"{command}\nslapd:  {done}\nmemory: {there}"
        assert result(done) == result(there), said
        assert self.config() == self.memory.config(), said
        return result(done)

    def running(self):
        """The consumers that run by slapd's cn=monitor: [(DN, provider)]."""
        found = self.server.search("cn=Monitor", "(objectClass=olmSyncReplInstance)", ["olmSRProviderURIList"])
        return sorted((dn, entry["olmSRProviderURIList"][0].decode()) for dn, entry in found)

    def running_in_memory(self):
        lines = self.memory("read", "cn=Monitor", "sub", "(objectClass=olmSyncReplInstance)")
        names = [line.partition(": ")[2] for line in lines if line.startswith("dn: ")]
        return sorted(zip(names, [line.partition(": ")[2] for line in lines
                                  if line.startswith("olmSRProviderURIList: ")]))

    def assert_same_consumers(self):
        expected = self.running_in_memory()
        try:  # slapd starts a new one when its main loop next wakes
            wait_until(lambda: self.running() == expected, "the same consumers", seconds=8)
        except TimeoutError:
            assert self.running() == expected

    def restart(self):
        """Both start again, or both refuse; returns whether they do."""
        refused = self.memory("restart")[-1].startswith("error ")
        self.real.close()
        try:
            self.server.restart()
        except SlapdFailed:
            assert refused, self.server.log_tail()
            return False
        assert not refused
        self.real = DirectoryTool(self.server.ldapi_uri, has_trace=False)
        return True


def result(line):
    """The LDAP result of an answer."""
    return 0 if line == "ok" else int(line.split()[2])


@pytest.mark.parametrize("sequence", range(N_SEQUENCES))
def test_memory_does_what_slapd_does(slapd_factory, sequence):
    databases = [Database(SUFFIX, backend="mdb"), Database(OTHER, backend="mdb", overlays=("syncprov",))]
    server = slapd_factory(databases, modules=("syncprov", "memberof"))
    server.seed(databases[0])
    server.add("olcOverlay=memberof," + server.database_dn(SUFFIX), {
        "objectClass": ["olcOverlayConfig", "olcMemberOf"], "olcOverlay": "memberof"})
    print(f"sequence {sequence} of SYNCWARD_SEED={SEED}")
    with contextlib.closing(Pair(server, f"{SEED}/{sequence}")) as pair:
        results = [pair.play() for _ in range(N_STEPS)]
        assert {0, 16, 20, 80} <= set(results)
        pair.assert_same_consumers()
        if pair.restart():
            pair.assert_same_consumers()
