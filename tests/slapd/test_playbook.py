# SPDX-License-Identifier: Apache-2.0
"""The playbook, run by a real Ansible on three nodes: it plans, brings the file canary first, waits, and stops at trouble."""

import contextlib
import copy
import json
import os
import re
import subprocess
import sys

import ldap
import pytest
import tools
import yaml
from cluster import Cluster
from daemon import Daemon
from heartbeats import make_cluster, settings
from slapd import syncrepl

PLAYBOOK = os.path.join(tools.TOP, "packaging/ansible/syncward.yml")


class Controller:
    """Where ansible-playbook is run: an inventory of nodes that are all this machine, and the file to bring."""

    def __init__(self, cluster, folder, canaries):
        self.folder = folder
        self.source = folder / "peers.json"
        self.document = copy.deepcopy(cluster.document)
        for database in self.document["databases"]:
            # The same words at every node: each has its own folder beside them.
            database["syncrepl"]["credentials"] = {"file": cluster[0].secret_file}
        self.nodes = list(cluster)
        hosts = {f"node{node.id}": self.variables(node) for node in self.nodes}
        inventory = {"all": {"children": {
            "ldap": {"hosts": hosts},
            "ldap_canaries": {"hosts": {f"node{n}": {} for n in canaries}}}}}
        (folder / "inventory.yml").write_text(yaml.safe_dump(inventory))
        for node in self.nodes:
            node.write(self.document)

    def variables(self, node):
        program, *words = node.command("plan")
        at = words.index("--peers")
        return {"ansible_connection": "local", "ansible_become": False, "ansible_python_interpreter": sys.executable,
                "syncward_program": program, "syncward_peers_path": node.peers_file, "syncward_wait": "60s",
                "syncward_peers_file": str(self.source), "syncward_options": words[1:at] + words[at + 2:]}

    def run(self, *words):
        self.source.write_text(json.dumps(self.document, indent=2))
        env = {**os.environ, "ANSIBLE_HOME": str(self.folder), "ANSIBLE_LOCAL_TEMP": str(self.folder / "local"),
               "ANSIBLE_REMOTE_TMP": str(self.folder / "remote"), "ANSIBLE_RETRY_FILES_ENABLED": "0",
               "ANSIBLE_NOCOLOR": "1", "TMPDIR": str(self.folder)}
        return subprocess.run(["ansible-playbook", "-i", self.folder / "inventory.yml", PLAYBOOK,
                               "--skip-tags", "install,service", *words], env=env, cwd=self.folder, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=300, check=False)

    def revisions(self):
        found = []
        for node in self.nodes:
            with open(node.peers_file, encoding="utf-8") as file:
                found.append(json.load(file).get("revision"))
        return found


@pytest.mark.one_release
@pytest.mark.turns(2)
def test_a_new_node_joins_behind_all_others(slapd_factory, program, tmp_path):
    cluster = Cluster(slapd_factory, program, 2)
    node, new = cluster
    controller = Controller(cluster, tmp_path, canaries=[])
    both = controller.document["peers"]
    node.write(dict(controller.document, peers=both[:1], revision=1))
    os.remove(new.peers_file)
    node.server.seed(cluster.databases[0])
    node.apply_ok("--first-node")
    controller.document["revision"] = 2
    with Daemon(node), Daemon(new):
        done = controller.run("-e", "syncward_joins=true", "-e", "syncward_join_wait=120s")
        assert done.returncode == 0, done.stdout + done.stderr
        assert all(len(one.syncrepl()) == 1 and one.server.values(one.server.database_dn(), one.server.flag()) == ["TRUE"]
                   for one in cluster)


@pytest.mark.one_release
@pytest.mark.turns(2)
def test_it_goes_from_node_to_node_and_stops_where_something_is_held(slapd_factory, program, tmp_path):
    cluster = Cluster(slapd_factory, program, 3, modules=("syncprov",)).form_by_hand()
    controller = Controller(cluster, tmp_path, canaries=[3])
    foreign = syncrepl(9, "ldap://127.0.0.19", cluster.databases[0].suffix, timeout=1, network_timeout=1)
    cluster[0].edit([(ldap.MOD_ADD, "olcSyncrepl", foreign)])
    with contextlib.ExitStack() as stack:
        controller.document.update(revision=1)
        controller.document["policy"]["max_removals"] = 0
        controller.document["policy"]["keep"] = []
        for node in cluster:
            node.write(controller.document)
        for node in cluster:
            stack.enter_context(Daemon(node))
        controller.document["revision"] = 2
        controller.document["databases"][0]["syncrepl"]["retry"] = "2 +"

        planned = controller.run("--tags", "plan")
        assert controller.revisions() == [1, 1, 1]
        assert planned.returncode != 0 and "held" in planned.stdout, planned.stdout + planned.stderr
        assert "retry" in planned.stdout.partition("node1")[0]  # the canary's plan came first

        held = controller.run()
        assert held.returncode != 0 and '"keep": ["ldap://127.0.0.19"]' in held.stdout.replace('\\"', '"'), held.stdout
        assert controller.revisions() == [1, 1, 2], held.stdout
        assert 'retry="2 +"' in cluster[2].syncrepl()[0] and 'retry="1 +"' in cluster[1].syncrepl()[0]

        controller.document["revision"] = 3  # what was brought as 2 is another file
        controller.document["policy"]["keep"] = ["ldap://127.0.0.19"]  # the line that was printed
        done = controller.run()
        assert done.returncode == 0, done.stdout + done.stderr
        assert controller.revisions() == [3, 3, 3]
        for node in cluster:
            assert sum('retry="2 +"' in value for value in node.syncrepl()) == 2
    assert not re.findall(r"^syncward-.*$", "\n".join(os.listdir(tmp_path)), re.MULTILINE)


@pytest.mark.long
@pytest.mark.one_release
def test_a_staged_file_is_brought_to_all_and_waited_for_at_the_end(slapd_factory, program, tmp_path):
    cluster = make_cluster(slapd_factory, program, 2)
    cluster.document["policy"]["rollout"] = {"first": [2], "soak": "1s"}
    cluster.document["revision"] = 8
    controller = Controller(cluster, tmp_path, canaries=[2])
    with contextlib.ExitStack() as stack:
        for node in cluster:
            stack.enter_context(Daemon(node, *settings(node)))
        done = controller.run("-e", "syncward_rollout_wait=60s")
        assert done.returncode == 0, done.stdout + done.stderr
        controller.document["revision"] = 9
        controller.document["databases"][0]["syncrepl"]["retry"] = "2 +"
        planned = controller.run("--tags", "plan")
        assert planned.returncode == 0 and planned.stdout.count('[retry 1 + -> 2 +]') == 2, planned.stdout
        done = controller.run("-e", "syncward_rollout_wait=300s")
        assert done.returncode == 0, done.stdout + done.stderr
        for node in cluster:
            assert all('retry="2 +"' in value for value in node.syncrepl())
