# SPDX-License-Identifier: Apache-2.0
"""What is printed for people is short: at most 300 characters a message (tests/lib/messages.py says what counts)."""

import glob
import os
import re

import messages
import remedies
from test_remedies import c_files, texts

TOP = remedies.TOP
# Documents that are printed as they are; the rest of the C sources is words.
DOCUMENT = re.compile(r"\\n|^\s*[{\[]|^dn: ")


def test_no_text_of_the_sources_is_longer_than_a_message():
    """Formats, with what they have for a value; what is put together of two is seen below, and where servers are broken."""
    long = [(path, text) for path in c_files() for text in texts(path)
            if len(text) > messages.MOST and len(messages.counted(text)) > messages.MOST and not DOCUMENT.search(text)]
    assert not long


def test_each_text_with_a_name_has_room_for_the_longest_label_of_a_host():
    """Every template of a hold or finding, and of all else; the first name is judged, as further ones have no bound."""
    looked = [(path, text, min(len(text), len(messages.counted(text))) - len("%s") + messages.HOST)
              for path in c_files() for text in texts(path) if "%s" in text and not DOCUMENT.search(text)]
    assert len(looked) > 1000
    assert not [(path, text) for path, text, length in looked if length > messages.MOST]


def test_no_advice_is_longer_than_a_message():
    assert not [row.code for row in remedies.rows().values() if len(row.text) > messages.MOST]


def test_what_is_planned_and_held_is_told_in_messages():
    """Every plan that tests have as a file to read: all guards, and the cases."""
    paths = glob.glob(os.path.join(TOP, "tests/guards/*.txt")) + glob.glob(os.path.join(TOP, "tests/cases/*/plan*.txt"))
    assert len(paths) > 60
    found = []
    for path in paths:
        with open(path, encoding="utf-8") as file:
            found += [(os.path.relpath(path, TOP), fault) for line in file for fault in messages.faults(line.strip())]
    assert not found


def test_events_and_the_catalog_are_told_in_messages():
    """Of each event its subject, and each sentence below it."""
    with open(os.path.join(TOP, "packaging/catalog/syncward.catalog"), encoding="utf-8") as file:
        entries = file.read().split("\n-- ")[1:]
    assert len(entries) > 30
    sentences = [sentence for entry in entries for paragraph in entry.split("\n\n")
                 for sentence in re.split(r"(?<=[.:]) ", " ".join(paragraph.split()))]
    assert not [sentence for sentence in sentences if len(sentence) > messages.MOST]


def test_long_and_repeated_messages_are_seen():
    assert messages.faults("x" * 301) and not messages.faults("x" * 300)
    assert not messages.faults("cn=" + "x" * 400 + " is there")
    assert messages.faults("ldap://a.example.com: not reached: ldap://a.example.com: nobody listens")
    clause = "the quick brown fox jumps over the lazy dog"
    assert messages.faults(f"{clause}; {clause}; and so on") and not messages.faults(f"{clause}; and so on")
