# SPDX-License-Identifier: Apache-2.0
"""What is right is left alone, however it is spelled and whoever wrote it: an empty plan and no write."""

import os
import shutil
import subprocess

import ldap
import pytest
from lone import Lone
from slapd import ROOT_DN, SUFFIX, Database

READER = "cn=replicator," + SUFFIX


@pytest.fixture(name="node")
def fixture_node(slapd_factory, program):
    """A node that is in step."""
    node = Lone(slapd_factory, program)
    node.document["databases"][0]["access"] = False
    node.write()
    node.apply_ok()
    return node


def values(node, i):
    """The value for peer i in the spellings that mean the same; each is one way and its name."""
    uri, port = node.uri(i), node.server.port
    plain = node.value(i)
    head = f"rid={i:03} provider={uri} "
    tail = (f'searchbase="{SUFFIX}" type=refreshAndPersist retry="60 +" bindmethod=simple binddn="{READER}" '
            "credentials=secret timeout=1 network-timeout=1")
    return {
        "as syncward writes it": plain,
        "unquoted": head + tail.replace(f'"{SUFFIX}"', SUFFIX).replace(f'"{READER}"', READER),
        "all quoted": node.value(i, type="refreshAndPersist"),
        "another order": " ".join(reversed((head + tail).replace('retry="60 +" ', "").split())) + ' retry="60 +"',
        "words quoted whole": (head + tail).replace('binddn="' + READER + '"', f'"binddn={READER}"'),
        "upper-case keywords": (head + tail).replace("rid=", "RID=").replace("retry=", "Retry=")
                                            .replace("binddn=", "BindDN=").replace("timeout=", "TIMEOUT="),
        "upper-case words": (head + tail).replace("refreshAndPersist", "REFRESHANDPERSIST").replace("simple", "Simple"),
        "more white space": "  " + (head + tail).replace(" type", "   type") + "  ",
        "rid without zeros": node.value(i, rid=i),
        "rid with more zeros": node.value(i, rid=f"0000{i}"),
        "URL with a slash": node.value(i, provider=uri + "/"),
        "URL in capitals": node.value(i, provider=uri.replace("ldap", "LDAP")),
        "DN with spaces": node.value(i, binddn="cn=replicator,  dc=example , dc=org"),
        "DN in capitals": node.value(i, binddn="CN=Replicator,DC=EXAMPLE,DC=ORG", searchbase="DC=Example, DC=Org"),
        "DN with an escape": node.value(i, binddn="cn=\\72eplicator,dc=example,dc=org"),
        "commas in retry": node.value(i, retry="60,+"),
        "defaults spelled out": node.value(i, scope="sub", filter="(objectclass=*)", schemachecking="off", attrs="*,+",
                                           keepalive="0:0:0", starttls="no", interval="01:00:00:00", sizelimit="0",
                                           timelimit="unlimited", syncdata="default"),
        "interval in seconds": node.value(i, interval="86400"),
        "numbers with zeros": node.value(i, network_timeout="0x1"),
        "port": node.value(i, provider=f"ldap://127.0.0.{i}:{port}"),
    }


def test_each_spelling_of_a_value_is_right(node):
    names = list(values(node, 2))
    for name in names:
        node.edit([(ldap.MOD_REPLACE, "olcSyncrepl", [values(node, 2)[name], values(node, 3)[name]])])
        stored = node.syncrepl()
        planned = node.plan()
        assert planned.returncode == 0, f"{name}: {stored}\n{planned.stdout}{planned.stderr}"
        node.assert_in_step()
        assert node.syncrepl() == stored, name
    assert len(names) >= 20


def test_the_list_in_another_order_and_with_this_server_in_it_is_right(node):
    node.edit([(ldap.MOD_REPLACE, "olcSyncrepl", [node.value(3), node.value(1), node.value(2)])])
    node.assert_in_step()
    node.server.restart()
    node.assert_in_step()
    assert len(node.syncrepl()) == 3


def test_a_default_port_may_be_left_out(node):
    node.document["peers"][1]["uri"] = "ldap://127.0.0.2:389"
    node.document["peers"][2]["uri"] = "ldaps://127.0.0.3"
    node.write()
    node.edit([(ldap.MOD_REPLACE, "olcSyncrepl", [node.value(2, provider="ldap://127.0.0.2"),
                                                  node.value(3, provider="LDAPS://127.0.0.3:636/")])])
    node.assert_in_step()


