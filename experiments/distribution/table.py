"""Prints the results of experiments/distribution/run as a table: table.py OUT"""

import json
import pathlib
import sys

ORDER = ["1x1-none", "1x2-none", "1x2-again", "1x2-later", "2x1-inprocess", "2x1-mpj", "2x1-native",
         "4x1-inprocess", "4x1-mpj", "4x1-native"]


def main(folder):
    rows = {}
    for name in ORDER:
        path = pathlib.Path(folder, name + ".json")
        if path.exists():
            rows[name] = json.loads(path.read_text())
    print("| P x T | transport | depth | tokens/s | of 1 x 2 | exposed ms | bytes sent | messages | MiB of a rank |")
    print("|---|---|---:|---:|---:|---:|---:|---:|---:|")
    base = {}
    for name in ("1x2-none", "1x2-again", "1x2-later"):
        for row in rows.get(name, []):
            base.setdefault(row["test"], []).append(row["median"])
    for name, tests in rows.items():
        layout = name.split("-")[0].replace("x", " x ")
        mark = ", oversubscribed" if tests[0]["ranks"] * tests[0]["threads"] > 2 else ""
        for row in tests:
            depth = row["test"].split("@ d")[-1] if "@" in row["test"] else "0"
            share = row["median"] / (sum(base[row["test"]]) / len(base[row["test"]]))
            print(
                f"| {layout}{mark} | {row['transport']} | {depth} | {row['median']:.2f} | {100 * share:.0f} % "
                f"| {row['exposed_ms_per_token']:.2f} | {row['bytes_per_token']:,.0f} "
                f"| {row['messages_per_token']:.0f} | {row['resident_mib_per_rank']:.0f} |"
            )


main(sys.argv[1])
