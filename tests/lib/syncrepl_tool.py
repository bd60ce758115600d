# SPDX-License-Identifier: Apache-2.0
"""Asks the C core about values of cn=config, through build/tools/syncrepl_tool."""

import base64
import json
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
# The tool beside the program under test.
BUILD = pathlib.Path(os.environ.get("SYNCWARD_PROGRAM", ROOT / "build" / "syncward")).parent


class SyncreplTool:
    """A running syncrepl_tool; use it in a with statement."""

    def __init__(self):
        self._process = subprocess.Popen([BUILD / "tools" / "syncrepl_tool"], stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        status = self._process.wait(30)
        self._process.stdout.close()
        assert status == 0, f"syncrepl_tool ended with {status}"

    def _ask(self, request, *fields):
        encoded = [base64.b64encode(_bytes(field)).decode() or "-" for field in fields]
        self._process.stdin.write(" ".join([request, *encoded]).encode() + b"\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, f"syncrepl_tool ended with {self._process.wait(30)} at {request} {fields}"
        return json.loads(line)

    def parse(self, value):
        """The keywords of an olcSyncrepl value as {name: bytes}; None when the core refuses it."""
        answer = self._ask("syncrepl", value)
        if not answer["ok"]:
            return None
        return {name: bytes.fromhex(text) for name, text in answer["values"].items()}

    def print(self, value):
        """The value as the core writes it; None when it cannot."""
        printed = self._ask("syncrepl", value)["printed"]
        return None if printed is None else bytes.fromhex(printed)

    def equal(self, one, other):
        return self._ask("equal", one, other)["equal"]

    def judge_server_ids(self, fqdn, values, listeners):
        return self._ask("serverid", fqdn, str(len(values)), *values, *listeners)

    def limits_are_unlimited(self, dn, values, size_limit=""):
        """size_limit: an olcSizeLimit for all; empty: there is none."""
        return self._ask("limits", dn, size_limit, *values)["judged"]

    def access(self, suffix, dn, database, frontend=()):
        """How olcAccess is judged: (outcome, what is hidden, which value says so, grant).

        outcome: "everything", "denied" or "not proven"; grant: ([(index, value)], does it take a right away).
        """
        answer = self._ask("access", suffix, dn, str(len(database)), *database, *frontend)
        additions = [(index, bytes.fromhex(value).decode()) for index, value in answer["additions"]]
        return (("not proven", "denied", "everything")[answer["outcome"]], bytes.fromhex(answer["hidden"]).decode(),
                bytes.fromhex(answer["place"]).decode(), (additions, answer["takes"]))


def _bytes(field):
    return field if isinstance(field, bytes) else field.encode()
