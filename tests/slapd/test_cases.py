# SPDX-License-Identifier: Apache-2.0
"""The case folders of tests/cases: what is there, what is wanted, and the plan, each as a file to read."""

import io
import json
import os
import pathlib
import stat

import ldap
import ldif
import pytest
from lone import Lone, check_golden
from slapd import SUFFIX, Database, wait_until

CASES = pathlib.Path(__file__).resolve().parents[1] / "cases"
NAMES = sorted(path.name for path in CASES.iterdir() if path.is_dir())
KINDS = {"server-id", "module", "overlay", "checkpoint", "sessionlog", "index", "limits", "access", "peer-add",
         "peer-change", "peer-remove", "multi-provider-on", "multi-provider-off"}


class Live:
    """live.ldif: attributes of cn=config, of each database, and of each overlay (None: there is none)."""

    def __init__(self, text):
        records = ldif.LDIFRecordList(io.StringIO(text))
        records.parse()
        self.config, self.databases, self.overlays = {}, {SUFFIX: {}}, {SUFFIX: None}
        for dn, attributes in records.all_records:
            attributes = {name: [value.decode() for value in values] for name, values in attributes.items()}
            suffix = attributes.pop("olcSuffix", [SUFFIX])[0]
            if dn == "cn=config":
                self.config = attributes
            elif dn.startswith("olcDatabase="):
                self.databases[suffix] = attributes
                self.overlays.setdefault(suffix, None)
            else:
                self.overlays[suffix] = attributes


class Case:
    """A server that is what the folder says."""

    def __init__(self, farm, program, name):
        self.folder = CASES / name
        live = Live((self.folder / "live.ldif").read_text())
        databases = [Database(suffix, backend="mdb", overlays=() if live.overlays[suffix] is None else ("syncprov",))
                     for suffix in live.databases]
        self.node = Lone(farm, program, databases, global_attributes={"olcServerID": "1"})
        self.set("cn=config", {"olcServerID": live.config.get("olcServerID")}, ldap.MOD_REPLACE)
        for suffix, attributes in live.databases.items():
            dn = self.node.dn(suffix)
            self.set(dn, {{"olcMultiProvider": self.node.flag}.get(name, name): values
                          for name, values in attributes.items()})
            if live.overlays[suffix]:
                overlay, = self.node.server.search(dn, "(objectClass=olcSyncProvConfig)", ["1.1"])
                self.set(overlay[0], live.overlays[suffix])
        self.log_folder = os.path.join(self.node.server.directory, "changes")
        os.mkdir(self.log_folder, 0o700)
        text = self.text("desired.json").replace("SECRET", self.node.secret_file).replace("FOLDER", self.log_folder)
        self.node.write(json.loads(text))
        os.mkdir(self.node.state_dir, 0o700)
        with open(os.open(os.path.join(self.node.state_dir, "databases.json"), os.O_CREAT | os.O_WRONLY, 0o600), "w",
                  encoding="utf-8") as file:
            json.dump({"schema_version": 1, "databases": [{"suffix": s, "foreign": [], "complete": True} for s in live.databases]}, file)

    def text(self, name):
        return (self.folder / name).read_text().replace("PORT", str(self.node.server.port))

    def set(self, dn, attributes, how=ldap.MOD_ADD):
        port = str(self.node.server.port)
        self.node.server.modify(dn, [(how, name, [value.replace("PORT", port) for value in values] if values else None)
                                     for name, values in attributes.items()])

    def normal(self, text):
        return self.node.normal(text.replace(self.log_folder, "FOLDER"))

    @staticmethod
    def writes(steps):
        """How many of them are printed as LDIF, which ends where slapd must be waited for."""
        ops = [step["op"] for step in steps]
        return sum(op != "search" for op in (ops[:ops.index("count")] if "count" in ops else ops))

    def steps(self):
        return self.node.plan_json()["steps"]


@pytest.mark.parametrize("name", NAMES)
def test_the_plan_is_as_written_and_means_what_is_desired(slapd_factory, program, name, tmp_path):
    case = Case(slapd_factory, program, name)
    node, server = case.node, case.node.server
    text, masked = node.plan(), node.plan("--output", "ldif")
    assert text.returncode == masked.returncode
    check_golden(str(case.folder / "plan.txt"), case.normal(text.stdout), server.release)
    check_golden(str(case.folder / "plan.ldif"), case.normal(masked.stdout), server.release)
    steps = case.steps()
    writes = server.config_writes()

    path = tmp_path / "masked.ldif"
    path.write_text(masked.stdout)
    if "olcSyncrepl: " in masked.stdout:
        refused = server.ldapmodify(path)
        assert refused.returncode != 0 and "credentials" not in refused.stderr, refused
        assert "credentials=secret" not in masked.stdout.lower() and 'credentials="********"' in masked.stdout
    assert server.config_writes() == writes

    path = tmp_path / "plan.ldif"
    saved = node.plan("--output", "ldif", "--show-secrets", "--save", path)
    assert saved.returncode == text.returncode and "secret" not in saved.stdout, saved.stderr
    assert "MASKED" not in path.read_text() and "********" not in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    loaded = server.ldapmodify(path)
    assert loaded.returncode == 0, loaded.stderr
    n_writes = case.writes(steps)
    assert server.config_writes() == writes + n_writes
    n_rests = 0
    while "# slapd opens" in path.read_text() or (n_rests == 2 and "olcRestrict: search" in masked.stdout):
        n_rests += 1
        assert n_rests <= 3, "once to begin a log, once to read how it begins, and what is made closed is shut"
        wait_until(lambda: case.steps() and case.steps()[0]["op"] != "count", "there is more to do, and slapd has opened it")
        n_writes += case.writes(case.steps())
        path.write_text(node.plan("--output", "ldif").stdout)
        loaded = server.ldapmodify(path)
        assert loaded.returncode == 0 and server.config_writes() == writes + n_writes, loaded.stderr
    if "held order" in text.stdout:  # 2.4: the server ID waited for what has just been written
        node.apply_ok()
        return
    # New consumers appear in cn=monitor when slapd's main loop next wakes.
    wait_until(lambda: not case.steps(), "the plan is empty")
    node.apply()
    assert server.config_writes() == writes + n_writes


def test_secrets_are_shown_to_a_file_or_a_terminal_only(slapd_factory, program):
    node = Lone(slapd_factory, program)
    refused = node.plan("--output", "ldif", "--show-secrets")
    assert (refused.returncode, refused.stdout) == (64, "") and "--save FILE" in refused.stderr
    assert node.plan("--show-secrets", "--save", os.path.join(node.folder, "saved")).returncode == 64


def test_the_cases_cover_every_kind_of_change():
    """But for the two that no configuration shows: consumers that run wrongly, and what is not on disk."""
    signs = {"~ server ID": "server-id", "+ module": "module", "+ overlay": "overlay", "~ checkpoint": "checkpoint",
             "~ session log": "sessionlog", "+ index": "index", "+ unlimited": "limits", "+ read access": "access",
             "+ peer": "peer-add", "~ peer": "peer-change", "- peer": "peer-remove", "+ flag": "multi-provider-on",
             "- flag": "multi-provider-off"}
    plans = [(CASES / name / "plan.txt").read_text() for name in NAMES]
    assert {kind for sign, kind in signs.items() if any("  " + sign in plan for plan in plans)} == KINDS
    assert len(NAMES) >= 15 and any("Nothing to change." in plan for plan in plans)
