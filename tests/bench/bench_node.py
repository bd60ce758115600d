# SPDX-License-Identifier: Apache-2.0
"""A node in step with many peers of which none answers, for all benches."""

import ldap
from cluster import Cluster, Node
from slapd import ROOT_DN, Database

LIMITS_OF_ROOT = f'dn.exact="{ROOT_DN}" size=unlimited'


def document(server, n_peers, n_providers):
    """peers.json for n peers: this server, and others at addresses where nobody listens. Who is no provider is a consumer."""
    uris = [server.ldap_uri] + [f"ldap://127.1.{i // 250}.{i % 250 + 1}:9" for i in range(1, n_peers)]
    database = Cluster.database(server.databases[0])
    database["syncrepl"]["retry"] = "3600 +"
    return {"format": 1, "policy": {"mode": "enforce"}, "databases": [database],
            "peers": [{"id": i, "uri": uri, **({"role": "consumer"} if i > n_providers else {})}
                      for i, uri in enumerate(uris, start=1)]}


def make_node(farm, program, n_peers, removes_foreign=False, n_providers=None):
    """A server with data that holds what peers.json wants; its plan is empty. removes_foreign: values that
    peers.json does not name are no reason to hold."""
    database = Database(attributes={"olcDbMaxSize": "16777216"}) if farm.release.number >= (2, 5) else Database()
    server = farm([database], seed=True)
    # By default root sees at most 500 entries of cn=monitor: what 999 consumers need a person sets.
    server.modify("olcDatabase={1}monitor,cn=config", [(ldap.MOD_ADD, "olcLimits", LIMITS_OF_ROOT)])
    node = Node(program, server, 1, farm.folder(f"n{n_peers}"))
    wanted = document(server, n_peers, n_providers or n_peers)
    if removes_foreign:
        wanted["policy"]["max_removals"] = 10
    node.write(wanted)
    node.apply_ok()
    return node
