# SPDX-License-Identifier: Apache-2.0
"""The daemon beside a node, and what it tells: without journald each event is a line on standard error."""

import contextlib
import json
import os
import re
import signal
import subprocess
import threading
import time

from slapd import PATIENCE_SEC, wait_until


def is_in_pass(node, pid):
    """True when that process holds the lock of writers, which the kernel knows by its inode."""
    inode = os.stat(os.path.join(node.run_dir, "lock")).st_ino
    with open("/proc/locks", encoding="ascii") as file:
        return any(row.split()[4] == str(pid) and row.split()[5].endswith(f":{inode}") for row in file)


class Daemon:
    """`syncward run` of a node, ended on leaving the block:

        with Daemon(node) as daemon:
            daemon.wait_for("correction-applied")
    """

    def __init__(self, node, *words, prefix=(), env=None):
        self.node = node
        self.lines = []
        self.command = [*prefix, *node.command("run", *words)]
        self._env = env
        self.process = None

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.PIPE, text=True, errors="replace", env=self._env)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        return self

    def _read(self):
        for line in self.process.stderr:
            self.lines.append(line.rstrip("\n"))

    @property
    def pid(self):
        return self.process.pid

    def events(self, name=None):
        """(name, sentence) of what was told so far; with a name only those."""
        found = [re.match(r"syncward: ([a-z-]+): (.*)", line) for line in list(self.lines)]
        return [(m.group(1), m.group(2)) for m in found if m and name in (None, m.group(1))]

    def wait_for(self, name, n=1, timeout=PATIENCE_SEC, text=""):
        """Waits for the n-th event of that name whose sentence holds the text; returns the sentence."""
        def found():
            assert self.process.poll() is None, "the daemon ended: " + "\n".join(self.lines)
            told = [sentence for _, sentence in self.events(name) if text in sentence]
            return told[n - 1] if len(told) >= n else None
        try:
            return wait_until(found, f"event {name} {text!r}", timeout)
        except AssertionError as error:
            raise AssertionError(f"{error}; told: " + "\n".join(self.lines)) from None

    def children(self):
        """The processes of its probes."""
        with open(f"/proc/{self.pid}/task/{self.pid}/children", encoding="ascii") as file:
            return file.read().split()

    def last_pass(self):
        """(number, triggers) of its last pass, by status.json; (0, []) before there is one."""
        found = self._status().get("last_pass")
        return (found["number"], found["trigger"].split(",")) if found else (0, [])

    def wait_at_rest(self):
        """Waits until no pass follows another."""
        def is_at_rest():
            before = self.last_pass()
            time.sleep(0.4)
            return os.path.exists(os.path.join(self.node.run_dir, "lock")) and self.last_pass() == before and not self.is_in_pass()
        wait_until(is_at_rest, "no pass follows another")

    def has_asked_all(self):
        """Its last round of probes heard every peer, by status.json."""
        databases = self._status().get("databases")
        content = databases and databases[0]["content"]
        return bool(content) and all(copy["current"] for copy in content["copies"])

    def _status(self):
        try:
            with open(os.path.join(self.node.run_dir, "status.json"), encoding="utf-8") as file:
                return json.load(file)
        except FileNotFoundError:
            return {}

    def watches(self, folder):
        """The masks of its inotify watches on the folder, in hexadecimal digits."""
        inode = os.stat(folder).st_ino
        masks = []
        for name in os.listdir(f"/proc/{self.pid}/fdinfo"):
            with contextlib.suppress(FileNotFoundError), \
                    open(f"/proc/{self.pid}/fdinfo/{name}", encoding="ascii") as file:
                masks += re.findall(rf"^inotify wd:\w+ ino:{inode:x} .*\bmask:(\w+)", file.read(), re.MULTILINE)
        return masks

    def sees(self, folder):
        """True when it has an inotify watch on the folder."""
        return bool(self.watches(folder))

    def is_in_pass(self):
        return is_in_pass(self.node, self.pid)

    def reload(self):
        os.kill(self.pid, signal.SIGHUP)

    def stop(self, timeout=60):
        """Ends it as systemd does; returns its exit status."""
        if self.process.poll() is None:
            self.process.terminate()
        status = self.process.wait(timeout)
        self._reader.join(5)
        self.process.stderr.close()
        return status

    def __exit__(self, kind, *_):
        try:
            status = self.stop()
        except subprocess.TimeoutExpired:
            for child in self.children():  # strace hands no signal on
                os.kill(int(child), signal.SIGKILL)
            self.process.kill()
            status = self.process.wait()  # a test that has failed says why: this is not to hide it
        if kind is not None:
            print("the daemon told:\n" + "\n".join(self.lines))
        if kind is None:
            assert status == 0, f"status {status}: " + "\n".join(self.lines)


def wait_metric_line(node, line):
    """Waits for a line of metrics.prom, which is written behind status.json."""
    def said():
        with open(os.path.join(node.run_dir, "metrics.prom"), encoding="utf-8") as file:
            return f"{line}\n" in file.read()
    wait_until(said, f"metrics.prom says {line}")
