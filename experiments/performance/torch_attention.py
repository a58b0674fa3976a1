#!/usr/bin/env python3
"""libtorch's scaled_dot_product_attention on the shapes of the JMH benchmarks: python3 torch_attention.py THREADS"""
import json
import statistics
import sys
import time

import torch

HEADS, KV_HEADS, DIM = 16, 8, 128


def median_seconds(call, repetitions):
    call()
    times = []
    for _ in range(repetitions):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def attend(queries, keys, dtype, causal):
    q = torch.randn(1, HEADS, queries, DIM, dtype=dtype)
    k = torch.randn(1, KV_HEADS, keys, DIM, dtype=dtype)
    v = torch.randn(1, KV_HEADS, keys, DIM, dtype=dtype)
    return lambda: torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=causal, enable_gqa=True)


def main():
    torch.set_num_threads(int(sys.argv[1]))
    rows = []
    with torch.inference_mode():
        for dtype in (torch.float32, torch.bfloat16):
            name = str(dtype).split(".")[1]
            size = torch.finfo(dtype).bits // 8
            seconds = median_seconds(attend(1, 65536, dtype, False), 7)
            kv = 2 * 65536 * KV_HEADS * DIM * size
            rows.append({"test": "decode 65536", "dtype": name, "ms": seconds * 1e3, "gb_per_second": kv / seconds / 1e9})
            for n in (2048, 8192):
                seconds = median_seconds(attend(n, n, dtype, True), 5 if n == 2048 else 3)
                flops = 4 * HEADS * DIM * n * (n + 1) / 2
                rows.append({"test": f"prefill {n}", "dtype": name, "ms": seconds * 1e3, "gflops": flops / seconds / 1e9})
    json.dump({"torch": torch.__version__, "threads": torch.get_num_threads(), "rows": rows}, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
