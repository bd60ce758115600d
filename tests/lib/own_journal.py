# SPDX-License-Identifier: Apache-2.0
"""A real systemd-journald with a journal of its own, for what reads one.

A command behind PREFIX finds in the journal what PREFIX got as its first word, a file with a line for each message of
slapd; whatever it is in, is gone when the command ends.
"""

SCRIPT = r"""
mount -t tmpfs -o mode=0755 tmpfs /run; mkdir -p /run/systemd/journal /run/log/journal
mount -t tmpfs tmpfs /var/log
/lib/systemd/systemd-journald 2>/dev/null & journald=$!
/usr/bin/python3 - "$1" <<'END'
import socket, sys, time
sender = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
for _ in range(300):
    try:
        sender.connect("/run/systemd/journal/dev-log")
        break
    except OSError:
        time.sleep(0.1)
with open(sys.argv[1], "rb") as file:
    for line in file:
        sender.send(b"<167>slapd[123]: " + line.rstrip())
sender.send(b"<167>slapd[123]: the end of the log")
END
shift
until journalctl -q -t slapd | grep -q 'the end of the log'; do sleep 0.1; done
status=0; "$@" || status=$?
kill $journald; wait $journald || true
exit $status
"""
PREFIX = ["unshare", "--mount", "--propagation", "private", "sh", "-uc", SCRIPT, "sh"]
