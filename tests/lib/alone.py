# SPDX-License-Identifier: Apache-2.0
"""The command that runs a test alone, as it ran."""

import os
import re
import shlex

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# What decides which run it is, and of what.
VARIABLES = ("SYNCWARD_LONG", "SYNCWARD_SLAPD_VERSIONS", "SYNCWARD_PROGRAM", "ASAN_OPTIONS", "UBSAN_OPTIONS")


def command(nodeid, said, environment):
    """For a test of that name, which said this, in that environment. A seed that it told is used again."""
    words = {name: environment[name] for name in VARIABLES if environment.get(name)}
    program = words.get("SYNCWARD_PROGRAM", "")
    if program.startswith(TOP + os.sep):
        words["SYNCWARD_PROGRAM"] = os.path.relpath(program, TOP)
    seed = re.search(r"SYNCWARD_SEED=(\d+)", said)
    if seed or environment.get("SYNCWARD_SEED"):
        words["SYNCWARD_SEED"] = seed.group(1) if seed else environment["SYNCWARD_SEED"]
    assignments = [f"{name}={shlex.quote(text)}" for name, text in words.items()]
    return " ".join([*assignments, "/usr/bin/python3 -m pytest -q", shlex.quote("tests/" + nodeid)])
