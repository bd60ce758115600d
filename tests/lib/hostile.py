# SPDX-License-Identifier: Apache-2.0
"""Peers that answer as no slapd does: too much, too slowly, or no LDAP at all."""

import contextlib
import itertools
import socket
import threading
import time
import urllib.parse

MIB = 1 << 20


def tlv(tag, *parts):
    value = b"".join(parts)
    return bytes([tag, 0x84]) + len(value).to_bytes(4, "big") + value


def message(number, *parts):
    return tlv(0x30, tlv(2, bytes([number])), *parts)


def result(tag, code=0):
    return tlv(tag, tlv(10, bytes([code])), tlv(4), tlv(4))


def entry(*values):
    return tlv(0x64, tlv(4, b"dc=example,dc=org"),
               tlv(0x30, tlv(0x30, tlv(4, b"contextCSN"), tlv(0x31, *(tlv(4, value) for value in values)))))


def endless(send, number):
    """Entries without end."""
    for _ in itertools.count():
        send(message(number, entry(b"y" * 40000)))


def splinters(send, number):
    """One entry of more values than fit anywhere."""
    send(message(number, entry(*[b"x"] * 200000)))
    endless(send, number)


def huge(send, number):
    """A message that says it is long, and is."""
    send(b"\x30\x84\x70\x00\x00\x00")
    for _ in itertools.count():
        send(b"\0" * MIB)


def slow(send, number):
    for byte in message(number, result(0x65)):
        send(bytes([byte]))
        time.sleep(1)


def half(send, number):
    """The beginning of an answer, and no more."""
    send(b"\x30\x84\x00\x00\x00\x40\x02")
    time.sleep(60)


def greets(send, number):
    """At once, with what is no answer."""
    for _ in itertools.count():
        send(b"\x30\x84\x7f\xff\xff\xff" + b"A" * 65536)


def record(kind, *parts):
    """One of TLS."""
    data = b"".join(parts)
    return bytes([kind, 3, 3]) + len(data).to_bytes(2, "big") + data


def tls_hello(send, number):
    """A handshake whose first message does not end."""
    send(record(22, b"\x02\xff\xff\xff\x03\x03", b"\0" * 16000))
    for _ in itertools.count():
        send(record(22, b"\0" * 16000))


def tls_alerts(send, number):
    """Warnings, in place of a handshake."""
    for _ in itertools.count():
        send(record(21, b"\x01\x64") * 1000)


def tls_drips(send, number):
    """A handshake of one byte a second."""
    for byte in record(22, b"\x02\0\0\x46\x03\x03", b"\0" * 200):
        send(bytes([byte]))
        time.sleep(1)


TLS = (tls_hello, tls_alerts, tls_drips)  # behind a client's first bytes


def messages(connection):
    """What is inside the envelope of each: message ID, operation."""
    with connection.makefile("rb") as file:
        while file.read(1):
            length = file.read(1)[0]
            if length & 0x80:
                length = int.from_bytes(file.read(length & 0x7f), "big")
            yield file.read(length)


class Peer:
    """Takes binds, and answers searches in that way; of TLS it answers the client's first bytes."""

    def __init__(self, way, address=("127.0.0.1", 0)):
        self._way = way
        if isinstance(address, str):  # a path
            self._listener = socket.socket(socket.AF_UNIX)
            self._listener.bind(address)
            self._listener.listen()
            self.uri = "ldapi://" + urllib.parse.quote(address, safe="")
        else:
            self._listener = socket.create_server(address)
            self.address = "%s:%d" % self._listener.getsockname()
            self.uri = ("ldaps://" if way in TLS else "ldap://") + self.address
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8192)  # it sends what is read
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with contextlib.suppress(OSError, IndexError), connection:
            if self._way is greets:
                greets(connection.sendall, 0)
            if self._way in TLS and connection.recv(65536):
                self._way(connection.sendall, 0)
            for text in messages(connection):
                if text[3] == 0x60:
                    connection.sendall(message(text[2], result(0x61)))
                elif text[3] == 0x63:
                    self._way(connection.sendall, text[2])

    def close(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@contextlib.contextmanager
def peer(*args, **keywords):
    made = Peer(*args, **keywords)
    yield made
    made.close()
