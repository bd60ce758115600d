# SPDX-License-Identifier: Apache-2.0
"""Commands at a terminal: what a person sees there, and what nobody sees elsewhere."""

import fcntl
import os
import pty
import struct
import subprocess
import termios
import threading
import time

WIDTH = 300


class Shown:
    """A command that runs with these of its streams at a terminal, and without a person; the others are pipes."""

    def __init__(self, command, streams=("stdout", "stderr"), env=None):
        self._terminal, inside = pty.openpty()
        fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", 24, WIDTH, 0, 0))
        self._began = time.monotonic()
        self._process = subprocess.Popen(  # pylint: disable=consider-using-with
            command, stdin=subprocess.DEVNULL, env=env,
            **{name: inside if name in streams else subprocess.PIPE for name in ("stdout", "stderr")})
        os.close(inside)
        self._texts = {}
        self._threads = [threading.Thread(target=self._read, args=(name, stream), daemon=True) for name, stream in
                         (("terminal", self._terminal), ("stdout", self._process.stdout), ("stderr", self._process.stderr))
                         if stream is not None]
        for thread in self._threads:
            thread.start()

    def _read(self, name, stream):
        fd = stream if isinstance(stream, int) else stream.fileno()
        self._texts[name] = b""
        while True:
            try:
                got = os.read(fd, 65536)
            except OSError:  # nobody has the other end any more
                return
            if not got:
                return
            self._texts[name] += got

    def end(self, timeout=60):
        """Waits for its end. Then there are status, seconds, terminal (what is seen there), and others (the pipes)."""
        self.status = self._process.wait(timeout)
        self.seconds = time.monotonic() - self._began
        for thread in self._threads:
            thread.join(timeout)
        os.close(self._terminal)
        for stream in (self._process.stdout, self._process.stderr):
            if stream:
                stream.close()
        self.terminal = self._texts.pop("terminal").decode()
        self.others = "".join(text.decode() for text in self._texts.values())
        return self
