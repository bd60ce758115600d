# SPDX-License-Identifier: Apache-2.0
"""Running probe_tool: probes of links, their results as dictionaries."""

import json
import subprocess

from slapd import SUFFIX
from tools import tool_path

# So long may a step last that no timeout of the link bounds (MAX_TIMEOUT_SEC of session_step.c): who ends sooner was
# bounded by its own, on a busy machine, too.
UNBOUNDED_SEC = 15


class Results(list):
    """The results in the order of the links; refused: refused binds to hand to the next round; longest_msec: for
    how long the loop that watched the round had no time for other work."""

    refused = ()
    longest_msec = 0


def link_line(link, peer=0, secret="-", suffix=SUFFIX):
    """One line of probe_tool's input."""
    return f"{peer}\t{secret}\t{suffix}\t{link}\n"


def probe(*links, host=None, timeout=120, **options):
    """Probes the links (texts, or the arguments of link_line()); options are probe_tool's."""
    lines = [link_line(link) if isinstance(link, str) else link_line(*link) for link in links]
    refused = options.pop("refused", ())
    command = [*(host.prefix if host else []), tool_path("probe_tool"),
               *(f"{name}={value}" for name, value in options.items()), *(f"refused={item}" for item in refused)]
    done = subprocess.run(command, input="".join(lines), text=True, capture_output=True, timeout=timeout, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    results = Results(json.loads(line) for line in done.stdout.splitlines() if line.startswith("{"))
    results.refused = [line[8:] for line in done.stdout.splitlines() if line.startswith("refused ")]
    results.longest_msec = int(done.stdout.splitlines()[0].split()[1])
    assert len(results) == len(links), done.stdout + done.stderr
    return results


def codes(result):
    """The codes of a result's faults."""
    return [fault["code"] for fault in result["faults"]]


def only(result):
    """The one fault of a result."""
    assert len(result["faults"]) == 1, result
    return result["faults"][0]
