# SPDX-License-Identifier: Apache-2.0
"""The unit files as files: what systemd says of them without running them."""

import glob
import os
import re
import shutil
import subprocess

import pytest
import tools

UNITS = os.path.join(tools.TOP, "packaging/systemd")
MAIN, EL8 = "syncward.service", "syncward-el8.service"
COMPARE, TIMER = "syncward-compare.service", "syncward-compare.timer"
# All that the unit for EL 8 may say. systemd 239 knows these, RestrictSUIDSGID= by a patch of RHEL.
KNOWN_TO_239 = set("""
    Description Documentation After Wants ConditionPathExists StartLimitIntervalSec
    Type NotifyAccess ExecStart ExecReload TimeoutStartSec TimeoutStopSec WatchdogSec Restart RestartSec
    RestartPreventExitStatus User Group SupplementaryGroups CapabilityBoundingSet AmbientCapabilities
    NoNewPrivileges RuntimeDirectory RuntimeDirectoryMode RuntimeDirectoryPreserve StateDirectory
    StateDirectoryMode UMask LimitCORE TasksMax MemoryMax ProtectSystem ReadOnlyPaths ProtectHome PrivateTmp PrivateDevices
    PrivateMounts DevicePolicy ProtectControlGroups ProtectKernelModules ProtectKernelTunables
    RestrictAddressFamilies RestrictNamespaces RestrictRealtime RestrictSUIDSGID LockPersonality
    MemoryDenyWriteExecute RemoveIPC KeyringMode SystemCallArchitectures SystemCallFilter
    SystemCallErrorNumber WantedBy""".split())
FENCE, FENCE_STOP = "syncward-fence.service", "syncward-fence-stop.service"
KNOWN_FOR_LONG = set("Before PartOf SuccessExitStatus RemainAfterExit ExecStop ReadWritePaths SELinuxContext Also".split())
NEWER_THAN_239 = {"ProtectKernelLogs", "ProtectClock", "ProtectProc", "ProcSubset"}


def settings(path):
    """[(key, value)] of a unit file."""
    with open(os.path.join(UNITS, path), encoding="utf-8") as file:
        return re.findall(r"^(\w+)=(.*)$", file.read(), re.MULTILINE)


@pytest.fixture
def root(tmp_path):
    """A folder like a root file system, with this machine's units and those of ours."""
    shutil.copytree("/lib/systemd/system", tmp_path / "usr/lib/systemd/system", symlinks=True)
    (tmp_path / "lib").symlink_to("usr/lib")
    for program in ("usr/sbin/syncward", "bin/kill"):
        (tmp_path / program).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / program).touch(mode=0o755)
    for path in glob.glob(UNITS + "/*.service") + glob.glob(UNITS + "/*.timer"):
        shutil.copy(path, tmp_path / "usr/lib/systemd/system")
    return tmp_path


def verify(root, unit):
    """What systemd-analyze has to say; its exit status is 0 whatever it finds."""
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", f"--root={root}", unit], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.stdout + (f"exit status {done.returncode}" if done.returncode else "")


def test_units_know_every_unit_that_starts_slapd():
    with open(os.path.join(tools.TOP, "common/slapd/layouts.c"), encoding="utf-8") as file:
        known = set(re.findall(r'\.unit = "([^"]+)"', file.read()))
    assert len(known) >= 3
    orders = {MAIN: ["After"], EL8: ["After"], COMPARE: ["After"], FENCE: ["Before", "WantedBy"],
              FENCE_STOP: ["Before", "PartOf", "WantedBy"]}
    for unit, keys in orders.items():
        for key in keys:
            assert known <= set(" ".join(value for name, value in settings(unit) if name == key).split()), (unit, key)


@pytest.mark.parametrize("unit", [MAIN, EL8, FENCE, FENCE_STOP, COMPARE, TIMER])
def test_systemd_understands_the_whole_unit(root, unit):
    assert verify(root, unit) == ""


@pytest.mark.parametrize("damage", ["Sandbox=yes", "ProtectSystem=very", "WatchdogSec=often"])
def test_a_mistake_in_the_unit_would_be_seen(root, damage):
    with open(root / "usr/lib/systemd/system" / MAIN, "a", encoding="utf-8") as file:
        file.write(f"[Service]\n{damage}\n")
    assert damage.split("=", maxsplit=1)[0 if damage.startswith("Sand") else 1] in verify(root, MAIN)


