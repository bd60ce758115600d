# SPDX-License-Identifier: Apache-2.0
"""The daemon under a clock that the test moves: what it waits for is a number, however busy the machine is."""

import os
import subprocess

from tools import tool_path

SECOND = 1000  # waits are told in msec
DAY_BEGINS = 1_800_000_000  # of daemon_tool


class Played:
    """The daemon beside a node and its real slapd, as tests/lib/daemon_tool.c plays it:

        with Played(node) as played:
            waited = played.next()
    """

    def __init__(self, node, settings=None):
        # What AddressSanitizer keeps of freed memory would look like growth.
        options = os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=0:thread_local_quarantine_size_kb=0"
        self._process = subprocess.Popen(
            [tool_path("daemon_tool"), node.peers_file, node.server.ldapi_uri, str(node.id), node.state_dir,
             node.run_dir, *([settings] if settings else [])],
            text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**os.environ, "ASAN_OPTIONS": options})
        self.pid = self._process.pid

    def __enter__(self):
        return self

    def begin(self, line):
        """Asks, and does not wait: answer() does."""
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def answer(self):
        """The numbers that it answers with."""
        return [int(word) for word in self._process.stdout.readline().split() if word.isdigit()]

    def ask(self, line):
        """The numbers that it answers with to that line."""
        self.begin(line)
        return self.answer()

    def next(self):
        """Makes the next pass when it is due; returns for how long the daemon waited for it, in msec."""
        return self.ask("play 1")[1]

    def due(self):
        """For how many msec the next pass is not due."""
        return self.ask("due")[0]

    def probes(self):
        """Waits for the round of probes that runs, and makes the pass behind it; False: none runs."""
        return self.ask("probes") == [1]

    def set_day(self, seconds):
        """Sets the clock of the day; once."""
        self.ask(f"step {seconds - DAY_BEGINS}")

    def rest(self):
        """Makes passes until none follows another: what is to come is the timer's then, or what is ill."""
        while self.next() < SECOND:
            pass

    def end(self):
        """Returns what it told."""
        _, told = self._process.communicate(timeout=60)
        assert self._process.returncode == 0, told
        return told

    def __exit__(self, *_):
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()
