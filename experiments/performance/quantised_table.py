#!/usr/bin/env python3
"""Lays the raw results of `run-quantised` side by side: experiments/performance/quantised_table.py OUT"""
import glob
import json
import os
import re
import statistics
import sys

rates = {}
shares = {}
for path in sorted(glob.glob(os.path.join(sys.argv[1], "*-*-*-*.json"))):
    program, kind, depth, _ = re.fullmatch(r"(\w+)-(\w+)-(\d+)-(\d+)\.json", os.path.basename(path)).groups()
    if os.path.getsize(path) == 0:
        continue
    for row in json.load(open(path)):
        if program == "kvasir":
            test, rate = row["test"], row["median"]
            shares.setdefault((kind, test), []).append(row["gb_share"])
        else:
            test = f"pp{row['n_prompt']}" if row["n_prompt"] else f"tg{row['n_gen']}"
            test += f" @ d{row['n_depth']}" if row["n_depth"] else ""
            rate = statistics.median(row["samples_ts"])
        rates.setdefault((kind, test), {}).setdefault(program, []).append(rate)

print("| type | test | Kvasir, tokens/s | llama.cpp, tokens/s | ratio of each round | of the read limit |")
print("|---|---|---:|---:|---:|---:|")
for (kind, test), programs in rates.items():
    ours, theirs = programs.get("kvasir", []), programs.get("llama", [])
    if not ours:
        continue
    ratios = " ".join(f"{a / b:.2f}" for a, b in zip(ours, theirs))
    other = f"{statistics.median(theirs):.1f}" if theirs else ""
    share = f"{100 * statistics.median(shares[kind, test]):.0f} %"
    print(f"| {kind.upper()} | {test} | {statistics.median(ours):.1f} | {other} | {ratios} | {share} |")
