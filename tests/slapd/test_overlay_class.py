# SPDX-License-Identifier: Apache-2.0
"""A syncprov entry as many guides have it, with objectClass olcOverlayConfig alone: it works, and slapd takes no
attribute of syncprov's there (65) nor the class (53)."""

import os
import re

import ldap
import pytest
import remedies
from cluster import Cluster, add_person, wait_entry
from lone import Lone
from slapd import Database

BARE = {"objectClass": "olcOverlayConfig", "olcOverlay": "syncprov"}


def overlays(server):
    return {dn: entry for dn, entry in server.config().items() if dn.startswith("olcOverlay=") and "syncprov" in dn}


def finding(node):
    found = [f for f in node.plan_json()["findings"] if f["code"] == "syncprov-without-class"]
    assert len(found) <= 1
    return found[0]["text"] if found else None


def on_disk(node):
    """contextCSN, which 2.4 brings there itself, and before which there is no server ID."""
    if node.server.release.version == "2.4":
        node.server.save_context_csn()


def make_anew(node, text):
    """Does literally what the text says for this release."""
    server = node.server
    if server.release.version != "2.4":
        remedies.run(node, text, "overlay-anew")
        remedies.did("overlay-anew-2.4")
        return
    remedies.printed(text, "overlay-anew-2.4")
    remedies.did("overlay-anew")
    one, other = re.findall(r"(?:the line|structuralObjectClass,) (\w+: \w+)", text)
    server.stop()
    dump = server.tool("cat", "-n0").stdout.split("\n\n")
    dump = [re.sub(r"^structuralObjectClass: .*$", other + "\n" + one, entry, flags=re.MULTILINE)
            if "\nolcOverlay: {0}syncprov" in entry else entry for entry in dump]
    os.rename(server.config_dir, server.config_dir + ".old")
    os.mkdir(server.config_dir)
    path = os.path.join(server.directory, "new.ldif")
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n\n".join(dump))
    server.tool("add", "-n0", "-l", path)
    remedies.did("overlay-anew-2.4")
    server.start()


def test_what_the_entry_cannot_take_is_not_sent_and_the_rest_is(slapd_factory, program):
    node = Lone(slapd_factory, program, modules=("syncprov",))
    node.server.add("olcOverlay=syncprov," + node.dn(), BARE)
    on_disk(node)
    node.document["databases"][0]["syncprov"] = {"checkpoint": "50 5"}
    node.write()
    done = node.apply()
    assert done.returncode == 0 and not done.stderr, done.stdout + done.stderr
    assert len(node.syncrepl()) == 2 and node.server.values(node.dn(), node.flag) == ["TRUE"]
    before = node.server.config_writes()
    assert "syncprov-without-class" in done.stdout and finding(node)
    assert node.apply().returncode == 0 and node.server.config_writes() == before


@pytest.mark.parametrize("wanted", [True, False])
def test_nothing_is_told_of_an_entry_that_needs_no_class(slapd_factory, program, wanted):
    node = Lone(slapd_factory, program, modules=("syncprov",))
    node.server.add("olcOverlay=syncprov," + node.dn(), {"objectClass": ["olcOverlayConfig", "olcSyncProvConfig"],
                                                         "olcOverlay": "syncprov"} if wanted else BARE)
    on_disk(node)
    if not wanted:
        node.document["databases"][0]["syncprov"] = False
    node.write()
    node.apply_ok()
    node.assert_in_step()
    assert finding(node) is None


@pytest.mark.every_release
@pytest.mark.remedy("overlay-anew", "overlay-anew-2.4")
def test_the_remedy_ends_it_and_the_links_go_on(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 2, [Database(backend="mdb", overlays=("syncprov",))]).form_by_hand()
    first = cluster[0]
    (overlay, _), = overlays(first.server).items()
    # As it stands on disk where somebody loaded it so: with the class gone.
    first.server.stop()
    dump = first.server.tool("cat", "-n0").stdout
    dump = re.sub(r"^objectClass: olcSyncProvConfig\n", "", dump, flags=re.MULTILINE)
    dump = re.sub(r"^olcSp.*\n", "", dump, flags=re.MULTILINE)
    dump = dump.replace("structuralObjectClass: olcSyncProvConfig", "structuralObjectClass: olcOverlayConfig")
    os.rename(first.server.config_dir, first.server.config_dir + ".first")
    os.mkdir(first.server.config_dir)
    path = os.path.join(first.server.directory, "bare.ldif")
    with open(path, "w", encoding="utf-8") as file:
        file.write(dump)
    first.server.tool("add", "-n0", "-l", path)
    first.server.start()
    with pytest.raises(ldap.OBJECT_CLASS_VIOLATION):
        first.server.modify(overlay, [(ldap.MOD_ADD, "olcSpCheckpoint", "1 1")])
    assert first.apply().returncode == 0
    make_anew(first, finding(first))
    assert first.apply().returncode == 0 and finding(first) is None
    (_, entry), = overlays(first.server).items()
    assert entry["olcSpCheckpoint"] == ["100 10"]
    wait_entry(cluster[1].server, add_person(first.server, "after"))
    wait_entry(first.server, add_person(cluster[1].server, "back"))