@pytest.mark.parametrize("unit, tenths", [(MAIN, 17), (EL8, 22), (FENCE, 34), (FENCE_STOP, 32), (COMPARE, 22)])
def test_exposure_is_low(unit, tenths):
    done = subprocess.run(["systemd-analyze", "security", "--offline=true", f"--threshold={tenths}", "--no-pager",
                           os.path.join(UNITS, unit)], text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_el8_gets_what_systemd_239_knows():
    assert {key for key, _ in settings(EL8)} <= KNOWN_TO_239


@pytest.mark.parametrize("unit", [FENCE, FENCE_STOP])
def test_the_fence_is_one_for_all_releases(unit):
    assert {key for key, _ in settings(unit)} <= KNOWN_TO_239 | KNOWN_FOR_LONG


@pytest.mark.parametrize("unit", [FENCE, FENCE_STOP])
def test_slapd_starts_whatever_comes_of_the_fence(unit):
    said = dict(settings(unit))
    assert set(said["Before"].split()) == set(said["WantedBy"].split()) == set(dict(settings(MAIN))["After"].split()) - {
        "network-online.target", "nss-lookup.target"}
    assert not set(said) & {"RequiredBy", "UpheldBy", "FailureAction", "JobTimeoutAction", "OnFailure", "Restart"}
    assert said["CapabilityBoundingSet"] == "CAP_SETUID CAP_SETGID" and said["NoNewPrivileges"] == "yes"


def test_the_comparison_runs_on_el8_too_and_names_no_entry_to_the_journal():
    """One file for all: systemd 239 knows what it says. It is not enabled, and what it finds is no failure of it."""
    own = {"SuccessExitStatus", "Nice", "IOSchedulingClass"}
    said = settings(COMPARE)
    assert {key for key, _ in said} <= KNOWN_TO_239 | own
    bounds = [(key, value) for key, value in settings(EL8) if key.startswith(("Protect", "Private", "Restrict", "System"))]
    assert [pair for pair in said if pair[0].startswith(("Protect", "Private", "Restrict", "System"))] == [
        pair for pair in bounds if pair[0] not in ("RestartPreventExitStatus",)]
    said = dict(said)
    assert "--record" in said["ExecStart"].split() and said["SuccessExitStatus"] == "1 3"
    assert said["After"] == dict(settings(MAIN))["After"]
    assert "WantedBy" not in said and dict(settings(TIMER))["WantedBy"] == "timers.target"


def test_both_units_say_the_same_but_for_what_239_lacks():
    main = settings(MAIN)
    assert {key for key, _ in main} >= NEWER_THAN_239
    assert settings(EL8) == [(key, value) for key, value in main if key not in NEWER_THAN_239]


@pytest.mark.parametrize("unit", [MAIN, EL8])
def test_the_agent_outlives_slapd_and_needs_no_power(unit):
    said = dict(settings(unit))
    assert not set(said) & {"Requires", "Requisite", "BindsTo", "PartOf", "UpheldBy"}
    assert not set(said) & {"ConfigurationDirectory", "InaccessiblePaths", "EnvironmentFile", "ExecStartPre"}
    assert (said["CapabilityBoundingSet"], said["AmbientCapabilities"], said["NoNewPrivileges"]) == ("", "", "yes")
    assert (said["User"], said["Group"]) == ("root", "root")  # gidNumber=0+uidNumber=0 over ldapi:///


@pytest.mark.parametrize("unit", [MAIN, EL8])
def test_the_times_leave_room_for_a_pass(unit):
    """A pass ends after 45 s at the latest; the watchdog and the end of the unit wait for longer."""
    said = dict(settings(unit))
    assert (said["WatchdogSec"], said["TimeoutStopSec"]) == ("60", "75")
    assert int(said["TimeoutStartSec"]) > 45
    assert said["RestartPreventExitStatus"] == "78"


@pytest.mark.parametrize("unit", [MAIN, EL8])
def test_a_whole_round_of_probes_has_room(unit):
    with open(os.path.join(tools.TOP, "agent/peer/probe_round.c"), encoding="ascii") as file:
        processes = int(re.search(r"^#define DEFAULT_CONCURRENCY +(\d+)$", file.read(), re.MULTILINE).group(1))
    assert int(dict(settings(unit))["TasksMax"]) > processes + 1  # each in a process of its own, and the daemon
