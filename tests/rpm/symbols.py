# SPDX-License-Identifier: Apache-2.0
"""Which functions of the libraries a program wants, and whether EL 8 has them."""

import os
import re
import subprocess

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "symbols")
LISTS = {"json_": "json-c-0.13", "ldap_": "openldap-2.4", "ber_": "openldap-2.4"}
LIBSYSTEMD = 239  # EL 8's systemd


def wanted_by(program):
    """The undefined dynamic symbols of a program, each as name@VERSION or name."""
    done = subprocess.run(["nm", "-D", "--undefined-only", program], text=True, capture_output=True, check=True)
    return [line.split()[-1] for line in done.stdout.splitlines()]


def kept(name):
    """The names in one of the kept lists."""
    with open(os.path.join(FOLDER, name), encoding="ascii") as file:
        return {line.strip() for line in file if not line.startswith("#")}


def missing_on_el8(symbols):
    """Those of the symbols that EL 8's libraries lack, each with the reason."""
    lists = {prefix: kept(name) for prefix, name in LISTS.items()}
    for symbol in symbols:
        name, _, version = symbol.partition("@")
        node = re.fullmatch(r"@?LIBSYSTEMD_(\d+)", version)
        if node and int(node.group(1)) > LIBSYSTEMD:
            yield f"{name}: libsystemd has it since {node.group(1)}"
        if name.startswith("sd_") and not node:
            yield f"{name}: without a version of libsystemd"
        for prefix, names in lists.items():
            if name.startswith(prefix) and name not in names:
                yield f"{name}: not in {LISTS[prefix]}"
