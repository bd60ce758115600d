# SPDX-License-Identifier: Apache-2.0
"""A client of the directory that notices when slapd stands still."""

import threading
import time

import ldap
from own_time import OwnTime
from slapd import SUFFIX


class Client(threading.Thread):
    """Somebody who searches all the time: n times so far; slowest is the longest that one search took, without waits for a
    processor."""

    def __init__(self, server):
        super().__init__(daemon=True)
        self._connection = server.admin()
        self._pid = server.process.pid
        self._over = threading.Event()
        self.slowest, self.n = 0.0, 0

    def run(self):
        while not self._over.is_set():
            own = OwnTime(self._pid)
            self._connection.search_s(SUFFIX, ldap.SCOPE_BASE, attrlist=["1.1"])
            self.slowest, self.n = max(self.slowest, own.seconds()), self.n + 1
            time.sleep(0.002)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self.join()
        self._connection.unbind_s()
