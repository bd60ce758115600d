# SPDX-License-Identifier: Apache-2.0
"""Databases that are emptied, saved and put back with slapd stopped, as administrators do with slapcat and slapadd."""

import os
import re
import shutil

from slapd import SUFFIX


def saved(server, suffix=SUFFIX, context_csn=True):
    """What slapcat prints; context_csn false: as of a database that never had one."""
    text = server.tool("cat", "-b", suffix).stdout
    return text if context_csn else re.sub("(?m)^contextCSN.*\n", "", text)


def put_back(server, text, *options, suffix=SUFFIX):
    """The database becomes what the LDIF says, by slapadd with these options; None: it becomes empty."""
    put_back_all([server], text, *options, suffix=suffix)


def load(server, folder, text, *options, suffix=SUFFIX):
    """The same while it is stopped; folder: of the database."""
    shutil.rmtree(folder)
    os.mkdir(folder)
    if text:
        path = os.path.join(server.directory, "backup.ldif")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        server.tool("add", *options, "-b", suffix, "-l", path)


def put_back_all(servers, text, *options, suffix=SUFFIX):
    """The same at all of these servers, none of which runs meanwhile."""
    folders = [server.values(server.database_dn(suffix), "olcDbDirectory")[0] for server in servers]
    for server in servers:
        server.stop()
    for server, folder in zip(servers, folders):
        load(server, folder, text, *options, suffix=suffix)
    for server in servers:
        server.start()
