#!/usr/bin/env python3
"""Measures what waiting costs: python3 experiments/idle/measure.py [SECONDS] [TRANSPORT,...]

For each transport a server of two ranks waits SECONDS (600) without a request. Printed are the share of a core that each of its
processes takes meanwhile, and the times of requests for one token: right behind another one, and after pauses. What the ranks
take longer after a pause is the time in which they wake up. Needs Python 3.9, and nothing beside it.
"""
import json
import os
import pathlib
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODEL = ROOT / "experiments/demo-model/model"
TICKS = os.sysconf("SC_CLK_TCK")
PAUSES = (0.0, 0.1, 1.0)
REQUESTS = {0.0: 50, 0.1: 30, 1.0: 7}


def start(transport):
    """Starts a server, and returns its process and address."""
    log = tempfile.TemporaryFile("w+")
    command = [ROOT / "launch/kvasir", "serve", "--model", MODEL, "--port", "0", "--ranks", "2", "--threads", "1",
               "--transport", transport]
    process = subprocess.Popen(command, stderr=log, stdout=subprocess.DEVNULL, start_new_session=True)
    for _ in range(1200):
        log.seek(0)
        text = log.read()
        found = re.search(r"(http://\S+)/v1", text)
        if found:
            return process, found.group(1)
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise SystemExit(f"{transport}: the server did not start: {text}")


def ask(base):
    """Returns the seconds that a request for one token takes."""
    body = json.dumps({"prompt": [1, 5, 9], "max_tokens": 1, "temperature": 0}).encode()
    request = urllib.request.Request(base + "/v1/completions", body, {"Content-Type": "application/json"})
    begin = time.perf_counter()
    with urllib.request.urlopen(request, timeout=60) as answer:
        answer.read()
    return time.perf_counter() - begin


def processes(group):
    """Returns the ticks of all JVMs of a session by process."""
    ticks = {}
    for entry in pathlib.Path("/proc").iterdir():
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            if entry.name.isdigit() and int(fields[3]) == group and (entry / "comm").read_text().strip() == "java":
                ticks[int(entry.name)] = int(fields[11]) + int(fields[12])
        except (OSError, IndexError):
            continue
    return ticks


def role(process):
    """Returns what a process is: a rank, by the variables that it was started with, or what started the ranks."""
    variables = pathlib.Path(f"/proc/{process}/environ").read_bytes().split(b"\0")
    for name in (b"KVASIR_RANK=", b"OMPI_COMM_WORLD_RANK="):
        for variable in variables:
            if variable.startswith(name):
                return "rank " + variable[len(name):].decode()
    return "the server"


def times(base, pause):
    taken = []
    for _ in range(REQUESTS[pause]):
        time.sleep(pause)
        taken.append(1e3 * ask(base))
    return taken


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 600
    transports = sys.argv[2].split(",") if len(sys.argv) > 2 else ["inprocess", "mpj", "native"]
    # Servers are ended however this ends.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    servers = {}
    try:
        for name in transports:
            servers[name] = start(name)
        for process, base in servers.values():
            for _ in range(150):
                ask(base)
        time.sleep(3)
        before = {name: processes(process.pid) for name, (process, _) in servers.items()}
        begin = time.perf_counter()
        time.sleep(seconds)
        waited = time.perf_counter() - begin
        after = {name: processes(process.pid) for name, (process, _) in servers.items()}
        print("| transport | share of a core, each process | " + f"first answer after {waited:.0f} s, ms | "
              + " | ".join(f"after {pause:g} s: median, worst" for pause in PAUSES) + " |")
        print("|" + "---|" * (3 + len(PAUSES)))
        for name, (process, base) in servers.items():
            shares = sorted(
                (role(i), (after[name][i] - ticks) / TICKS / waited) for i, ticks in before[name].items())
            first = 1e3 * ask(base)
            row = [times(base, pause) for pause in PAUSES]
            print(f"| {name} | " + ", ".join(f"{who} {100 * share:.2f} %" for who, share in shares) + f" | {first:.1f} | "
                  + " | ".join(f"{statistics.median(t):.1f}, {max(t):.1f}" for t in row) + " |", flush=True)
    finally:
        for process, _ in servers.values():
            process.send_signal(signal.SIGTERM)
        for process, _ in servers.values():
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
