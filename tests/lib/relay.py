# SPDX-License-Identifier: Apache-2.0
"""A relay before a server that can forget its flows, as a firewall does with connections that were idle for long.

    with Relay(server) as relay:      # from now on server.ldap_uri is the relay's
        relay.forget()                # what is connected stays so for both ends, and carries nothing any more
        relay.drop()                  # ends what was forgotten
        relay.cut()                   # ends all connections, and each new one at once, until heal()
        relay.end_at(b"...", 2)       # goes away for good when a client's second message with these bytes comes
    relay.stall(b"...")           # a client's message with these bytes waits, with all behind it, until go_on()
        relay.carried                 # how many bytes went through

Who connects after that gets through as before.
"""

import contextlib
import selectors
import socket
import threading


class Relay:
    """Passes bytes on between a free port of 127.0.0.1 and the server, in a thread of its own."""

    def __init__(self, server):
        self._target = (server.address, server.port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._wake, self._woken = socket.socketpair()
        self._selector = selectors.DefaultSelector()
        self._other = {}
        self._forgotten = []
        self._asked = []
        self._is_cut = False
        self._end_text, self._n_until_end = b"", 0
        self._stall_text, self._stalled = b"", []
        self._servers = set()
        self.carried = 0  # bytes, both ways
        self._thread = threading.Thread(target=self._run)
        server.ldap_uri = f"ldap://127.0.0.1:{self._listener.getsockname()[1]}"

    def forget(self):
        self._ask(self._forget)

    def drop(self):
        self._ask(self._drop)

    def cut(self):
        self._ask(self._cut)

    def end_at(self, text, n):
        self._end_text, self._n_until_end = text, n

    def heal(self):
        self._is_cut = False

    def stall(self, text):
        self._stall_text = text

    def go_on(self):
        self._ask(self._go_on)

    def has_stalled(self):
        """True when a message waits."""
        return bool(self._stalled)

    def _go_on(self):
        self._stall_text = b""
        for one, data in self._stalled:
            if one in self._other:
                self._other[one].sendall(data)
                self._selector.register(one, selectors.EVENT_READ)
        self._stalled = []

    def _ask(self, what):
        done = threading.Event()
        self._asked.append((what, done))
        self._wake.send(b"x")
        assert done.wait(10), "the relay answers"

    def _forget(self):
        for one in self._other:
            self._selector.unregister(one)
            self._forgotten.append(one)
        self._other = {}

    def _drop(self):
        for one in self._forgotten:
            one.close()
        self._forgotten = []

    def _cut(self):
        self._is_cut = True
        for one in self._other:
            self._selector.unregister(one)
            one.close()
        self._other = {}

    def _end(self):
        self._selector.unregister(self._listener)
        self._listener.close()  # first: who connects again at once is refused
        self._cut()

    def _is_end(self, one, data):
        if one in self._servers or not self._n_until_end or self._end_text not in data:
            return False
        self._n_until_end -= 1
        return self._n_until_end == 0

    def _connect(self):
        if self._listener.fileno() < 0:  # it ended in the same round
            return
        near, _ = self._listener.accept()
        if self._is_cut:
            near.close()
            return
        try:
            far = socket.create_connection(self._target)
            self._servers.add(far)
        except OSError:
            near.close()
            return
        for one, other in ((near, far), (far, near)):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._other[one] = other
            self._selector.register(one, selectors.EVENT_READ)

    def _pass_on(self, one):
        if one not in self._other:  # its other end was closed in the same round
            return
        other = self._other[one]
        data = b""
        with contextlib.suppress(OSError):
            data = one.recv(65536)
            if self._is_end(one, data):
                self._end()
                return
            if self._stall_text and self._stall_text in data and one not in self._servers:
                self._selector.unregister(one)
                self._stalled.append((one, data))
                return
            other.sendall(data)
            self.carried += len(data)
        if data:
            return
        for end in (one, other):
            self._selector.unregister(end)
            del self._other[end]
            end.close()

    def _run(self):
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._selector.register(self._woken, selectors.EVENT_READ)
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is self._listener:
                    self._connect()
                elif key.fileobj is not self._woken:
                    self._pass_on(key.fileobj)
                elif not self._woken.recv(1):
                    return
                else:
                    what, done = self._asked.pop(0)
                    what()
                    done.set()

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._wake.close()
        self._thread.join()
        self._drop()
        for one in (*self._other, self._listener, self._woken):
            one.close()
        self._selector.close()
