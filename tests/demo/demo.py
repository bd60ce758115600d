#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Three throw-away slapd servers become a cluster from one peers.json, are damaged, and are repaired.

Usage: demo.py PROGRAM. Servers listen on 127.0.0.1 and are gone afterwards.
"""

import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))

# pylint: disable=wrong-import-position
import ldap
from cluster import Cluster, add_person, wait_entry
from releases import release
from slapd import PASSWORD, SUFFIX, wait_until
from slapd_farm import SlapdFarm

HAS_COLOUR = sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def paint(code, text):
    return f"\033[{code}m{text}\033[0m" if HAS_COLOUR else text


def title(text):
    print("\n" + paint("1;36", f"== {text}"), flush=True)


def tell(text):
    print(paint("32", f"   {text}"), flush=True)


class Demo:
    """The scenes in order; each says what it shows and stops the demo when it does not."""

    def __init__(self, farm, program):
        self.cluster = Cluster(farm, program, 3)
        self.first, self.second, self.third = self.cluster

    def syncward(self, node, *words, expect):
        """Runs the command as an administrator would see it."""
        print(paint("1", f"   node{node.id}# syncward {' '.join(words)}"), flush=True)
        done = node.run(*words)
        for line in (done.stdout + done.stderr).splitlines():
            print("     " + line)
        if done.returncode not in expect:
            sys.exit(f"demo: exit status {done.returncode} instead of {expect}")
        return done.returncode

    def show_file(self):
        title("One peers.json, the same on all nodes; the password is in a file of its own")
        with open(self.first.peers_file, encoding="utf-8") as file:
            print("     " + file.read().replace("\n", "\n     "))

    def form(self):
        title("The first node has data (and the replication account); plan shows what would change")
        self.first.server.seed()
        self.syncward(self.first, "plan", expect=(2,))
        self.syncward(self.first, "apply", expect=(0,))
        for node in (self.second, self.third):
            title(f"Node {node.id} is empty: it reads its peers first, and is a provider only when it has everything")
            self.syncward(node, "apply", expect=(0, 3))
            end = time.monotonic() + 20
            while node.run("plan").returncode == 3 and time.monotonic() < end:
                time.sleep(0.2)
            self.syncward(node, "apply", expect=(0,))

    def replicate(self, round_name):
        title("What is written on one node is on all of them")
        for node in self.cluster:
            dn = add_person(node.server, f"testuser{node.id}{round_name}")
            for other in self.cluster:
                wait_entry(other.server, dn)
            tell(f"{dn} added on node {node.id}, read on nodes 1, 2 and 3")
        self.cluster.wait_in_step()

    def damage(self):
        title("Damage by hand: on node 1 a peer is removed, and the single delete stops the wrong consumer")
        self.first.edit([(ldap.MOD_DELETE, "olcSyncrepl", self.first.syncrepl()[0])])
        self.tell_consumers(self.first)
        title("On node 2 a password is changed, on node 3 multi-provider is off and a foreign provider is added")
        wrong = [value.replace(PASSWORD, PASSWORD.upper()) for value in self.second.syncrepl()]
        self.second.edit([(ldap.MOD_REPLACE, "olcSyncrepl", wrong)])
        self.third.edit([(ldap.MOD_DELETE, "olcMirrorMode", None), (
            ldap.MOD_ADD, "olcSyncrepl",
            f"rid=099 provider=ldap://127.0.0.1:9 searchbase={SUFFIX} retry=\"60 +\" timeout=1 network-timeout=1")])

    def tell_consumers(self, node):
        declared = [value.split("provider=")[1].split()[0] for value in node.syncrepl()]
        running = [provider for _, provider in node.consumers()]
        tell(f"node {node.id} declares {', '.join(declared)}")
        tell(f"node {node.id} runs     {', '.join(running)}")

    def repair(self):
        title("plan says what is wrong, apply puts it right")
        for node in self.cluster:
            self.syncward(node, "plan", expect=(2,))
            self.syncward(node, "apply", expect=(0,))
        wait_until(lambda: len(self.first.consumers()) == 2, "both consumers of node 1 run")
        self.tell_consumers(self.first)

    def restart(self):
        title("Every slapd starts again, and nothing is left to change")
        for node in self.cluster:
            node.server.restart()
            self.syncward(node, "plan", expect=(0,))


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: demo.py PROGRAM")
    start = time.monotonic()
    with SlapdFarm(release("2.5"), prefix="syncward-demo-") as farm:
        try:
            demo = Demo(farm, os.path.abspath(sys.argv[1]))
            demo.show_file()
            demo.form()
            demo.replicate("")
            demo.damage()
            demo.repair()
            demo.replicate("-again")
            demo.restart()
        except (TimeoutError, AssertionError, subprocess.SubprocessError) as error:
            sys.exit(f"demo: {error}")
    title(f"Done in {time.monotonic() - start:.0f} seconds; the servers and their files are gone")


if __name__ == "__main__":
    main()
