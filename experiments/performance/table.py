#!/usr/bin/env python3
"""Lays the raw results of `run` side by side: experiments/performance/table.py OUT"""
import json
import os
import statistics
import sys

OUT = sys.argv[1]
HEADS, KV_HEADS, DIM = 16, 8, 128


def load(name):
    path = os.path.join(OUT, name + ".json")
    return json.load(open(path)) if os.path.exists(path) and os.path.getsize(path) else []


def llama(*names):
    """Best of llama.cpp's settings for each test, by the median of its samples."""
    best = {}
    for name in names:
        for row in load(name):
            test = f"pp{row['n_prompt']}" if row["n_prompt"] else f"tg{row['n_gen']}"
            test += f" @ d{row['n_depth']}" if row["n_depth"] else ""
            rate = statistics.median(row["samples_ts"])
            best[test] = max(best.get(test, (0, "")), (rate, "on" if row["flash_attn"] in (True, 1) else "off"))
    return best


def rows(name):
    return {r["test"]: r for r in load(name)}


def compare():
    ours = {}
    for name in ("kvasir-d0", "kvasir-d4096", "kvasir-d16384"):
        ours.update(rows(name))
    theirs = llama("llama-d0", "llama-d4096", "llama-d4096-fa", "llama-d16384")
    if "tg8 @ d16384" in theirs:
        theirs["tg32 @ d16384"] = theirs["tg8 @ d16384"]
    print("| test | Kvasir t/s (median) | llama.cpp t/s (flash attention) | ratio | of read limit | of FMA limit |")
    print("|---|---:|---:|---:|---:|---:|")
    for test, r in ours.items():
        rate, flash = theirs.get(test, (float("nan"), "-"))
        print(f"| {test} | {r['median']:.2f} | {rate:.2f} ({flash}) | {r['median'] / rate:.2f} "
              f"| {100 * r['gb_share']:.0f} % | {100 * r['gflops_share']:.0f} % |")
    some = next(iter(ours.values()))
    print(f"\nlimits: read {some['read_limit_gb_per_second']:.1f} GB/s, FMA {some['fma_limit_gflops']:.0f} GFLOP/s")
    one = rows("kvasir-1-thread")
    for test in ("pp512", "tg32 @ d4096"):
        if test in one and test in ours:
            print(f"{test}: {ours[test]['median'] / one[test]['median']:.2f} times one thread's "
                  f"(read limits {ours[test]['read_limit_gb_per_second'] / one[test]['read_limit_gb_per_second']:.2f})")


def attention():
    limits = next(iter(rows("kvasir-d0").values()))
    torch = {(r["test"], r["dtype"]): r for r in (load("torch") or {"rows": []})["rows"]}
    for bench in load("jmh-decode") + load("jmh-prefill"):
        p = bench["params"]
        score = bench["primaryMetric"]["score"]
        if "keys" in p:
            size = 4 if p["type"] == "F32" else 2
            rate = 2 * int(p["keys"]) * KV_HEADS * DIM * size / (score * 1e-6) / 1e9
            peer = torch.get(("decode 65536", "float32" if size == 4 else "bfloat16"), {}).get("gb_per_second")
            print(f"decode attention, {p['keys']} keys, {p['type']}: {rate:.1f} GB/s, "
                  f"{100 * rate / limits['read_limit_gb_per_second']:.0f} % of the read limit; libtorch {peer and round(peer, 1)} GB/s")
        else:
            n = int(p["tokens"])
            rate = 4 * HEADS * DIM * n * (n + 1) / 2 / (score * 1e-3) / 1e9
            peer = torch.get((f"prefill {n}", "float32"), {}).get("gflops")
            print(f"prefill attention, {n} tokens, {p['type']}: {rate:.0f} GFLOP/s, "
                  f"{100 * rate / limits['fma_limit_gflops']:.0f} % of the FMA limit; libtorch f32 {peer and round(peer)} GFLOP/s"
                  + (f", ratio {rate / peer:.2f}" if peer else ""))


def growth():
    for name, unit in (("kvasir-growth-decode", "gb"), ("kvasir-growth-prefill", "flop")):
        data = load(name)
        if len(data) < 2:
            continue
        print(f"{name}: " + ", ".join(f"{r['test']} {1e3 / r['median']:.2f} ms a token" for r in data))
        first, last = data[0], data[-1]
        seconds = 1 / last["median"] - 1 / first["median"]
        if unit == "gb":
            work = last["gb_per_second"] / last["median"] - first["gb_per_second"] / first["median"]
            limit = last["read_limit_gb_per_second"]
        else:
            work = last["gflops"] / last["median"] - first["gflops"] / first["median"]
            limit = last["fma_limit_gflops"]
        print(f"  slope: {work / seconds:.1f} G{'B' if unit == 'gb' else 'FLOP'}/s, {100 * work / seconds / limit:.0f} % of the limit")
        for a, b in zip(data, data[1:]):
            per = (1 / b["median"] - 1 / a["median"]) / (int(b["test"].split("d")[-1]) - int(a["test"].split("d")[-1]))
            print(f"  {a['test']} to {b['test']}: {per * 1e9:.1f} ns a token for each token of depth")


def memory():
    for r in load("kvasir-memory"):
        print(f"peak resident, {r['attention']}, {r['test']}: {r['peak_mib']:.0f} MiB")


compare()
print()
attention()
print()
growth()
print()
memory()
