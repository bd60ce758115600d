# SPDX-License-Identifier: Apache-2.0
"""A journald of the test's own: a socket that takes what programs send by the native protocol.

    with Journald(tmp_path) as journald, Daemon(node, prefix=journald.prefix) as daemon:
        record = journald.wait_for("drift-found")     # {field: text}

The program sees it as /run/systemd/journal/socket in a mount namespace that ends with it.
"""

import array
import os
import re
import socket
import struct
import threading

from slapd import PATIENCE_SEC, wait_until

SCRIPT = """mount -t tmpfs -o mode=0755 tmpfs /run && mkdir -p /run/systemd/journal &&
mount --bind "$0" /run/systemd/journal && exec "$@"
"""


def parse(datagram):
    """{field: text} of one datagram; a field that comes twice is a list."""
    record = {}
    while datagram:
        line, _, rest = datagram.partition(b"\n")
        name, equals, value = line.partition(b"=")
        if not equals:
            size = struct.unpack("<Q", rest[:8])[0]
            value, rest = rest[8:8 + size], rest[8 + size + 1:]
        datagram = rest
        assert re.fullmatch(rb"[A-Z][A-Z0-9_]{0,63}", name), name
        name, value = name.decode(), value.decode()
        if name == "SYNCWARD_ATTRIBUTE" and name in record:  # the one that a write may have several of
            record[name] = [record[name], value] if isinstance(record[name], str) else [*record[name], value]
            continue
        assert name not in record, f"{name} twice"
        record[name] = value
    return record


class Journald:
    """What was sent is in records, oldest first; raw has the bytes of all."""

    def __init__(self, folder):
        self.folder = os.path.join(str(folder), "journald")
        os.makedirs(self.folder, mode=0o755)
        self.records, self.raw = [], b""
        self.prefix = ["unshare", "--mount", "--propagation", "private", "sh", "-c", SCRIPT, self.folder]
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(os.path.join(self.folder, "socket"))
        self._thread = threading.Thread(target=self._read, daemon=True)

    def _read(self):
        while True:
            datagram, ancillary, _, _ = self._socket.recvmsg(1 << 20, socket.CMSG_SPACE(4))
            for _, _, data in ancillary:  # what is too large for a datagram comes as a sealed file
                descriptors = array.array("i", data)
                with os.fdopen(descriptors[0], "rb") as file:
                    file.seek(0)
                    datagram += file.read()
            if datagram == b"end":
                return
            self.raw += datagram
            self.records.append(parse(datagram))

    def events(self, name=None):
        """The records, those of one event with a name."""
        return [r for r in list(self.records) if name in (None, r.get("SYNCWARD_EVENT"))]

    def wait_for(self, name, n=1, text="", timeout=PATIENCE_SEC):
        """The n-th record of that event whose message holds the text."""
        def found():
            told = [record for record in self.events(name) if text in record["MESSAGE"]]
            return told[n - 1] if len(told) >= n else None
        return wait_until(found, f"event {name} {text!r}, told: {[r['MESSAGE'] for r in self.records]}", timeout)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ender:
            ender.sendto(b"end", os.path.join(self.folder, "socket"))
        self._thread.join(10)
        self._socket.close()
