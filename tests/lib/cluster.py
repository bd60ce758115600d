# SPDX-License-Identifier: Apache-2.0
"""Servers with a peers.json beside each: what an administrator has who uses syncward."""

import copy
import json
import os
import re
import subprocess
import time

import ldap
import remedies
from slapd import PASSWORD, PATIENCE_SEC, Database, syncrepl, wait_until


class Node:
    """One server of a cluster, with its own files; run("plan") runs syncward there."""

    def __init__(self, program, server, peer_id, folder):
        self.program = program
        self.server = server
        self.id = peer_id
        self.folder = folder
        self.peers_file = os.path.join(folder, "peers.json")
        self.secret_file = os.path.join(folder, "secret")
        self.state_dir = os.path.join(folder, "state")
        self.run_dir = os.path.join(folder, "run")
        self.write_secret(PASSWORD)

    def write_secret(self, password):
        with open(os.open(self.secret_file, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w",
                  encoding="utf-8") as file:
            file.write(password + "\n")

    def write(self, document):
        """Writes peers.json; passwords come from this node's own secret file."""
        document = copy.deepcopy(document)
        for database in document.get("databases", []):
            if database["syncrepl"].get("bindmethod") != "sasl":
                database["syncrepl"].setdefault("credentials", {"file": self.secret_file})
        text = document if isinstance(document, str) else json.dumps(document, indent=2)
        with open(os.open(self.peers_file, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w",
                  encoding="utf-8") as file:
            file.write(text)

    def command(self, *words):
        return [*self.server.prefix, self.program, *map(str, words), "--peers", self.peers_file, "--ldap-uri", self.server.ldapi_uri,
                "--node", str(self.id), "--state-dir", self.state_dir, "--run-dir", self.run_dir]

    def run(self, *words, timeout=120, prefix=(), env=None):
        """Runs a command; returns the completed process with text output."""
        done = subprocess.run([*prefix, *self.command(*words)], stdin=subprocess.DEVNULL, text=True, env=env,
                              capture_output=True, timeout=timeout, check=False)
        remedies.assert_guards_saw(done.stdout + done.stderr)
        return done

    def plan(self, *words):
        return self.run("plan", *words)

    def apply(self, *words):
        return self.run("apply", *words)

    def plan_json(self, *words):
        done = self.run("plan", "--output", "json", *words)
        assert done.stdout, done.stderr
        return json.loads(done.stdout)

    def apply_ok(self, *words):
        """apply that must end with 0."""
        done = self.apply(*words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done

    def assert_in_step(self):
        """The plan is empty, and a further apply sends no write (counted in slapd's log)."""
        planned = self.plan()
        assert planned.returncode == 0, planned.stdout + planned.stderr
        before = self.server.config_writes()
        self.apply_ok()
        assert self.server.config_writes() == before

    def syncrepl(self, suffix=None):
        return self.server.values(self.server.database_dn(suffix), "olcSyncrepl")

    def edit(self, changes, suffix=None):
        """A change by hand of the database's entry."""
        self.server.modify(self.server.database_dn(suffix), changes)

    def connect_by_hand(self, nodes, database):
        """syncprov, a consumer for each of the other nodes, and the multi-provider flag."""
        dn = self.server.database_dn(database.suffix)
        if not any("syncprov" in found for found, _ in self.server.search(dn)):
            self.server.add(f"olcOverlay=syncprov,{dn}", {
                "objectClass": ["olcOverlayConfig", "olcSyncProvConfig"], "olcOverlay": "syncprov"})
        values = [syncrepl(node.id, node.server.ldap_uri, database.suffix, timeout=1, network_timeout=1)
                  for node in nodes if node is not self]
        self.edit([(ldap.MOD_ADD, "olcSyncrepl", values), (ldap.MOD_ADD, self.server.flag(), "TRUE")],
                  database.suffix)

    def consumers(self):
        """(rid, provider) of each running consumer; None where slapd cannot tell."""
        found = self.server.consumers()
        return None if found is None else [(c.rid, c.provider) for c in found]


class Cluster:
    """n servers and the one document that describes them. Documents may be changed, then write().
    network: a netns.Network, of which each server gets a host of its own (nodes[i].server.host).
    name: tells the folders of one cluster from those of another one in the same farm. releases: those of the servers in turn,
    where it is not the farm's."""

    def __init__(self, farm, program, n, databases=None, network=None, name="", releases=(None,), **options):
        self.databases = databases or [Database()]
        self.nodes = [Node(program, farm(copy.deepcopy(self.databases), host=network.host() if network else None,
                                         release=releases[(i - 1) % len(releases)], **options), i, farm.folder(f"{name}n{i}"))
                      for i in range(1, n + 1)]
        self.document = {
            "format": 1,
            "peers": [{"id": node.id, "uri": node.server.ldap_uri} for node in self.nodes],
            "databases": [self.database(d) for d in self.databases],
            "policy": {"mode": "enforce"},
        }
        self.write()

    @staticmethod
    def database(database):
        return {"suffix": database.suffix,
                # Short timeouts: syncward waits for sessions younger than their timeout before it writes.
                "syncrepl": {"bindmethod": "simple", "binddn": database.replicator, "retry": "1 +",
                             "timeout": 1, "network-timeout": 1}}

    def write(self):
        for node in self.nodes:
            node.write(self.document)

    def __iter__(self):
        return iter(self.nodes)

    def __getitem__(self, i):
        return self.nodes[i]

    def form(self):
        """Seeds the first node and lets all apply until every node is in step."""
        self.nodes[0].server.seed()
        for node in self.nodes:
            apply_until_joined(node)
        self.wait_in_step()
        return self

    def form_by_hand(self):
        """The same as an administrator would write it, in a fraction of the time: syncward has no part in it."""
        for node in self.nodes:
            node.server.modify("cn=config", [(ldap.MOD_REPLACE, "olcServerID", str(node.id))])
        for database in self.databases:
            self.nodes[0].server.seed(database)
            for node in self.nodes:
                node.connect_by_hand(self.nodes, database)
            self.wait_in_step(database.suffix)
        return self

    def wait_in_step(self, suffix=None):
        """Waits until all nodes have the same contextCSN."""
        wait_until(lambda: len({frozenset(n.server.context_csns(suffix)) for n in self.nodes}) == 1,
                   "all nodes have the same contextCSN")

    def wait_persistent(self, seconds=PATIENCE_SEC):
        """Waits until slapd calls all links persistent, where it tells: what is deleted during a refresh may stay."""
        telling = [node.server for node in self.nodes if node.server.consumers() is not None]
        wait_until(lambda: all(c.phase == "Persist" for server in telling for c in server.consumers()), "the links are up", seconds)

    def be_seen_to_work(self):
        """syncward looks once before and once after all links are up: these worked, it remembers."""
        for node in self.nodes:
            node.apply_ok()
        self.wait_in_step()
        self.wait_persistent()
        for node in self.nodes:
            node.apply_ok()
        return self

    def wait_sessions_settled(self, seconds=4.0):
        """Waits until a write stalls nobody: consumers hold slapd for `timeout` after their refresh."""
        time.sleep(seconds)


def apply_until_joined(node, seconds=90.0):
    """Applies until nothing is held: a joining node needs a second time when its refresh is done, and its provider tries
    again only after a minute when it could not read from here five times."""
    done = None

    def joined():
        nonlocal done
        done = node.apply()
        assert done.returncode in (0, 3), done.stdout + done.stderr
        return done.returncode == 0
    try:
        wait_until(joined, f"node {node.id} has joined", seconds)
    except TimeoutError as error:
        raise AssertionError(f"{error}:\n{done.stdout}{done.stderr}") from None


def run_touch(node, command):
    """The command that a hold prints, at a terminal where it asks for the password."""
    return remedies.run(node, command, "touch-suffix")


def finish_with_writes(node, statuses=(0,), words=()):
    """apply, and what a person does whom it asks to change a suffix entry or to restart slapd, as on 2.4.

    Returns the last one.
    """
    for _ in range(4):
        done = node.apply(*words)
        touches = re.findall(r"^      (printf .*\| ldapmodify .*)$", done.stdout, re.MULTILINE)
        must_restart = "order" in done.stdout and "Restart slapd" in done.stdout
        if must_restart:
            node.server.stop()
            time.sleep(1.1)  # contextCSN is older than slapd then
            node.server.start()
        if not touches and not must_restart:
            break
        for command in touches:
            run_touch(node, command)
    assert done.returncode in statuses, done.stdout + done.stderr
    return done


def add_person(server, name, database=None):
    """Adds an entry as the rootdn; returns its DN."""
    database = database or server.databases[0]
    dn = f"cn={name},{database.suffix}"
    connection = server.admin(database)
    try:
        server.add(dn, {"objectClass": ["organizationalRole"], "cn": name}, connection)
    finally:
        connection.unbind_s()
    return dn


def wait_entry(server, dn, seconds=PATIENCE_SEC):
    def there():
        try:
            return server.root.search_s(dn, ldap.SCOPE_BASE, attrlist=["1.1"])
        except ldap.NO_SUCH_OBJECT:
            return None
    wait_until(there, f"{dn} at {server}", seconds)
