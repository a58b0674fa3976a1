#!/usr/bin/env python3
"""Compares two checkouts, or two settings of one, in turns: turns.py SECONDS OLD NEW REPETITIONS OPTION...

Both run `launch/kvasir bench OPTION...`, one stopped while the other computes, SECONDS each, so that a machine whose speed changes
within seconds changes it for both. Choose SECONDS to be three times as long as a repetition, or longer. Options of one side
alone follow `--vs`: turns.py 2.5 . . 60 --model M --prompt 0 --gen 8 --vs --block-size 256 --vs --block-size 64.

A repetition that was stopped is left out. The medians of neighbouring turns are pairs; printed are the geometric mean of their
ratios, new over old, with its interval of 95 %, and their median. Needs Python 3.9, and nothing beside it.
"""
import json
import math
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time

STOPPED = 2.2  # times the median: a repetition that was stopped takes a turn longer


def split(arguments):
    """Returns the common options and those of each side."""
    parts = [[]]
    for argument in arguments:
        if argument == "--vs":
            parts.append([])
        else:
            parts[-1].append(argument)
    if len(parts) not in (1, 3):
        raise SystemExit("turns.py: give --vs twice, or not at all")
    return parts[0], parts[1:] or [[], []]


def start(checkout, options, repetitions):
    """Starts a benchmark in a session of its own, and returns it with its output."""
    out = tempfile.TemporaryFile("w+")
    command = ["launch/kvasir", "bench", *options, "--repetitions", repetitions, "--output", "json"]
    process = subprocess.Popen(command, cwd=checkout, stdout=out, stderr=subprocess.DEVNULL, start_new_session=True)
    return process, out


def send(process, number):
    """Sends a signal to all of a benchmark that runs."""
    if process.poll() is None:
        os.killpg(process.pid, number)


def take_turns(sides, seconds):
    """Lets the benchmarks run to their end, one at a time."""
    running = 0
    send(sides[1], signal.SIGSTOP)
    while any(side.poll() is None for side in sides):
        end = time.monotonic() + seconds
        while time.monotonic() < end and sides[running].poll() is None:
            time.sleep(0.02)
        other = 1 - running
        if sides[other].poll() is None:
            send(sides[running], signal.SIGSTOP)
            send(sides[other], signal.SIGCONT)
            running = other


def turns(samples):
    """Returns the median rate of each turn with two repetitions or more."""
    limit = STOPPED * statistics.median(1 / rate for rate in samples)
    found = [[]]
    for rate in samples:
        if 1 / rate > limit:
            found.append([])
        else:
            found[-1].append(rate)
    return [statistics.median(turn) for turn in found if len(turn) >= 2]


def compare(test, old, new):
    """Prints the ratio of two tests."""
    logs = [math.log(after / before) for before, after in zip(turns(old), turns(new))]
    if len(logs) < 2:
        print(f"{test}: too few turns; give more repetitions")
        return
    mean = statistics.mean(logs)
    half = 1.96 * statistics.stdev(logs) / math.sqrt(len(logs))
    print(
        f"{test}: {statistics.median(old):.2f} and {statistics.median(new):.2f} tokens/s, {len(logs)} pairs, ratio "
        f"{math.exp(mean):.3f} [{math.exp(mean - half):.3f}, {math.exp(mean + half):.3f}], "
        f"median {math.exp(statistics.median(logs)):.3f}"
    )


def main():
    if len(sys.argv) < 6:
        raise SystemExit(__doc__)
    seconds, old, new, repetitions = sys.argv[1:5]
    common, own = split(sys.argv[5:])
    sides = [start(checkout, common + options, repetitions) for checkout, options in zip((old, new), own)]
    processes = [process for process, _ in sides]
    try:
        take_turns(processes, float(seconds))
    finally:
        for process in processes:
            send(process, signal.SIGCONT)
            send(process, signal.SIGKILL)
    results = []
    for process, out in sides:
        out.seek(0)
        if process.returncode != 0:
            raise SystemExit(f"turns.py: a benchmark ended with {process.returncode}")
        results.append({test["test"]: test["samples"] for test in json.load(out)})
    for test, samples in results[0].items():
        compare(test, samples, results[1].get(test, []))


if __name__ == "__main__":
    main()
