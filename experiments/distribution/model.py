"""Messages in sequence and exposed time per decoded token by number of ranks, from a measured link.

    model.py LATENCY_US GB_PER_S [READ_GB_PER_S]      of one link, and of one rank's memory

Counts are those of the code: five exchanges a layer, four all-gathers of ceil(log2 P) messages and the merge of
attention states by the cheapest topology (kvasir.attention.MergeCosts), a gather of logits and a broadcast of the
token. Times follow from latency and bytes alone: waiting for slower ranks is not in them.
"""

import math
import sys

# Qwen3-0.6B and Qwen3-32B: layers, hidden, intermediate, heads, KV heads, head_dim, vocabulary.
SHAPES = {"qwen3-0.6b": (28, 1024, 3072, 16, 8, 128, 151936), "qwen3-32b": (64, 5120, 25600, 64, 8, 128, 151936)}
OVERLAP = 0.3


def merge(ranks, state_bytes, latency, per_byte):
    """The cheapest topology: name, messages in sequence, seconds."""
    rounds = math.ceil(math.log2(ranks))
    levels = rounds if ranks & (ranks - 1) == 0 else rounds + 1
    part = state_bytes / ranks
    costs = {
        "gather": (rounds, rounds * latency + (ranks - 1) * state_bytes * per_byte),
        "butterfly": (levels, levels * (latency + state_bytes * per_byte)),
        "alltoall": (1 + rounds, latency * (1 + OVERLAP * (ranks - 2) + rounds) + 2 * (ranks - 1) * part * per_byte),
        "tree": (levels + rounds, (levels + rounds) * (latency + state_bytes * per_byte)),
    }
    name = min(costs, key=lambda key: costs[key][1])
    return (name, *costs[name])


def row(shape, ranks, latency, per_byte):
    layers, hidden, inner, heads, kv_heads, dim, vocabulary = SHAPES[shape]
    rounds = math.ceil(math.log2(ranks))
    gathered = 4 * ((heads + 2 * kv_heads) * dim + hidden + inner + hidden) * (ranks - 1) / ranks
    name, steps, seconds = merge(ranks, 4 * heads * (dim + 2), latency, per_byte)
    messages = layers * (4 * rounds + steps) + 2 * rounds
    logits = rounds * latency + 4 * vocabulary * (ranks - 1) / ranks * per_byte
    exposed = layers * (4 * rounds * latency + gathered * per_byte + seconds) + logits + rounds * latency
    return name, messages, exposed


def weights(shape):
    layers, hidden, inner, heads, kv_heads, dim, vocabulary = SHAPES[shape]
    return 2 * (layers * hidden * ((2 * heads + 2 * kv_heads) * dim + 3 * inner) + vocabulary * hidden)


def main(latency_us, gb_per_s, read_gb_per_s=None):
    latency, per_byte = float(latency_us) * 1e-6, 1e-9 / float(gb_per_s)
    for shape in SHAPES:
        read = weights(shape) / (float(read_gb_per_s) * 1e9) if read_gb_per_s else 0
        print(f"\n{shape}, link {latency_us} us, {gb_per_s} GB/s" + (f", read {read_gb_per_s} GB/s a rank" if read else ""))
        print("| P | merge | messages in sequence | exposed ms | reading weights ms |")
        print("|---:|---|---:|---:|---:|")
        for power in range(1, 11):
            ranks = 2**power
            name, messages, exposed = row(shape, ranks, latency, per_byte)
            print(f"| {ranks} | {name} | {messages} | {1e3 * exposed:.2f} | {1e3 * read / ranks:.2f} |")


if len(sys.argv) not in (3, 4):
    sys.exit(__doc__)
main(*sys.argv[1:])
