# SPDX-License-Identifier: Apache-2.0
"""Copies of a database made to differ behind slapd's back: by slapcat, an edit and slapadd."""

import os
import re
import subprocess
import uuid

import ldap
from slapd import SUFFIX

OLD = "20200101000000.000000Z#000000#001#000000"
NEW = "20990101000000.000000Z#000000#001#000000"


def fill(server, n, database=None, prefix="p"):
    """Adds n people as the rootdn; returns their DNs."""
    database = database or server.databases[0]
    connection = server.admin(database)
    dns = [f"cn={prefix}{i},{database.suffix}" for i in range(n)]
    for dn in dns:
        server.add(dn, {"objectClass": ["person"], "cn": dn.split(",")[0][3:], "sn": "s", "userPassword": "x" + dn[3:8]},
                   connection)
    connection.unbind_s()
    return dns


def dump(server, suffix=SUFFIX):
    """{dn: LDIF record}, in the order in which they can be added. contextCSN is that of slapd's last stop."""
    text = server.tool("cat", "-o", "ldif-wrap=no", "-b", suffix).stdout
    records = [record for record in text.split("\n\n") if record.strip()]
    return {re.match(r"dn: (.*)", record).group(1): record for record in records}


def change(server, edit, suffix=SUFFIX):
    """Stops the server, replaces its copy by what edit() makes of the records, contextCSN as it was, and starts it."""
    folder = server.values(server.database_dn(suffix), "olcDbDirectory")[0]
    server.stop()
    records = edit(dump(server, suffix))
    for name in os.listdir(folder):
        os.unlink(os.path.join(folder, name))
    path = os.path.join(server.directory, "copy.ldif")
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n\n".join(records.values()) + "\n")
    server.tool("add", "-b", suffix, "-l", path)
    server.start()


def with_csn(record, csn):
    """The record as if that change were its last."""
    return re.sub(r"^entryCSN: .*$", f"entryCSN: {csn}", record, flags=re.MULTILINE)


def renamed(record, name):
    """Another entry like it: another name, another entryUUID."""
    old = re.match(r"dn: cn=([^,]*),", record).group(1)
    record = re.sub(rf"^(dn: cn|cn)(=|: ){re.escape(old)}", rf"\g<1>\g<2>{name}", record, flags=re.MULTILINE)
    return re.sub(r"^entryUUID: .*$", f"entryUUID: {uuid.uuid4()}", record, flags=re.MULTILINE)


def as_glue(record):
    """What slapd leaves of an entry that has children and is deleted in a refresh."""
    kept = [line for line in record.split("\n") if re.match(r"dn:|entryUUID:|entryCSN:", line)]
    return "\n".join([kept[0], "objectClass: top", "objectClass: glue", "structuralObjectClass: glue", *kept[1:]])


def add_many(server, n, suffix=SUFFIX):
    """Adds n people by slapadd to a server that is stopped: many thousands a second."""
    path = os.path.join(server.directory, "many.ldif")
    with open(path, "w", encoding="utf-8") as file:
        for i in range(n):
            file.write(f"dn: cn=m{i},{suffix}\nobjectClass: person\ncn: m{i}\nsn: s\n\n")
    server.tool("add", "-q", "-w", "-b", suffix, "-l", path)
    os.unlink(path)


def clone(source, target, suffix=SUFFIX):
    """Gives a server the copy of another, file by file; both are mdb and stopped."""
    folder = f"db{2 + [d.suffix for d in source.databases].index(suffix)}"
    subprocess.run(["cp", "--sparse=always", *(os.path.join(server.directory, folder, "data.mdb")
                                               for server in (source, target))], check=True)


def show_count(node, suffix=SUFFIX, name="replicator", below="cn=Databases"):
    """The line of syncward-operations(7) that lets the account read how many entries there are, or the clock (cn=Time)."""
    (dn,) = [dn for dn in node.server.config() if "monitor" in dn.lower()]
    node.server.modify(dn, [(ldap.MOD_ADD, "olcAccess", f'{{0}}to dn.subtree="{below},cn=Monitor" '
                                                        f'by dn.exact="cn={name},{suffix}" read by * break')])
