# SPDX-License-Identifier: Apache-2.0
"""The password that slapd uses towards its peers: from a file, and from systemd."""

import os

import pytest
from booted import PACKAGING, SECRET_FILE, UNIT
from slapd import wait_until

CREDENTIAL = {"credential": "replicator"}
CREDENTIAL_DROP_IN = os.path.join(PACKAGING, "systemd/examples/credential.conf")


def test_a_new_password_in_its_file_needs_nothing_else(site):
    site.started()
    assert site.passwords() == {"secret"}
    site.write(SECRET_FILE, "another\n", 0o600)
    wait_until(lambda: site.passwords() == {"another"}, "slapd has the new password", 10)


@pytest.mark.systemd("252", "257")
def test_a_password_from_systemd(site):
    with open(CREDENTIAL_DROP_IN, encoding="utf-8") as file:
        site.drop_in("credential.conf", file.read())
    site.configure(site.document(CREDENTIAL))
    site.start()
    assert site.status_text.startswith("in step")
    assert site.passwords() == {"secret"}
    # As systemd.md says:
    planned = site.run("env", "CREDENTIALS_DIRECTORY=/etc/syncward/secrets", "syncward", "plan", check=False)
    assert planned.returncode == 0, planned.stdout + planned.stderr
    # As the drop-in says: a new one counts from the next start.
    site.write(SECRET_FILE, "another\n", 0o600)
    site.systemctl("restart", UNIT)
    wait_until(lambda: site.passwords() == {"another"}, "slapd has the new password", 10)


def test_without_the_drop_in_it_is_named(site):
    site.configure(site.document(CREDENTIAL))
    site.start()
    assert "LoadCredential=replicator" in site.status_text
    assert site.show(UNIT, "ActiveState") == "active"
    assert site.checkpoint() is None
