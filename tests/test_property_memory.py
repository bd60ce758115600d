# SPDX-License-Identifier: Apache-2.0
"""The property of tests/slapd/test_property.py for very many pairs, with a slapd in memory (tests/lib/memory.py).

SYNCWARD_SEED repeats a run; SYNCWARD_LONG=1 makes it 200000 pairs instead of 20000. The sanitized build, which is
several times slower and whose other tests make passes, too, has a twentieth of them.
"""

import collections
import json
import os
import random
import tempfile

import drift
import messages
import pytest
from drift_judge import assert_right, assert_untouched, snapshot
from memory import FLAG, run_passes, server_of
from tools import program_path

SUFFIXES = ("dc=example,dc=org", "dc=other,dc=org")
PORT = 3890
SEED = int(os.environ.get("SYNCWARD_SEED", "20261122"))
N_CASES = (200000 if os.environ.get("SYNCWARD_LONG") else 20000) // (20 if "address" in program_path() else 1)
N_CHUNKS = 16
BATCH = 500
N_COUNTED = 2000  # draws that show that each kind occurs


@pytest.fixture(name="state_dir")
def fixture_state_dir():
    """A folder in memory: a pass waits for the disk before it writes."""
    with tempfile.TemporaryDirectory(prefix="syncward-", dir="/dev/shm") as folder:
        yield folder


def case_of(number):
    return drift.make(random.Random(f"{SEED}/{number}"), number, SUFFIXES, PORT)


def judge(case, before, dns, said):
    """Holds what the passes said of themselves to what the case must come to."""
    status = 3 if case.holds else 0
    assert said["problem"] is None
    for name in ("first_plan", "apply", "plan", "again", "after_restart"):
        assert said[name]["error"] is None and said[name]["state_error"] is None, name
        assert said[name]["breaches"] == 0, name  # the judge of the result finds nothing that guards let pass
    assert said["apply"]["exit"] == status, f"{case.holds} expected"
    for name in ("plan", "again", "after_restart"):
        # The server ID waits, for the overlay that waits; who released it before must do so again.
        waits = {"order"} | {"G5"} & set(said["first_plan"]["holds"]) if "joining" in case.holds else set()
        assert said[name]["steps"] == [] and set(said[name]["holds"]) - waits == case.holds, name
        assert said[name]["exit"] == status and said[name]["writes"] == said["apply"]["writes"], name
        assert not [fault for text in said[name]["reasons"] + said[name]["findings"] for fault in messages.faults(text)]
    assert said["first_plan"]["writes"] == 0
    # A flag that somebody left without consumers is mended by those, which need the server ID, which may have to wait.
    waits_for_id = "order" in said["apply"]["holds"] and "is not a shadow" in (said["restart"] or "")
    assert said["restart"] is None or waits_for_id
    after = snapshot(said["config"])
    assert_untouched(case, before, after, dns, FLAG)
    if not waits_for_id:
        assert_right(case, after, dns, FLAG, "G4" in said["first_plan"]["holds"])


def run_batch(numbers, state_dir):
    """Judges cases; an assertion that fails names the case."""
    cases = [case_of(number) for number in numbers]
    servers = [server_of(case, SUFFIXES, PORT) for case in cases]
    lines = [{"server": server, "peers": json.dumps(drift.document_for(case, "/secret")), "node": str(case.self_id),
              "in_step": SUFFIXES if case.was_in_step else []} for case, (server, _) in zip(cases, servers)]
    results = run_passes(lines, state_dir)
    assert len(results) == len(cases)
    for number, case, (server, dns), said in zip(numbers, cases, servers, results):
        try:
            judge(case, server["config"], dns, said)
        except Exception:
            print(f"case {number} of SYNCWARD_SEED={SEED} ({', '.join(case.kinds)}):\n{json.dumps(said, indent=1)}")
            raise


@pytest.mark.parametrize("chunk", range(N_CHUNKS))
def test_one_pass_puts_any_server_right(chunk, state_dir):
    numbers = list(range(chunk, N_CASES, N_CHUNKS))
    for start in range(0, len(numbers), BATCH):
        run_batch(numbers[start:start + BATCH], state_dir)


def test_each_kind_of_drift_occurs():
    counts = collections.Counter()
    for number in range(N_COUNTED):
        counts.update(case_of(number).kinds)
    print("\n".join(f"{n:5} {name}" for name, n in counts.most_common()))
    assert set(counts) == set(drift.KINDS) and len(counts) >= 20
    assert min(counts.values()) >= 20, counts
