# SPDX-License-Identifier: Apache-2.0
"""A server that understands only the bind request of an LDAP client, keeps it, and refuses it; it shows nothing before."""

import io
import queue
import socketserver
import threading

INVALID_CREDENTIALS = 49
INSUFFICIENT_ACCESS = 50


def _read_header(stream):
    """The tag and length of one BER element."""
    tag, length = stream.read(1), stream.read(1)
    if not tag or not length:
        raise EOFError
    if length[0] < 0x80:
        return tag[0], length[0]
    return tag[0], int.from_bytes(stream.read(length[0] & 0x7F), "big")


def _read_element(stream):
    tag, length = _read_header(stream)
    return tag, stream.read(length)


class _Handler(socketserver.StreamRequestHandler):
    def handle(self):
        try:
            while self._answer():
                pass
        except (EOFError, ConnectionError):
            pass

    def _answer(self):
        """Answers one request; false when it is neither a bind nor a search."""
        message = io.BytesIO(_read_element(self.rfile)[1])
        _, message_id = _read_element(message)
        operation, _ = _read_header(message)
        self.server.requests.append({0x60: "bind", 0x63: "search"}.get(operation, "other"))
        if operation == 0x63:  # SearchRequest: whoever did not bind sees nothing
            self._respond(message_id, 0x65, INSUFFICIENT_ACCESS, b"")
            return True
        if operation != 0x60:  # BindRequest
            return False
        _read_element(message)  # version
        _, name = _read_element(message)
        method, password = _read_element(message)
        if method == 0x80:  # simple
            self.server.binds.put((name.decode(), password))
        self._respond(message_id, 0x61, INVALID_CREDENTIALS, self.server.diagnostic)
        return False

    def _respond(self, message_id, tag, code, diagnostic):
        result = bytes((0x0A, 1, code, 0x04, 0, 0x04, len(diagnostic))) + diagnostic
        response = bytes((0x02, len(message_id))) + message_id + bytes((tag, len(result))) + result
        self.wfile.write(bytes((0x30, len(response))) + response)


class BindListener(socketserver.ThreadingTCPServer):
    """Listens on a free port of 127.0.0.1; use it in a with statement."""

    daemon_threads = True

    def __init__(self, diagnostic=b""):
        self.diagnostic = diagnostic  # at most 90 bytes
        super().__init__(("127.0.0.1", 0), _Handler)
        self.binds = queue.Queue()
        self.requests = []  # in their order
        self.uri = f"ldap://127.0.0.1:{self.server_address[1]}"
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def __exit__(self, *arguments):
        self.shutdown()
        self._thread.join()
        super().__exit__(*arguments)

    def next_bind(self, seconds=15.0):
        """The DN and password of the next simple bind; queue.Empty when none comes."""
        return self.binds.get(timeout=seconds)
