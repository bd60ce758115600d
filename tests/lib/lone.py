# SPDX-License-Identifier: Apache-2.0
"""One server of a cluster whose other nodes are away: what they hold is not needed, only their names.

The peers are 127.0.0.2, .3, ... on the server's own port, where nobody listens: reading from them fails
at once. Texts are compared with PORT for that number and words for the folders.
"""

import contextlib
import copy
import os
import re
import socket

from cluster import Node
from slapd import SUFFIX, Database


class Lone(Node):
    """A node with id 1 and a document to change before write(): peers 1, 2 and 3 hold each database."""

    def __init__(self, farm, program, databases=None, *, seed=True, n_peers=3, before_start=None, **options):
        databases = databases or [Database(backend="mdb")]
        server = farm(databases, start=False, **options)
        super().__init__(program, server, 1, farm.folder(f"lone{len(farm.servers)}"))
        self.document = self.describe(databases, n_peers)
        if before_start:
            before_start(self)
        server.start()
        if seed:
            for database in databases:
                server.seed(database)
        self.flag = server.flag()
        self.write()

    def describe(self, databases, n_peers):
        """A document for these databases; nothing but what replication needs is asked for."""
        return {
            "format": 1,
            "peers": [{"id": i, "uri": self.uri(i)} for i in range(1, n_peers + 1)],
            "databases": [{"suffix": d.suffix, "syncrepl": {
                "bindmethod": "simple", "binddn": d.replicator, "retry": "60 +", "timeout": 1,
                "network-timeout": 1}, "rid_offset": 100 * n} for n, d in enumerate(databases)],
            "policy": {"mode": "enforce"},
        }

    def uri(self, i):
        """The provider URL of peer i; peer 1 is this server."""
        return f"ldap://127.0.0.{i}:{self.server.port}"

    @contextlib.contextmanager
    def silent_peers(self):
        """They take connections and say nothing; yields their listening sockets."""
        with contextlib.ExitStack() as stack:
            found = [stack.enter_context(socket.create_server((f"127.0.0.{i}", self.server.port)))
                     for i in range(2, len(self.document["peers"]) + 1)]
            for one in found:
                one.settimeout(20)
            yield found

    def value(self, i, suffix=SUFFIX, **keywords):
        """The olcSyncrepl value that syncward writes for peer i; keywords change it, None leaves out."""
        words = {"rid": f"{i:03}", "provider": self.uri(i), "searchbase": suffix, "type": "refreshAndPersist",
                 "retry": "60 +", "bindmethod": "simple", "binddn": "cn=replicator," + suffix,
                 "credentials": "secret", "timeout": "1", "network-timeout": "1"}
        words.update((name.replace("_", "-"), str(text)) for name, text in keywords.items() if text is not None)
        words = {name: text for name, text in words.items() if keywords.get(name.replace("-", "_"), "") is not None}
        return " ".join(f'{name}="{text}"' for name, text in words.items())

    def write(self, document=None):
        super().write(copy.deepcopy(document or self.document))

    def normal(self, text):
        """The text without what differs from run to run and from release to release."""
        text = text.replace(self.server.ldapi_uri, "LDAPI")
        for path, word in ((self.server.directory, "SERVER"), (self.folder, "NODE")):
            text = text.replace(path, word)
        text = re.sub(rf"\b{self.server.port}\b", "PORT", text)
        text = re.sub(r'("id": \d+, "uri": "ldap://)[^"]+" }', r'\1HOST" }', text)  # this machine's name
        text = re.sub(r"(syncward apply --release \S+)=[0-9a-f]{6}\b", r"\1=TOKEN", text)
        text = re.sub(r"over (\d+ entries|the entries that are there),", "over N entries,", text)
        return text.replace("olcMirrorMode", "olcMultiProvider").replace("{2}hdb", "{2}mdb")

    def dn(self, suffix=SUFFIX):
        return self.server.database_dn(suffix)


def without_context_csn(text):
    """The plan of a server whose contextCSN is on disk already, as seed() leaves it on 2.4."""
    shorter, n_lines = re.subn(r"^  ~ contextCSN on disk .*\n", "", text, flags=re.MULTILINE)
    return re.sub(r"^\d+(?= to change)", lambda found: str(int(found[0]) - n_lines), shorter, flags=re.MULTILINE)


def check_golden(path, text, release=None):
    """Compares with the file, or with that of this release alone; SYNCWARD_GOLDEN=write writes it instead."""
    stem, end = os.path.splitext(path)
    own = f"{stem}-{release.version if release else None}{end}"
    if os.path.exists(own):
        path = own
    elif release and release.version == "2.4":
        with open(path, encoding="utf-8") as file:
            assert text == without_context_csn(file.read()), path
        return
    if os.environ.get("SYNCWARD_GOLDEN") == "write":
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    with open(path, encoding="utf-8") as file:
        assert text == file.read(), path
