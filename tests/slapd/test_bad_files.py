# SPDX-License-Identifier: Apache-2.0
"""`apply` with a bad peers.json beside a server that needs changes: refused with the golden message, nothing written."""

import concurrent.futures
import pathlib
import subprocess

import pytest
from lone import Lone

CORPUS = pathlib.Path(__file__).resolve().parent.parent / "corpus" / "bad"
WRITES = r" (ADD|MOD|DEL|MODRDN) dn="


def apply_with(node, folder, path):
    """What is wrong with apply's answer to that file; None: nothing."""
    copy = folder / f"{path.parent.name}-{path.name}"
    copy.write_bytes(path.read_bytes())
    copy.chmod(0o600)
    command = [copy if word == node.peers_file else word
               for word in node.command("apply", "--first-node", "--release", "G4,G5,G7,G10")]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False,
                          stdin=subprocess.DEVNULL)
    expected = f"syncward: {copy}:{path.with_suffix('.expected').read_text(encoding='utf-8')}"
    if (done.returncode, done.stdout, done.stderr) == (78, "", expected):
        return None
    return f"{path}: {done.returncode}\n{done.stdout}{done.stderr}"


@pytest.mark.one_release
def test_apply_writes_nothing_for_any_bad_file(slapd_factory, program, tmp_path):
    """Two at a time: each is a process of its own; a good file would have changed this server."""
    node = Lone(slapd_factory, program)
    paths = sorted(CORPUS.glob("*/*.json"))
    assert len(paths) >= 85 and node.plan().returncode == 2
    before = node.server.log_count(WRITES)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        problems = [text for text in pool.map(lambda path: apply_with(node, tmp_path, path), paths) if text]
    assert not problems, "\n".join(problems)
    assert node.server.log_count(WRITES) == before
    assert node.apply("--first-node").returncode == 0 and node.server.log_count(WRITES) > before
