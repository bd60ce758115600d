# SPDX-License-Identifier: Apache-2.0
"""A guest in qemu (no KVM) that boots Debian with SELinux enforcing, runs one script and ends."""

import os
import shutil
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
SECONDS = 900  # a quiet machine needs a minute



class Guest:
    """The files that the guest finds at its start, and its one boot."""

    def __init__(self, folder, policy):
        """policy: the folder that becomes /etc/selinux/default."""
        self.folder, self.policy = folder, policy
        self.staging = os.path.join(folder, "staging")
        self.labels = {}
        os.mkdir(self.staging, 0o755)
        self.add_tree(policy, "/etc/selinux/default")

    def path(self, place):
        """Where a place of the guest lies on this machine; makes its folder."""
        path = os.path.join(self.staging, place.lstrip("/"))
        os.makedirs(os.path.dirname(path), mode=0o755, exist_ok=True)
        return path

    def add(self, source, place, mode=0o644, owner=0):
        """Copies a file to a place."""
        path = self.path(place)
        shutil.copyfile(source, path)
        os.chown(path, owner, owner)
        os.chmod(path, mode)

    def add_text(self, text, place, mode=0o644):
        """Writes a file at a place."""
        path = self.path(place)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, mode)

    def add_folder(self, place, mode=0o755):
        """Makes a folder."""
        os.makedirs(self.path(place), exist_ok=True)
        os.chmod(self.path(place), mode)

    def add_tree(self, source, place):
        """Copies a folder to a place."""
        shutil.copytree(source, self.path(place), symlinks=True)

    def label(self, place, context):
        """Gives a file another label than its place has."""
        self.labels[place] = context

    def _pack(self):
        """The archive that the initrd unpacks, labels included."""
        contexts = os.path.join(self.policy, "contexts/files/file_contexts")
        _run("setfiles", "-F", "-r", self.staging, contexts, self.staging)
        for place, context in self.labels.items():
            os.setxattr(self.path(place), "security.selinux", context.encode() + b"\0")
        archive = os.path.join(self.folder, "files.tar")
        _run("tar", "-C", self.staging, "--xattrs", "--xattrs-include=security.*",
             "-cf", archive, *sorted(os.listdir(self.staging)))
        _run("truncate", "-s", "%1M", archive)
        return archive

    def boot(self, command):
        """Boots, runs the command, powers off; returns what it wrote and what the kernel said."""
        image = _run(os.path.join(HERE, "make-image")).strip()
        archive = self._pack()
        console, out = (os.path.join(self.folder, name) for name in ("console", "out"))
        append = ("console=ttyS0 panic=-1 quiet systemd.show_status=0 security=selinux selinux=1 enforcing=1 audit=1 "
                  "audit_backlog_limit=8192 net.ifnames=0 systemd.run_success_action=poweroff-force "
                  f"systemd.run_failure_action=poweroff-force systemd.run=\"/bin/sh -c '{command} >/dev/ttyS1 2>&1'\"")
        with subprocess.Popen(
                ["qemu-system-x86_64", "-accel", "tcg,thread=multi", "-M", "q35", "-smp", "2", "-m", "1024",
                 "-nodefaults", "-no-reboot", "-display", "none", "-serial", f"file:{console}", "-serial",
                 f"file:{out}", "-kernel", image + "/vmlinuz", "-initrd", image + "/initrd", "-append", append,
                 "-drive", f"file={image}/image,format=raw,if=virtio,snapshot=on", "-drive",
                 f"file={archive},format=raw,if=virtio,readonly=on"], stdin=subprocess.DEVNULL) as qemu:
            try:
                qemu.wait(SECONDS)
            except subprocess.TimeoutExpired:
                qemu.kill()
        return tuple(open(path, encoding="utf-8", errors="replace").read() for path in (out, console))


def _run(*command):
    done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout
