# SPDX-License-Identifier: Apache-2.0
"""Draws lots: what a run of `make check` takes where all would take too long. Never by the time of day."""

import functools
import hashlib
import os
import subprocess

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def number(name):
    """A number that only depends on the name: the same on any machine and with any Python."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")


def lot(name, among):
    """The one of them that falls to this name; to each fall about as many names."""
    return among[number(name) % len(among)]


def draws(name, tree, share):
    """True for one name in so many, for others with another tree."""
    return number(f"{tree} {name}") % share == 0


def has_its_turn(place, among, tree):
    """True for one in so many neighbours, by their places: with another tree for others, and never for none of them."""
    return (place + number(f"turns {tree}")) % among == 0


@functools.lru_cache(maxsize=None)
def commit():
    """What stands for the tree where commits take turns: the commit, in a source archive the version."""
    done = subprocess.run(["git", "rev-parse", "HEAD"], cwd=TOP, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return done.stdout.strip()
    with open(os.path.join(TOP, "VERSION"), encoding="ascii") as file:
        return file.read().strip()
