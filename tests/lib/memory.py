# SPDX-License-Identifier: Apache-2.0
"""Directories in memory (tests/lib/memory_directory.h): what a slapd holds, as Python tells it, and tools at work."""

import base64
import json
import re
import subprocess

import drift
from tools import DirectoryTool, tool_path

FLAG = "olcMultiProvider"
CLASSES = ("olcGlobal", "olcModuleList", "olcDatabaseConfig", "olcOverlayConfig")
CSN = "20261122095500.000000Z#000000#%03x#000000"


def database_dn(n):
    return f"olcDatabase={{{n}}}mdb,cn=config"


def config_tree(databases, *, server_ids=(), modules=("back_mdb", "syncprov")):
    """cn=config of a server. databases: {suffix: further attributes}, numbered from 2."""
    tree = {
        "cn=config": {"objectClass": ["olcGlobal"], "cn": ["config"], "olcIdleTimeout": ["0"],
                      "olcServerID": list(server_ids)},
        "cn=module{0},cn=config": {"objectClass": ["olcModuleList"], "cn": ["module{0}"],
                                   "olcModuleLoad": ordered(modules)},
        "olcDatabase={-1}frontend,cn=config": {
            "objectClass": ["olcDatabaseConfig", "olcFrontendConfig"], "olcDatabase": ["{-1}frontend"]},
        "olcDatabase={0}config,cn=config": {
            "objectClass": ["olcDatabaseConfig"], "olcDatabase": ["{0}config"], "olcRootDN": ["cn=admin,cn=config"],
            "olcAccess": ["{0}to * by * manage"]},
        "olcDatabase={1}monitor,cn=config": {
            "objectClass": ["olcDatabaseConfig"], "olcDatabase": ["{1}monitor"]},
    }
    for n, (suffix, attributes) in enumerate(databases.items(), start=2):
        tree[database_dn(n)] = {
            "objectClass": ["olcDatabaseConfig", "olcMdbConfig"], "olcDatabase": [f"{{{n}}}mdb"],
            "olcSuffix": [suffix], "olcRootDN": ["cn=admin," + suffix], "olcDbDirectory": [f"/db{n}"], **attributes}
    return {dn: {name: values for name, values in entry.items() if values} for dn, entry in tree.items()}


def ordered(values):
    """Values as slapd returns them where they have an order."""
    return [f"{{{i}}}{value}" for i, value in enumerate(values)]


def overlay(n, attributes):
    """The DN and the entry of the first overlay of a database."""
    return "olcOverlay={0}syncprov," + database_dn(n), {
        "objectClass": ["olcOverlayConfig", "olcSyncProvConfig"], "olcOverlay": ["{0}syncprov"],
        **{name: [value] for name, value in attributes.items()}}


def contents(suffixes, server_id=drift.USED_ID):
    """The suffix entries of databases that were written without a server ID first, and then under one."""
    return {suffix: {"objectClass": ["domain"], "entryUUID": ["2d3f28a0-0000-1040-8000-000000000001"],
                     "entryCSN": [CSN % 0], "contextCSN": [CSN % 0, CSN % server_id], "hasSubordinates": ["FALSE"]} for suffix in suffixes}


def server_of(case, suffixes, port):
    """A server that holds what a case of drift.py says, and the DN of each database."""
    tree = config_tree({suffix: attributes_of(case, suffix) for suffix in suffixes}, server_ids=case.server_id)
    for n, suffix in enumerate(suffixes, start=2):
        live = case.live.get(suffix)
        if live is None or live.overlay is not None:
            dn, entry = overlay(n, live.overlay if live else {})
            tree[dn] = entry
    server = {"config": tree, "contents": contents(suffixes), "fqdn": "memory",
              "listeners": ["ldapi:///", f"ldap://{drift.SELF}:{port}"]}
    return server, {suffix: database_dn(n) for n, suffix in enumerate(suffixes, start=2)}


def attributes_of(case, suffix):
    """The attributes of a database that replication is about."""
    live = case.live.get(suffix)
    if live is None:
        return {}
    return {"olcSyncrepl": ordered(drift.value_texts(case.random, live)), FLAG: ["TRUE"] if live.flag else [],
            "olcDbIndex": live.index, "olcLimits": ordered(live.limits), "olcAccess": ordered(live.access)}


def run_passes(cases, state_dir):
    """What the program's passes make of each case, {"server", "peers", "node", "in_step"}, in their order."""
    lines = "".join(json.dumps(case) + "\n" for case in cases)
    done = subprocess.run([tool_path("memory_tool"), "passes", state_dir], input=lines, text=True, capture_output=True,
                          timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def known_entries(tree, flag):
    """Those of a real cn=config that a directory in memory has, under its name of the multi-provider flag."""
    return {dn: {FLAG if name == flag else name: values for name, values in entry.items()} for dn, entry in tree.items()
            if set(entry["objectClass"]) & set(CLASSES)}


def ldif_changes(text):
    """[(DN, "modify" or "add" or "delete", [(how, attribute, values)])] of what `syncward plan --output ldif` prints."""
    changes = []
    for record in re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).split("\n\n"):
        lines = [ldif_line(line) for line in record.splitlines()]
        if not lines:
            continue
        (_, dn), (_, kind), mods, how = lines[0], lines[1], [], None
        for name, value in lines[2:]:
            if kind == "modify" and how is None:
                how = name
                mods.append((how, value, []))
            elif name == "-":
                how = None
            elif kind == "modify" or (mods and mods[-1][1] == name):
                mods[-1][2].append(value)
            else:
                mods.append(("add", name, [value]))
        changes.append((dn, kind, mods))
    return changes


def ldif_line(line):
    """(attribute, value) of a line; ("-", "") behind a mod."""
    name, _, value = line.partition(":")
    return (name, base64.b64decode(value[1:]).decode()) if value.startswith(":") else (name, value.lstrip(" "))


class MemoryTool(DirectoryTool):
    """A memory_tool that serves one directory, driven as a directory_tool is."""

    def __init__(self, server):  # pylint: disable=super-init-not-called
        self.process = subprocess.Popen([tool_path("memory_tool"), "serve"], text=True, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)
        self.process.stdin.write(json.dumps(server) + "\n")

    def config(self):
        """cn=config as it holds it: {DN: {attribute: values}}."""
        tree, entry = {}, None
        for line in self("read", "cn=config", "sub", "(objectClass=*)")[:-1]:
            name, _, value = line.partition(": ")
            if name == "dn":
                entry = tree.setdefault(value, {})
            else:
                entry.setdefault(name, []).append(value)
        return tree

    def play(self, text):
        """Carries an LDIF of changes out; each must be taken."""
        for dn, kind, mods in ldif_changes(text):
            words = [word for how, name, values in mods for word in (
                [how, name, str(len(values)), *values] if kind == "modify" else sum(([name, v] for v in values), []))]
            verb = {"modify": "modify", "add": "entry", "delete": "remove"}[kind]
            done = self(verb, dn, *words)[-1]
            assert done == "ok", (done, kind, dn, mods)
