# SPDX-License-Identifier: Apache-2.0
"""How long a process took, as if it had the machine for itself: what is promised in seconds is measured with it."""

import contextlib
import time


class OwnTime:
    """The seconds since it was made, less those in which the process could have run and had no processor.

    What it waits for otherwise counts, and what it computes. Of its first thread only, and of the thread that asks: one
    that is late itself sees late what was in time. Where the kernel does not say it, all seconds count.
    """

    def __init__(self, pid):
        self._pid = pid
        self._queued = {}  # {path: seconds, at the beginning and at the last look}
        self._began = time.monotonic()
        self.seconds()

    def seconds(self):
        """So far; once the process is gone, as much was waited for a processor as was seen before."""
        now = time.monotonic()
        for path in (f"/proc/{self._pid}/schedstat", "/proc/thread-self/schedstat"):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError), open(path, encoding="ascii") as file:
                queued = int(file.read().split()[1]) / 1e9
                self._queued[path] = (self._queued.get(path, (queued, queued))[0], queued)
        return now - self._began - sum(last - first for first, last in self._queued.values())
