# SPDX-License-Identifier: Apache-2.0
"""What stands in for systemd in tests: it hears what a service tells its manager."""

import os
import re
import socket
import threading
import time

from slapd import wait_until


class Manager:
    """Stands in for systemd: receives what is sent to $NOTIFY_SOCKET, with the time of its arrival."""

    def __init__(self, folder):
        self.path = os.path.join(folder, "notify")
        self.messages = []  # (monotonic µs, {name: value})
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self.path)
        self._thread = threading.Thread(target=self._receive, daemon=True)
        self._thread.start()

    def _receive(self):
        while True:
            data = self._socket.recv(65536).decode("utf-8")
            if data == "END":
                return
            self.messages.append((time.monotonic_ns() // 1000,
                                  dict(line.partition("=")[::2] for line in data.rstrip("\n").split("\n"))))

    def close(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"END", self.path)
        self._thread.join()
        self._socket.close()

    def environment(self, **more):
        return {**os.environ, "NOTIFY_SOCKET": self.path, **more}

    def with_name(self, name):
        return [(when, message) for when, message in list(self.messages) if name in message]

    def status(self):
        """The last STATUS= that was sent."""
        found = self.with_name("STATUS")
        return found[-1][1]["STATUS"] if found else ""

    def wait_status(self, pattern):
        wait_until(lambda: re.search(pattern, self.status()), f"STATUS {pattern!r}, it is {self.status()!r}")
