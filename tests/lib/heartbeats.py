# SPDX-License-Identifier: Apache-2.0
"""A cluster with heartbeats: the account that writes them, what nodes show of each other, and entries by hand."""

import contextlib
import json
import os
import time

import ldap
from cluster import Cluster
from daemon import Daemon
from jsonschema import Draft202012Validator
from slapd import PATIENCE_SEC, SUFFIX, Database
from tools import TOP

WRITER = f"cn=verify,{SUFFIX}"
WORD = "heartbeat-canary"
CONTAINER = f"ou=syncward,{SUFFIX}"
# Readers as on a node that was set up by hand, and an account that may write below the container.
ACCESS = {"olcAccess": [
    f'to attrs=userPassword by dn.exact="cn=replicator,{SUFFIX}" read by anonymous auth by * none',
    f'to dn.subtree="{CONTAINER}" by dn.exact="{WRITER}" write by * read',
    'to * by * read']}
# The same, and of all others the account sees the suffix entry only.
BLIND = {"olcAccess": [*ACCESS["olcAccess"][:2], f'to dn.base="{SUFFIX}" by * read', f'to * by dn.exact="{WRITER}" none by * read']}


def name_of(node):
    """The DN of its entry."""
    return f"cn=syncward-heartbeat-{node.id},{CONTAINER}"


def add_container(server):
    connection = server.admin()
    server.add(CONTAINER, {"objectClass": "organizationalUnit", "ou": "syncward"}, connection)
    connection.unbind_s()


def make_cluster(farm, program, n=3, container=True):
    """Nodes in step, with an account that every node knows, and a heartbeat in one peers.json for all."""
    cluster = Cluster(farm, program, n, [Database(overlays=("syncprov",), attributes=ACCESS)]).form_by_hand()
    give_account(cluster)
    if container:
        add_container(cluster[0].server)
    cluster.wait_in_step()
    cluster.wait_persistent(PATIENCE_SEC + 5 * n)
    give_heartbeat(cluster)
    return cluster


def give_account(cluster):
    """The account that writes heartbeats."""
    connection = cluster[0].server.admin()
    cluster[0].server.add(WRITER, {"objectClass": ["organizationalRole", "simpleSecurityObject"], "cn": "verify",
                                   "userPassword": WORD}, connection)
    connection.unbind_s()


def give_heartbeat(cluster):
    """One text of peers.json on all nodes, with a heartbeat."""
    cluster.document["revision"] = 7
    database = cluster.document["databases"][0]
    database["syncrepl"]["credentials"] = {"file": cluster[0].secret_file}
    database["heartbeat"] = {"container": CONTAINER, "interval": 60}
    cluster.write()


def settings(node, word=WORD, **others):
    """An agent.json with that account; returns the option that names it."""
    secret, path = os.path.join(node.folder, "verify-secret"), os.path.join(node.folder, "agent.json")
    document = {"interval": 5, "verify": {"binddn": WRITER, "credentials": {"file": secret}}, **others}
    for name, text in ((secret, word), (path, json.dumps(document))):
        with open(os.open(name, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
    return ["--agent-config", path]


@contextlib.contextmanager
def daemons(nodes):
    """A daemon beside each of them."""
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(Daemon(node, *settings(node))) for node in nodes]


def status(node):
    """status.json, valid by the schema; {} before there is one."""
    try:
        with open(os.path.join(node.run_dir, "status.json"), encoding="utf-8") as file:
            found = json.load(file)
    except FileNotFoundError:
        return {}
    with open(os.path.join(TOP, "etc/status.schema.json"), encoding="utf-8") as file:
        Draft202012Validator(json.load(file)).validate(found)
    return found


def fleet(node):
    """What it shows of the only database; {} before it does."""
    return (status(node).get("fleet") or [{}])[0]


def states(node):
    """The state of each node, in the order of peers.json."""
    return [one["state"] for one in fleet(node).get("nodes", [])]


def beat(server, node):
    """What a server holds of that node's heartbeat: its entry; None: it has none."""
    found = server.search(SUFFIX, f"(cn=syncward-heartbeat-{node.id})", ["*", "+"])
    return found[0][1] if found else None


def csn_of(node):
    """entryCSN of a node's own heartbeat in its own copy; None: it has none."""
    entry = beat(node.server, node)
    return entry["entryCSN"][0] if entry else None


def put_beat(at, node, dn=WRITER, password=WORD, age=0, values=None, **said):
    """Writes that node's heartbeat at a server, as whoever."""
    when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - age))
    values = values or [f"{key}={value}".encode() for key, value in {
        "format": 1, "id": node.id, "version": "0.2.0", "revision": 7, "sha256": "-", "mode": "enforce",
        "state": "in-step", "held": "-", "time": when, **said}.items()]
    connection = at.server.bind(dn, password)
    try:
        connection.modify_s(name_of(node), [(ldap.MOD_REPLACE, "description", values)])
    except ldap.NO_SUCH_OBJECT:
        connection.add_s(name_of(node), [("objectClass", [b"applicationProcess"]),
                                         ("cn", [f"syncward-heartbeat-{node.id}".encode()]), ("description", values)])
    connection.unbind_s()


def drop_beat(node):
    """Deletes that node's heartbeat, at its own server."""
    connection = node.server.bind(WRITER, WORD)
    connection.delete_s(name_of(node))
    connection.unbind_s()


def options(node):
    """The option that names the agent.json that settings() wrote."""
    return ["--agent-config", os.path.join(node.folder, "agent.json")]
