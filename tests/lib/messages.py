# SPDX-License-Identifier: Apache-2.0
"""How long a message is, and whether it says something twice.

Not counted is what has no bound: names (DNs, URIs, files, values that others wrote) count as a word, advice of the table
as another one, for in JSON and in status it has a place of its own; of several peers of which the same is said only one
counts; nor does the code in brackets at the end.
"""

import functools
import re

import remedies

MOST = 300
HOST = 63  # the longest label of DNS
URI = re.compile(r"ldap[si]?i?://[^\s,;()'\"`]*[^\s,;()'\"`:.]|\bLDAPI\b")
DN = re.compile(r"(?:(?:\{-?\d+\})?\w+=[^\s,;:()'\"`+]+[,+])*(?:\{-?\d+\})?\b(?:dc|cn|ou|o|olcDatabase|gidNumber|uidNumber)="
                r"[^\s,;:()'\"`]+")
PATH = re.compile(r"(?<![\w.>])/[\w.{}=,/-]*\w|\bNODE/[\w./]+")
NUMBER = re.compile(r"\b\d+(?:\.\d+)*\b")
CLAUSE = re.compile(r"(\bNAME: [^;]{10,}(?:; ADVICE)?)(?:[;,] \1)+")
# What somebody wrote, an olcAccess value foremost: shown as it is.
FOREIGN = re.compile(r'"[^"]*"|`[^`]*`|\'[^\']*\'|\((?:\{\d+\})?to [^()]*(?:\([^()]*\)[^()]*)*\)')


@functools.cache
def _advice():
    """What stands in a table of its own, longest first."""
    patterns = {row.pattern for row in remedies.rows().values() if len(row.text) > 20}
    patterns |= {pattern.replace("olcMirrorMode", "olcMultiProvider") for pattern in patterns}  # as plans are kept
    return [re.compile(pattern) for pattern in sorted(patterns - {""}, key=len, reverse=True)]


def counted(text):
    """The text as its length is judged."""
    for pattern in _advice():
        text = pattern.sub("ADVICE", text)
    for pattern in (URI, DN, PATH):
        text = pattern.sub("NAME", text)
    text = re.sub(r" \[[a-zG][\w-]*\]$", "", text)
    return CLAUSE.sub(r"\1", NUMBER.sub("1", FOREIGN.sub("NAME", text)))


def faults(text):
    """What is wrong with a line that is printed, or a text of JSON."""
    found = []
    if len(text) > MOST and len(counted(text)) > MOST:
        found.append(f"{len(counted(text))} characters: {counted(text)}")
    if re.search(rf"({URI.pattern}): (?:[\w -]+: )?\1: ", text):
        found.append(f"a name twice: {text}")
    if _repeated(text):
        found += [f"twice: {clause}" for clause in _repeated(counted(text))]
    return found


def _repeated(text):
    clauses = [clause for clause in re.split(r"[;:.] ", text) if len(clause) > 40]
    return sorted({clause for clause in clauses if clauses.count(clause) > 1})
