# SPDX-License-Identifier: Apache-2.0
"""What journald has of the daemon: fields by which it can be trusted and searched, and texts for people."""

import pytest
from booted import SECRET_FILE, UNIT
from slapd import wait_until

CANARY = "Kanarienvogel-7"


def events(site, name):
    """The journal's entries of that event."""
    return site.journal("--unit", UNIT, "SYNCWARD_EVENT=" + name)


@pytest.mark.systemd("252", "257")
def test_an_event_is_found_and_explained(site):
    site.started()
    site.drift()
    wait_until(lambda: any("checkpoint" in entry["MESSAGE"] for entry in events(site, "drift-found")), "the drift is told")
    drift = events(site, "drift-found")[-1]
    # What the sender cannot write itself: journald knows who it was.
    assert (drift["_SYSTEMD_UNIT"], drift["_UID"], drift["_GID"]) == (UNIT, "0", "0")
    assert int(drift["_CAP_EFFECTIVE"], 16) == 0
    applied = [entry for entry in events(site, "correction-applied") if entry["SYNCWARD_PASS"] == drift["SYNCWARD_PASS"]]
    assert len(applied) == 1
    for entry in (drift, applied[0], events(site, "started")[0]):
        text = site.run("journalctl", "--no-pager", "--catalog", "MESSAGE_ID=" + entry["MESSAGE_ID"]).stdout
        assert "Subject: " in text and "Documentation: man:syncward-journal(7)" in text
        assert text.count(entry["MESSAGE"]) >= 2  # as the line, and in the catalog's text for it


def test_no_password_reaches_journal_status_or_files(site):
    site.configure()
    site.write(SECRET_FILE, CANARY + "\n", 0o600)
    site.start()
    assert site.passwords() == {CANARY}
    site.write(SECRET_FILE, CANARY + "-2\n", 0o600)
    wait_until(lambda: site.passwords() == {CANARY + "-2"}, "slapd has the new password", 10)
    site.systemctl("stop", UNIT)
    said = site.run("journalctl", "--no-pager", "--all", "--output=export").stdout + site.systemctl("show", UNIT)
    said += site.script("cat $(find /run/syncward /var/lib/syncward -type f)")
    assert "correction-applied" in said
    assert CANARY not in said
