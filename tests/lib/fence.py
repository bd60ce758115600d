# SPDX-License-Identifier: Apache-2.0
"""`syncward fence` of a node, as systemd runs it before slapd starts and after it ended."""

import contextlib
import json
import os
import shlex
import shutil
import time

import ldap
from slapd import SUFFIX, wait_until


class Fence:
    """The fence of one node. It is set up while slapd runs; the daemon notes from then on."""

    def __init__(self, node, healthy=None):
        self.node = node
        self.healthy = healthy
        self.server = node.server
        [self.folder] = self.server.values(self.server.database_dn(), "olcDbDirectory")
        self.dn = self.server.database_dn()
        self.slapd = os.path.join(node.folder, "slapd")
        release = self.server.release
        with open(os.open(self.slapd, os.O_CREAT | os.O_WRONLY, 0o755), "w", encoding="utf-8") as file:
            names = {name: value for name, value in release.environment.items() if name == "SASL_PATH"}
            words = ["env", *(f"{name}={value}" for name, value in names.items()), *release.command]
            file.write(f"#!/bin/sh\nexec {shlex.join(words)} \"$@\"\n")
        done = self.run(status=0)
        assert "slapd runs" in done.stdout, done.stdout

    def run(self, *words, status=None, prefix=()):
        done = self.node.run("fence", "--slapd", self.slapd, *words, prefix=prefix)
        assert status is None or done.returncode == status, f"{done.returncode}: {done.stdout}{done.stderr}"
        assert "secret" not in done.stdout + done.stderr
        return done

    def look(self, verdict, status, prefix=()):
        """Looks, with slapd stopped, and wants that verdict of the one database."""
        done = self.run(status=status, prefix=prefix)
        assert f"{SUFFIX}: {verdict}: " in done.stdout, done.stdout + done.stderr
        return done

    def stop(self, kills=False):
        """Stops slapd as systemd does, with what follows."""
        if kills:
            self.server.kill()
        else:
            self.server.stop()
            self.run("--after-stop", status=0)

    def start(self, verdict="right", status=0):
        done = self.look(verdict, status)
        self.server.start()
        return done

    def noted(self):
        """contextCSN as the daemon noted it."""
        with contextlib.suppress(FileNotFoundError), \
                open(os.path.join(self.node.state_dir, "last-seen.json"), encoding="utf-8") as file:
            found = json.load(file)["databases"]
            return set(found[0]["contextCSN"]) if found else set()
        return set()

    def record(self):
        with open(os.path.join(self.node.state_dir, "fence.json"), encoding="utf-8") as file:
            found = json.load(file)["databases"]
        return found[0] if found else {}

    def wait_noted(self, daemon, seconds=40.0):
        """Has the daemon ask its peers until it noted what is here."""
        asked = 0.0

        def is_noted():
            nonlocal asked
            if time.monotonic() - asked > 0.5 and os.path.exists(os.path.join(self.node.run_dir, "status.json")):
                asked = time.monotonic()
                daemon.reload()
            return self.noted() == self.server.context_csns()
        try:
            wait_until(is_noted, "the daemon noted contextCSN", seconds)
        except TimeoutError as error:
            raise AssertionError(f"{error}: {self.noted()} {self.server.context_csns()}\n" + "\n".join(daemon.lines)) from None

    def is_closed(self):
        return self.server.values(self.dn, "olcReadOnly") == ["TRUE"]

    def is_closed_on_disk(self):
        """The same, with slapd stopped."""
        return "olcReadOnly: TRUE" in self.server.tool("cat", "-n0", "-a", "(olcDbDirectory=*)").stdout

    def cannot_close(self):
        """From now on as with 2.4, which has no slapmodify."""
        with open(self.slapd, encoding="utf-8") as file:
            first, rest = file.read().split("\n", 1)
        with open(self.slapd, "w", encoding="utf-8") as file:
            file.write(f'{first}\n[ "$1" != -Tmodify ] || exit 1\n{rest}')

    # What is done with slapd stopped

    def back_up(self):
        """A copy of the database's folder; returns its path."""
        path = os.path.join(self.node.folder, f"backup-{time.monotonic_ns()}")
        shutil.copytree(self.folder, path)
        return path

    def put_back(self, backup):
        """As tar and rsync do: the files are new ones."""
        self.remove()
        for name in os.listdir(backup):
            shutil.copy2(os.path.join(backup, name), self.folder)

    def remove(self):
        for name in os.listdir(self.folder):
            os.unlink(os.path.join(self.folder, name))


def refuses_writes(server):
    """True when a client's write is refused as closed (53)."""
    connection = server.admin()
    try:
        connection.add_s(f"cn=intruder,{SUFFIX}", [("objectClass", [b"organizationalRole"]), ("cn", [b"intruder"])])
    except ldap.UNWILLING_TO_PERFORM:
        return True
    finally:
        connection.unbind_s()
    return False
