# SPDX-License-Identifier: Apache-2.0
"""The documented way to run the daemon as a user of its own."""

import os
import re

import pytest
from booted import PACKAGING, UNIT

EXAMPLES = os.path.join(PACKAGING, "systemd/examples")


def example(name):
    """A shipped file."""
    with open(os.path.join(EXAMPLES, name), encoding="utf-8") as file:
        return file.read()


@pytest.mark.systemd("252", "257")
def test_a_user_of_its_own_does_the_same_work(site):
    site.configure(site.document({"credential": "replicator"}))
    grant = example("dedicated-user.ldif")
    for command in re.findall(r"^#     ((?:groupadd|useradd) .*)$", grant, re.MULTILINE):
        site.script(command)
    site.write("/root/grant.ldif", grant)
    site.script("ldapmodify -Q -Y EXTERNAL -H ldapi:/// -f /root/grant.ldif")
    site.drop_in("dedicated-user.conf", example("dedicated-user.conf"))

    site.start()
    assert site.status_text.startswith("in step")
    status = site.read(f"/proc/{site.show(UNIT, 'MainPID')}/status")
    assert re.search(r"^Uid:\t990\t990\t990\t990$", status, re.MULTILINE)
    assert site.checkpoint() == "100 10"
    assert min(site.drift(f"{i} 7") for i in range(1, 3)) < 5  # slapd.d is seen through the group ldap; a third were a contest
    assert site.passwords() == {"secret"}
    assert site.run("syncward", "status", check=False).returncode == 78  # root's commands keep off its files
    for command in re.findall(r"^       ((?:runuser|systemd-run) (?:.*\\\n)*.*)$", example("systemd.md"), re.MULTILINE):
        site.script(command)


def test_without_the_grant_it_says_what_slapd_refuses(site):
    site.configure(site.document({"credential": "replicator"}))
    site.script("groupadd --gid 990 syncward; useradd --uid 990 --gid syncward --no-create-home syncward")
    site.drop_in("dedicated-user.conf", example("dedicated-user.conf"))
    site.start()
    assert "olcAccess" in site.status_text or "manage" in site.status_text
    assert site.checkpoint() is None
