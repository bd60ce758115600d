# SPDX-License-Identifier: Apache-2.0
"""Our judgement of olcServerID against slapd itself: does it start, and with which server ID?

SYNCWARD_SEED=<number> repeats a run; SYNCWARD_ORACLE_STARTS=<number> tries more pairs.
"""

import contextlib
import copy
import os
import random
import re
import socket
import subprocess

import ldap
import pytest
from slapd import SlapdFailed, hold_port, release
from slapd_farm import SlapdFarm
from slapd_ldif import ldif_line
from syncrepl_tool import SyncreplTool

STARTS = int(os.environ.get("SYNCWARD_ORACLE_STARTS", "200"))
SEED = int(os.environ.get("SYNCWARD_SEED", random.SystemRandom().randrange(10**9)))

# A network of its own, so that a listener on any address is heard by nobody.
OWN_NETWORK = ["unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
NUMBERS = ["1", "2", "3", "007", "010", "0x0a", "0xFFF", "abc", "4095", "0"]
WRONG_NUMBERS = ["4096", "-1", "x", "0x1000", "1.0"]
OUR_REASON = re.compile(r"server ?ID|invalid URL|extra cruft", re.IGNORECASE)


def host_name():
    """This host's full name, found as slapd finds it."""
    try:
        return socket.gethostbyname_ex(socket.gethostname())[0]
    except OSError:
        return socket.gethostname()


def any_case(rng, text):
    return "".join(rng.choice((letter.lower(), letter.upper())) for letter in text)


def random_listeners(rng, ports):
    """One to three listeners, on a port each."""
    listeners = []
    for port in rng.sample(ports, rng.randint(1, len(ports))):
        host = rng.choice(["127.0.0.1", "localhost", "LocalHost", ""])
        listeners.append(f"{rng.choice(['ldap', 'LDAP'])}://{host}:{port}{rng.choice(['', '', '/'])}")
    return listeners


def random_url(rng, listeners, ports):
    """A URL that is, nearly is, or is not one of the listeners."""
    if rng.random() < 0.4:
        url = rng.choice(listeners)
        return rng.choice([url, url, any_case(rng, url) if "%" not in url else url, url + "/", url + "/dc=x"])
    host = rng.choice([host_name(), host_name().upper(), "localhost", "localhost.localdomain", "", "127.0.0.1",
                       "other.example", host_name() + "x"])
    port = rng.choice([*ports, ports[0] + 1])
    return rng.choice([f"ldap://{host}:{port}", f"ldap://{host}:{port}/", f"ldap://{host}", f"ldaps://{host}:{port}",
                       "ldapi:///", "ldap:///", "ldap://[::1]"])


def random_value(rng, listeners, ports, bare):
    number = rng.choice(WRONG_NUMBERS if rng.random() < 0.03 else NUMBERS)
    if bare:
        return number
    how = rng.random()
    if how < 0.02:
        return f"{number} notaurl"
    if how < 0.04:
        return f"{number} ldap://a ldap://b"
    url = random_url(rng, listeners, ports)
    return rng.choice([f"{number} {url}", f"{number}   {url}", f'{number} "{url}"'])


def random_values(rng, listeners, ports):
    """Up to four values, of which slapd would not call two the same."""
    values = {}
    bare = rng.random() < 0.2
    for _ in range(rng.choice([0, 1, 1, 2, 3, 4] if not bare else [1, 1, 1, 2])):
        value = random_value(rng, listeners, ports, bare or rng.random() < 0.04)
        values.setdefault(" ".join(value.lower().split()), value)
    return list(values.values())


class ServerIdOracle:
    """One slapd whose olcServerID is written into its file between two starts."""

    def __init__(self, farm):
        self.server = farm([], start=False)
        self.server.log_levels = ("config",)
        self.path = os.path.join(self.server.config_dir, "cn=config.ldif")
        with open(self.path, encoding="utf-8") as file:
            self.text = file.read()

    def start(self, values, listeners):
        """The server ID that slapd then uses, or None with its log when it does not start."""
        lines = "".join(ldif_line("olcServerID", value) for value in values)
        with open(self.path, "w", encoding="utf-8") as file:
            file.write(self.text.replace("cn: config\n", f"cn: config\n{lines}", 1))
        self.server.listeners = [self.server.ldapi_uri, *listeners]
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.server.log_path)
        try:
            self.server.start()
        except SlapdFailed as failed:
            return None, str(failed)
        try:
            self.server.modify("cn=config", [(ldap.MOD_REPLACE, "olcIdleTimeout", "1")])
            [csn] = self.server.values("cn=config", "entryCSN")
            return int(csn.split("#")[2], 16), ""
        finally:
            self.server.kill()


@pytest.fixture(name="oracle")
def fixture_oracle():
    subprocess.run(OWN_NETWORK + ["true"], check=True)  # needs root
    isolated = copy.copy(release("2.5"))
    isolated.command = OWN_NETWORK + list(isolated.command)
    farm = SlapdFarm(isolated)
    yield ServerIdOracle(farm)
    problems = farm.close()
    assert not problems, problems


def test_the_judgement_is_what_slapd_does_when_started(oracle):
    print(f"SYNCWARD_SEED={SEED}")
    rng = random.Random(SEED)
    n_started = n_by_name = n_refused = 0
    held = [hold_port() for _ in range(3)]
    ports = [each.getsockname()[1] for each in held]
    with SyncreplTool() as tool:
        for _ in range(STARTS):
            listeners = random_listeners(rng, ports)
            values = random_values(rng, listeners, ports)
            sid, log = oracle.start(values, listeners)
            verdict = tool.judge_server_ids(host_name(), values, oracle.server.listeners)
            case = f"seed {SEED}: {values} with {listeners}: {verdict}, slapd: {sid} {log}"
            assert verdict["starts"] == (sid is not None), case
            if sid is None:
                assert OUR_REASON.search(log), case  # not for another reason
                n_refused += 1
            else:
                assert verdict["sid"] == sid, case
                n_started += 1
                n_by_name += verdict["by_host_name"]
    for each in held:
        each.close()
    print(f"{n_started} started, {n_by_name} of them by the host's own name, {n_refused} refused")
    assert n_started >= STARTS / 4 and n_refused >= STARTS / 4 and n_by_name >= STARTS / 50
