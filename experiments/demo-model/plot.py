"""Draws loss.csv as loss.svg: python plot.py OUT/loss.csv"""

import csv
import math
import pathlib
import shutil
import sys

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams["svg.hashsalt"] = "kvasir"
import matplotlib.pyplot as plt

HERE = pathlib.Path(__file__).resolve().parent
SMOOTH = 20


def smooth(values):
    """Mean of each value and those before it, up to SMOOTH."""
    means = []
    for i in range(len(values)):
        # A batch without answers has no accuracy.
        window = [v for v in values[max(0, i - SMOOTH + 1) : i + 1] if not math.isnan(v)]
        means.append(sum(window) / len(window))
    return means


def main():
    given = pathlib.Path(sys.argv[1])
    with open(given, newline="") as file:
        rows = list(csv.DictReader(file))
    if given.resolve() != HERE / "loss.csv":
        shutil.copy(given, HERE / "loss.csv")
    steps = [int(row["step"]) for row in rows]
    figure, (losses, answers) = plt.subplots(2, 1, sharex=True, figsize=(9, 6.5))
    for name, label in ("other_loss", "document text"), ("answer_loss", "answers"):
        losses.plot(steps, smooth([float(row[name]) for row in rows]), label=label)
    losses.set_yscale("log")
    losses.set_ylabel("loss, nats per token")
    losses.legend()
    exact = [100 * float(row["exact"]) for row in rows]
    answers.plot(steps, smooth(exact), color="tab:green")
    answers.set_ylabel("answers right in the batch, %")
    answers.set_xlabel(f"step (16,384 tokens each; means of {SMOOTH})")
    answers.set_ylim(0, 100)
    tokens, longest = "", 0
    for row in rows:
        if row["tokens"] != tokens:
            tokens = row["tokens"]
            for axis in losses, answers:
                axis.axvline(int(row["step"]), color="grey", linewidth=0.6)
            if int(tokens) > longest:
                longest = int(tokens)
                answers.text(int(row["step"]) + 8, 3, tokens, fontsize=8, color="grey")
    for axis in losses, answers:
        axis.grid(alpha=0.3)
        axis.spines[["top", "right"]].set_visible(False)
    figure.suptitle("Training of the demo model: sequences of 256 to 8,192 tokens")
    figure.tight_layout()
    figure.savefig(HERE / "loss.svg", metadata={"Date": None})


if __name__ == "__main__":
    main()
