# SPDX-License-Identifier: Apache-2.0
"""A folder full of throw-away servers that are all gone afterwards, for tests and the demo."""

import os
import shutil
import tempfile
import time

import faketime
from slapd import Slapd


class SlapdFarm:
    """Makes servers in one new folder (short, for the sockets in it; mode 0755) and removes all of it.

    farm(databases=...) makes, starts and returns a server. Leave through close(), or use `with`.
    """

    def __init__(self, release, prefix="syncward-"):
        self.release = release
        # pytest's own folders are too long for sockets. tests/check looks that this one gets empty.
        parent = os.environ.get("SYNCWARD_TEST_DIR", "/tmp")
        self.directory = tempfile.mkdtemp(prefix=prefix, dir=parent)
        os.chmod(self.directory, 0o755)
        self.servers = []

    def __call__(self, databases=None, *, start=True, seed=False, release=None, ldif=None, prepare=None, kind=Slapd,
                 **options):
        """A new server of that class; options go to it. seed: the first database gets its first entries.
        prepare: called with the server before its slapd.d is made."""
        folder = os.path.join(self.directory, f"s{len(self.servers) + 1}")
        server = kind(release or self.release, folder, databases, **options)
        self.servers.append(server)
        if prepare:
            prepare(server)
        server.make(ldif)
        if start or seed:
            server.start()
        if seed:
            server.seed()
        return server

    def folder(self, name):
        """A new folder of mode 0700 beside the servers: for peers.json, secrets, state."""
        path = os.path.join(self.directory, name)
        os.mkdir(path, 0o700)
        return path

    def problems(self):
        """What a test must not pass over: servers that died on their own."""
        return [f"{server} died on its own (exit status {server.process.returncode}):\n{server.log_tail()}"
                for server in self.servers if server.has_died()]

    def close(self):
        """Kills all servers, removes the folder and returns a list of what was wrong."""
        problems = self.problems()
        for server in self.servers:
            try:
                server.close()
            except Exception as error:  # pylint: disable=broad-except
                problems.append(str(error))
        faketime.sweep()
        left = processes_with(self.directory)
        problems += [f"process {pid} is left: {command}" for pid, command in left.items()]
        for _ in range(20):  # what was ended may still be writing its last file
            shutil.rmtree(self.directory, ignore_errors=True)
            if not os.path.exists(self.directory):
                break
            time.sleep(0.1)
        if os.path.exists(self.directory):
            problems.append(f"{self.directory} could not be removed")
        return problems

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for problem in self.close():
            print(problem)


def processes_with(text):
    """The processes with that text in their command line: {pid: command line}; this one excepted."""
    found = {}
    for name in os.listdir("/proc"):
        if not name.isdigit() or int(name) == os.getpid():
            continue
        try:
            with open(f"/proc/{name}/cmdline", "rb") as file:
                command = file.read().replace(b"\0", b" ").decode("utf-8", "replace").strip()
        except OSError:
            continue
        if text in command:
            found[int(name)] = command
    return found
