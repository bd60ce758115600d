# SPDX-License-Identifier: Apache-2.0
"""The daemon for a day of a time of its own, beside a slapd in memory, with disturbances at random.

SYNCWARD_SEED repeats a run, SYNCWARD_LONG=1 makes it a fortnight; the sanitized build, several times slower, has an
eighth. tests/fortnight has what is played: foreign edits, alone and in storms; peers that are away or silent; slapd
away, hung, refusing us or our writes; another writer; a state folder open to others; revisions of peers.json, broken
ones, and rewritten ones by the dozen; a clock that jumps; SIGHUP again and again.
"""

import json
import os
import subprocess
import tempfile

import pytest
from memory import config_tree, contents
from tools import program_path, tool_path

SUFFIX = "dc=example,dc=org"
SEED = int(os.environ.get("SYNCWARD_SEED", "20261122"))
HOURS = (14 if os.environ.get("SYNCWARD_LONG") else 1) * 24 // (8 if "address" in program_path() else 1)
SECOND = 1000  # the tool tells msec
PEERS = """{"format": 1, "revision": REVISION,
 "peers": [{"id": 1, "uri": "ldap://127.0.0.1:3890"}, {"id": 2, "uri": "ldap://127.0.0.2:3890"},
           {"id": 3, "uri": "ldap://127.0.0.3:3890"}],
 "databases": [{"suffix": "%s", "syncrepl": {"bindmethod": "simple", "binddn": "cn=replicator,%s",
   "credentials": {"file": "%s/secret"}, "retry": "60 +", "timeout": 5, "network-timeout": 5}}],
 "policy": {"mode": "enforce"}}
"""


def write(path, text, mode=0o644):
    with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, mode), "w", encoding="utf-8") as file:
        file.write(text)


def played(**settings):
    """What came of it."""
    server = {"config": config_tree({SUFFIX: {"olcDbIndex": ["objectClass eq"]}}), "contents": contents([SUFFIX], 1), "fqdn": "memory", "links_work": True,
              "listeners": ["ldapi:///", "ldap://127.0.0.1:3890"]}
    with tempfile.TemporaryDirectory(prefix="syncward-", dir="/dev/shm") as folder:
        template = PEERS % (SUFFIX, SUFFIX, folder)
        write(os.path.join(folder, "peers.template"), template)
        write(os.path.join(folder, "peers.json"), template.replace("REVISION", "1"))
        write(os.path.join(folder, "secret"), "secret", 0o600)
        os.mkdir(os.path.join(folder, "state"), 0o700)
        write(os.path.join(folder, "agent.json"), json.dumps(settings), 0o600)
        done = subprocess.run([tool_path("fortnight"), folder, str(HOURS), str(SEED)], input=json.dumps(server) + "\n", text=True,
                              capture_output=True, timeout=1800, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        return json.loads(done.stdout)


@pytest.mark.parametrize("holds_contested", [False, True], ids=["mended-each-time", "contested"])
def test_disturbances_neither_make_it_spin_nor_wait(holds_contested):
    """Without G9 each change by others is undone, however often, and it is known how soon."""
    came = played(hold_contested=holds_contested)
    told = f"seed {SEED}: {came}"
    print(told)
    assert came["most_idle"] <= 20, told  # passes in ten seconds that wrote nothing, and none between them did
    assert came["gap_msec"] <= 66 * SECOND, told  # the interval, and a tenth
    assert came["round_msec"] <= (300 + 66 + 5) * SECOND, told  # probes, made by the first pass that they are due for
    assert came["file_msec"] <= 3.1 * SECOND, told  # as below
    assert came["open"] == 0, told
    assert all(came["disturbances"]) or HOURS < 24, told
    if not holds_contested:
        at_once, hindered, refused = came["repair_msec"]
        assert at_once <= 3.1 * SECOND, told  # a second for the floor, two for peers that are silent
        assert hindered <= 67 * SECOND, told  # behind what was in its way: the interval at most
        assert refused <= 1200 * SECOND, told  # a refused plan waits as long again as it was refused
        assert sum(came["repaired"]) > HOURS, told
