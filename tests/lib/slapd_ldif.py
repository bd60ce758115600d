# SPDX-License-Identifier: Apache-2.0
"""Builds the cn=config of a throw-away slapd as LDIF text."""

import base64
import dataclasses
import os
import urllib.parse

ROOT_DN = "gidNumber=0+uidNumber=0,cn=peercred,cn=external,cn=auth"
SUFFIX = "dc=example,dc=org"
PASSWORD = "secret"


@dataclasses.dataclass
class Database:
    """One database. attributes: further attributes, a text or a list of texts for each name."""

    suffix: str = SUFFIX
    backend: str = None  # "hdb" or "mdb"; None: hdb where there is one (what EL 8 has), else mdb
    overlays: tuple = ()
    attributes: dict = dataclasses.field(default_factory=dict)
    rootpw: str = PASSWORD

    @property
    def rootdn(self):
        return "cn=admin," + self.suffix

    @property
    def replicator(self):
        return "cn=replicator," + self.suffix

    def backend_on(self, release):
        return self.backend or release.backends[0]


def ldif_line(name, value):
    """One LDIF line; base64 where RFC 2849 wants it."""
    raw = value if isinstance(value, bytes) else value.encode()
    safe = raw.isascii() and raw[:1] not in (b" ", b":", b"<") and raw[-1:] != b" "
    if safe and not set(raw) & set(b"\0\r\n"):
        return f"{name}: {raw.decode()}\n"
    return f"{name}:: {base64.b64encode(raw).decode()}\n"


def ldif_entry(dn, attributes):
    """One LDIF entry. attributes: name to a text or a list of texts."""
    lines = [ldif_line("dn", dn)]
    for name, values in attributes.items():
        for value in [values] if isinstance(values, (str, bytes)) else values:
            lines.append(ldif_line(name, value))
    return "".join(lines) + "\n"


def config_ldif(release, directory, databases, modules=(), global_attributes=None):
    """cn=config with the schemas, monitor in front of the databases, and root over ldapi as manager."""
    root_manages = f"to * by dn.exact={ROOT_DN} manage by * break"
    entries = [ldif_entry("cn=config", {
        "objectClass": "olcGlobal", "cn": "config",
        "olcPidFile": os.path.join(directory, "slapd.pid"),
        "olcArgsFile": os.path.join(directory, "slapd.args"), **(global_attributes or {})})]
    entries.append(_module_entry(release, databases, modules))
    entries.append(ldif_entry("cn=schema,cn=config", {"objectClass": "olcSchemaConfig", "cn": "schema"}))
    for schema in ("core", "cosine", "inetorgperson"):
        path = urllib.parse.quote(os.path.join(release.schemas, schema + ".ldif"))
        entries.append(f"include: file://{path}\n\n")
    entries.append(_database_entry(-1, "frontend", ["olcDatabaseConfig", "olcFrontendConfig"], {}))
    entries.append(_database_entry(0, "config", ["olcDatabaseConfig"], {
        "olcRootDN": "cn=admin,cn=config", "olcAccess": root_manages}))
    entries.append(_database_entry(1, "monitor", ["olcDatabaseConfig"], {
        "olcAccess": f"to * by dn.exact={ROOT_DN} read by * none"}))
    for i, database in enumerate(databases, start=2):
        entries += _data_entries(release, directory, i, database)
    return "".join(entries)


def _module_entry(release, databases, modules):
    wanted = ["back_monitor"] + ["back_" + d.backend_on(release) for d in databases]
    wanted += [name for d in databases for name in d.overlays] + list(modules)
    loaded = [name for name in dict.fromkeys(wanted) if release.has_module(name)]
    return ldif_entry("cn=module,cn=config", {
        "objectClass": "olcModuleList", "cn": "module",
        "olcModulePath": release.modules, "olcModuleLoad": loaded})


def _database_entry(n, kind, classes, attributes):
    name = "{%d}%s" % (n, kind)
    return ldif_entry(f"olcDatabase={name},cn=config",
                      {"objectClass": classes, "olcDatabase": name, **attributes})


def _data_entries(release, directory, n, database):
    backend = database.backend_on(release)
    folder = os.path.join(directory, f"db{n}")
    os.makedirs(folder, exist_ok=True)
    attributes = {"olcSuffix": database.suffix, "olcDbDirectory": folder,
                  "olcRootDN": database.rootdn, "olcRootPW": database.rootpw}
    if backend == "mdb":  # what the kernel has survives a kill of slapd; hdb would lose it
        attributes["olcDbNoSync"] = "TRUE"
    attributes.update(database.attributes)
    classes = ["olcDatabaseConfig", f"olc{backend.capitalize()}Config"]
    yield _database_entry(n, backend, classes, attributes)
    parent = "olcDatabase={%d}%s,cn=config" % (n, backend)
    for i, name in enumerate(database.overlays):
        overlay = "{%d}%s" % (i, name)
        own = ["olcSyncProvConfig"] if name == "syncprov" else []
        yield ldif_entry(f"olcOverlay={overlay},{parent}",
                         {"objectClass": ["olcOverlayConfig"] + own, "olcOverlay": overlay})


def syncrepl(rid, provider, suffix=SUFFIX, **keywords):
    """An olcSyncrepl value as an administrator would write it; None: left out, _ but that of tls_ means -."""
    words = {"rid": f"{rid:03}", "provider": provider, "searchbase": suffix, "type": "refreshAndPersist",
             "retry": "1 +", "bindmethod": "simple", "binddn": "cn=replicator," + suffix,
             "credentials": PASSWORD, "timeout": "3", "network-timeout": "2"}
    words.update((name if name.startswith("tls_") else name.replace("_", "-"), value)
                 for name, value in keywords.items())
    return " ".join(f'{name}="{value}"' if " " in str(value) or "=" in str(value) else f"{name}={value}"
                    for name, value in words.items() if value is not None)
