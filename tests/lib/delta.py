# SPDX-License-Identifier: Apache-2.0
"""Delta-syncrepl as an administrator makes it by hand, after slapo-accesslog(5)."""

import copy
import json
import os

import ldap
import messages
from cluster import add_person, wait_entry
from slapd import syncrepl

LOG = "cn=accesslog"
FILTER = "(&(objectClass=auditWriteObject)(reqResult=0))"
KEYWORDS = {"syncdata": "accesslog", "logbase": LOG, "logfilter": FILTER}


def findings(node, code):
    """(severity, text) of each that the plan has of that code."""
    found = [(one["severity"], one["text"]) for one in node.plan_json()["findings"] if one["code"] == code]
    assert not [fault for _, text in found for fault in messages.faults(text)]
    return found


def others(cluster, node):
    """All but that one."""
    return [other for other in cluster if other is not node]


def write_everywhere(cluster, name):
    """A write at each node arrives at every other one."""
    for node in cluster:
        dn = add_person(node.server, f"{name}{node.id}")
        for other in others(cluster, node):
            wait_entry(other.server, dn)


def access(readers):
    """The olcAccess value that lets these, and nobody else, read."""
    return "to * " + " ".join(f'by dn.exact="{reader}" read' for reader in readers) + " by * none"


def folder_by_hand(server):
    """The folder of the log that add_log() makes."""
    return os.path.join(server.directory, "accesslog")


def add_log(server, readers, log=LOG, rootdn=None, folder=None):
    """The database of the log, which the readers may read without limits, by default with the rootdn of the first one; returns
    its DN."""
    folder = folder or folder_by_hand(server)
    os.makedirs(folder, exist_ok=True)
    backend = server.databases[0].backend_on(server.release)
    server.add(f"olcDatabase={backend},cn=config", {
        "objectClass": ["olcDatabaseConfig", f"olc{backend.capitalize()}Config"], "olcDatabase": backend,
        "olcSuffix": log, "olcDbDirectory": folder, "olcRootDN": rootdn or server.databases[0].rootdn,
        "olcDbIndex": ["default eq", "entryCSN,objectClass,reqEnd,reqResult,reqStart,reqDN eq"],
        "olcAccess": access(readers),
        "olcLimits": [f'dn.exact="{reader}" size=unlimited time=unlimited' for reader in readers]})
    return server.database_dn(log)


def add_log_provider(server, log=LOG):
    """The log's own syncprov."""
    server.add("olcOverlay=syncprov," + server.database_dn(log), {
        "objectClass": ["olcOverlayConfig", "olcSyncProvConfig"], "olcOverlay": "syncprov", "olcSpNoPresent": "TRUE",
        "olcSpReloadHint": "TRUE"})


def add_logging(server, log=LOG, suffix=None):
    """The overlay that writes changes of that database (the first one) into the log."""
    server.add("olcOverlay=accesslog," + server.database_dn(suffix), {
        "objectClass": ["olcOverlayConfig", "olcAccessLogConfig"], "olcOverlay": "accesslog", "olcAccessLogDB": log,
        "olcAccessLogOps": "writes", "olcAccessLogSuccess": "TRUE", "olcAccessLogPurge": "07+00:00 01+00:00"})


def add_root(server, log=LOG):
    """The log's own suffix entry: where the overlay of 2.5 finds none it may begin the log twice with each server."""
    connection = server.admin()
    server.add(log, {"objectClass": ["auditContainer"], "cn": log.split("=")[1]}, connection)
    connection.unbind_s()


def add_delta(server, readers, log=LOG, with_root=False):
    """All that a provider needs."""
    add_log(server, readers, log)
    if with_root:
        add_root(server, log)
    add_log_provider(server, log)
    add_logging(server, log)


def delta_value(node, log=LOG):
    """The olcSyncrepl value by which others read the node from its log."""
    return syncrepl(node.id, node.server.ldap_uri, timeout=1, network_timeout=1, syncdata="accesslog", logbase=log,
                    logfilter=FILTER)


def read_log(node, nodes, logging=None):
    """Has the node read the others by hand, from their logs those of which some are named."""
    others = [other for other in nodes if other is not node]
    node.edit([(ldap.MOD_REPLACE, "olcSyncrepl", [
        delta_value(other) if logging is None or other in logging else
        syncrepl(other.id, other.server.ldap_uri, timeout=1, network_timeout=1) for other in others])])


def folder_of(node):
    """The folder for the node's log."""
    return os.path.join(node.server.directory, "changes")


def begin_anew(node):
    """Begins the log that was made by hand once more, as is printed for one that 2.5 began twice with a server (log-twice)."""
    node.server.stop()
    for name in ("data.mdb", "lock.mdb"):
        os.remove(os.path.join(folder_by_hand(node.server), name))
    node.server.start()
    node.server.stop()
    node.server.start()


def want(node, document, make_folder=True, **more):
    """Gives the node the document with "delta"; on this machine each node needs a folder of its own."""
    document = copy.deepcopy(document)
    document["databases"][0]["delta"] = {"directory": folder_of(node), **more}
    if make_folder:
        os.makedirs(folder_of(node), 0o700, exist_ok=True)
    node.write(document)


def want_all(cluster, **more):
    """The same at every node."""
    for node in cluster:
        want(node, cluster.document, **more)


def doctor(node, check="logs"):
    """What the doctor says of logs, or another check: (severity, text with remedy) of each finding; [] where all is well."""
    found, = json.loads(node.run("doctor", "--output", "json", check).stdout)["checks"]
    return [(one["severity"], f"{one['text']}: {one['remedy']}") for one in found["findings"]]


def reads(node):
    """How many of its links read a log."""
    return sum("logbase" in value for value in node.syncrepl())
