# SPDX-License-Identifier: Apache-2.0
"""What probing peers costs: time beside one plain bind and read, memory of many peers beside few."""

import contextlib
import os
import queue
import socket
import statistics
import subprocess
import threading
import time

import ldap
from probes import link_line, probe
from slapd import PASSWORD, SUFFIX, Database, syncrepl
from tools import tool_path

ROUNDS = 7
TRIES = 4  # a machine with other work makes what needs more processes look worse: one quiet try is enough
LINE_SEC = 0.02  # one way: peers in another building
MAX_TIME = 3  # of probing three peers, over the slowest single bind and read; two looks before the bind are two round trips
MAX_MEMORY = 2.3  # of probing 999 peers, over that of 3: each answer holds what two accounts see
CONCURRENCY = 8
LONGEST_SEC = 300  # a round ends by itself after 60 s: who takes longer hangs, and it is told in what
REPLICATOR = "cn=replicator," + SUFFIX


def _take(source, line):
    """Puts bytes on the line, with the time at which they are at its other end."""
    data = b"begin"
    while data:
        data = b""
        with contextlib.suppress(OSError):
            data = source.recv(65536)
        line.put((time.perf_counter() + LINE_SEC, data))


def _hand_on(line, target):
    """Takes them off; many may be on their way at once."""
    with contextlib.suppress(OSError):
        while True:
            due, data = line.get()
            time.sleep(max(0, due - time.perf_counter()))
            if not data:
                break
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


def _accept(listener, port):
    with contextlib.suppress(OSError):
        while True:
            near, _ = listener.accept()
            far = socket.create_connection(("127.0.0.1", port))
            for end in (near, far):  # the line keeps nothing back: Nagle's 40 ms would be ours, not the peer's
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for pair in ((near, far), (far, near)):
                line = queue.SimpleQueue()
                threading.Thread(target=_take, args=(pair[0], line), daemon=True).start()
                threading.Thread(target=_hand_on, args=(line, pair[1]), daemon=True).start()


@contextlib.contextmanager
def long_line(server):
    """A way to the server that takes its time; yields the URI."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_accept, args=(listener, server.port), daemon=True).start()
        yield "ldap://127.0.0.1:%d" % listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def bind_and_read(uri):
    """Milliseconds that a plain client takes to bind and to read one entry."""
    start = time.perf_counter()
    connection = ldap.initialize(uri)
    connection.set_option(ldap.OPT_TIMEOUT, LONGEST_SEC)
    connection.simple_bind_s(REPLICATOR, PASSWORD)
    connection.search_s(SUFFIX, ldap.SCOPE_BASE, attrlist=["contextCSN"])
    taken = time.perf_counter() - start
    connection.unbind_s()
    return taken * 1000


def make_peers(farm, n):
    """Servers with data, ids from 1."""
    for i in range(1, n + 1):
        server = farm([Database(overlays=("syncprov",))])
        server.modify("cn=config", [(ldap.MOD_REPLACE, "olcServerID", str(i))])
        server.seed()
        yield server


def best(measure, limit):
    """The first (ratio, ...) within the limit, or the last."""
    for _ in range(TRIES):
        found = measure()
        if found[0] <= limit:
            break
    return found


def times(servers):
    """(ratio, probing, a single bind and read) in milliseconds: three peers at the end of a line."""
    with contextlib.ExitStack() as stack:
        uris = [stack.enter_context(long_line(server)) for server in servers]
        links = [(syncrepl(i, uri), i) for i, uri in enumerate(uris, start=1)]
        single = max(statistics.median(bind_and_read(uri) for _ in range(ROUNDS)) for uri in uris)
        # Until the last result is there, as seen from the first start.
        took = statistics.median(max(r["duration_msec"] for r in probe(*links)) for _ in range(ROUNDS))
    return took / single, took, single


def bench_time(servers, check):
    """Everything is asked of three peers."""
    ratio, took, single = best(lambda: times(servers), MAX_TIME)
    mark = check(ratio <= MAX_TIME, f"probing three peers takes {ratio:.2f} times a single bind and read")
    print(f"\nprobing 3 peers, ms: {took:.1f}, slowest single bind and read {single:.1f}: ratio {ratio:.2f}, "
          f"limit {MAX_TIME}{mark}")


def _pss_kib(pid):
    with contextlib.suppress(OSError, ValueError), open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        return next((int(line.split()[1]) for line in file if line.startswith("Pss:")), 0)
    return 0


def _children(pid):
    with contextlib.suppress(OSError), open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return file.read().split()
    return []


def _doing(pid):
    """What a process waits for in the kernel, and its command."""
    found = []
    for name in ("wchan", "syscall", "cmdline"):
        with contextlib.suppress(OSError), open(f"/proc/{pid}/{name}", encoding="utf-8", errors="replace") as file:
            found.append(file.read().replace("\0", " ").strip())
    return f"{pid}: {' | '.join(found)}"


def peak_mib(links):
    """The most memory that a round and its processes have together, as seen now and then."""
    peak = 0
    with subprocess.Popen([tool_path("probe_tool"), f"concurrency={CONCURRENCY}"], stdin=subprocess.PIPE,
                          stdout=subprocess.DEVNULL, text=True) as process:
        process.stdin.write("".join(link_line(*link) for link in links))
        process.stdin.close()
        end = time.monotonic() + LONGEST_SEC
        while process.poll() is None:
            if time.monotonic() > end:
                doing = [_doing(pid) for pid in (process.pid, *_children(process.pid))]
                process.kill()
                raise RuntimeError(f"a round of {len(links)} probes does not end:\n" + "\n".join(doing))
            peak = max(peak, sum(map(_pss_kib, [process.pid, *_children(process.pid)])))
    return peak / 1024


def memory(servers):
    """(ratio, few, many) in MiB: three peers and 999, of which many are the same server."""
    def links(n):
        return [(syncrepl(i, servers[i % len(servers)].ldap_uri), i % len(servers) + 1) for i in range(n)]
    few = max(peak_mib(links(3)) for _ in range(80))  # each is over before many looks
    many = peak_mib(links(999))
    return many / few, few, many


def bench_memory(servers, check):
    """What many peers take more than few."""
    ratio, few, many = best(lambda: memory(servers), MAX_MEMORY)
    mark = check(ratio <= MAX_MEMORY, f"probing 999 peers takes {ratio:.2f} times the memory of 3")
    print(f"memory of probing with {CONCURRENCY} at once, MiB: 3 peers {few:.1f}, 999 peers {many:.1f}: "
          f"ratio {ratio:.2f}, limit {MAX_MEMORY}{mark}")


def bench_probes(folder, farm, check):
    """Both; check(is_good, text) notes what does not hold and returns a mark."""
    os.environ["SYNCWARD_PROGRAM"] = os.path.join(folder, "syncward")  # its tools stand beside it
    servers = list(make_peers(farm, 3))
    bench_time(servers, check)
    bench_memory(servers, check)