OTHERS = {
    "server ID in hex": ("cn=config", "olcServerID", ["0x1"]),
    "server ID with zeros": ("cn=config", "olcServerID", ["001"]),
    "index in one list": (None, "olcDbIndex", ["entryUUID,cn,entryCSN pres,eq"]),
    "index by default": (None, "olcDbIndex", ["default pres,eq", "entryCSN", "entryUUID"]),
    "limits in other words": (None, "olcLimits", [f'dn="{READER.upper()}" time=none size.soft=unlimited']),
    "limits for all": (None, "olcLimits", ["* size=unlimited time=unlimited"]),
    "limits behind one for others": (None, "olcLimits", [
        'dn.exact="cn=x,dc=y" size=1', "anonymous size=1", f"dn.subtree={SUFFIX} size=-1 time=-1"]),
}


def test_each_spelling_of_the_rest_is_right(node):
    for name, (dn, attribute, texts) in OTHERS.items():
        dn = dn or node.dn()
        node.server.modify(dn, [(ldap.MOD_REPLACE, attribute, texts)])
        planned = node.plan()
        assert planned.returncode == 0, name + "\n" + planned.stdout + planned.stderr
        node.assert_in_step()


def test_the_numbers_of_the_overlay_are_numbers(node):
    overlay, = [dn for dn in node.server.config() if "syncprov" in dn]
    node.server.modify(overlay, [(ldap.MOD_REPLACE, "olcSpCheckpoint", "0100   10")])
    node.assert_in_step()


def test_a_password_in_other_letters_is_no_spelling(node):
    node.edit([(ldap.MOD_REPLACE, "olcSyncrepl", [node.value(2), node.value(3, credentials="Secret")])])
    planned = node.plan()
    assert planned.returncode == 2 and "credentials differ" in planned.stdout
    node.apply_ok()
    assert not any("Secret" in value for value in node.syncrepl())
    node.assert_in_step()


# slapd.conf converted by slapd itself

CONF = """\
{includes}
pidfile {folder}/slapd.pid
argsfile {folder}/slapd.args
modulepath {modules}
{loads}
serverID {server_id}

database config
rootdn "cn=admin,cn=config"
access to * by dn.exact="{root}" manage by * break

database monitor
access to * by dn.exact="{root}" read by * none

database mdb
suffix "{suffix}"
directory {folder}/db2
rootdn "cn=admin,{suffix}"
rootpw secret
dbnosync
index objectClass eq
index entryCSN,entryUUID eq
limits dn.exact="{reader}" size=unlimited time=unlimited
access to attrs=userPassword by dn.exact="{reader}" read by anonymous auth by * none
access to * by * read
{consumers}
mirrormode {mirrormode}
overlay syncprov
syncprov-checkpoint 100 10
"""

CONSUMER = """\
syncrepl rid={rid}
  provider={uri}
  bindmethod=simple
  binddn="{reader}"
  credentials={password}
  searchbase="{suffix}"
  type=refreshAndPersist
  retry="60 +"
  timeout=1 network-timeout=1
"""


def convert(node, server_id="1", mirrormode="on", password="secret", with_self=False):
    """Makes slapd.d anew from a slapd.conf."""
    server = node.server
    consumers = "".join(CONSUMER.format(rid=f"{i:03}", uri=f"ldap://127.0.0.{i}:{server.port}", reader=READER,
                                        suffix=SUFFIX, password=password) for i in (1, 2, 3) if i > 1 or with_self)
    loads = "\n".join("moduleload " + name for name in ("back_mdb", "back_monitor", "syncprov")
                      if server.release.has_module(name))
    includes = "\n".join(f"include {server.release.schemas}/{name}.schema" for name in ("core", "cosine"))
    path = os.path.join(server.directory, "slapd.conf")
    with open(path, "w", encoding="utf-8") as file:
        file.write(CONF.format(includes=includes, folder=server.directory, modules=server.release.modules, loads=loads,
                               server_id=server_id, root=ROOT_DN, suffix=SUFFIX, reader=READER, consumers=consumers,
                               mirrormode=mirrormode))
    server.start()  # slaptest wants the database to be there
    server.stop()
    shutil.rmtree(server.config_dir)
    os.mkdir(server.config_dir)
    done = subprocess.run(server.release.command + ["-Ttest", "-f", path, "-F", server.config_dir], text=True,
                          env=server.release.environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.every_release
@pytest.mark.parametrize("options", [
    {}, {"server_id": "0x1"}, {"with_self": True}, {"password": '"sec\'r#et"'}, {"mirrormode": "TRUE"}], ids=str)
def test_a_converted_configuration_is_right(slapd_factory, program, options):
    node = Lone(slapd_factory, program, [Database(backend="mdb")], before_start=lambda node: convert(node, **options))
    if "password" in options:
        node.write_secret(options["password"].strip('"'))
    node.assert_in_step()
    node.server.restart()
    node.assert_in_step()
    assert node.server.config_writes() == 0
