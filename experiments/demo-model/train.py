"""Trains the demo model: python train.py OUT [--resume]. See README.md for what it took."""

import argparse
import csv
import json
import pathlib
import queue
import random
import threading
import time

import torch
import torch.nn.functional as F
from tokenizers import Tokenizer

import documents
import model as qwen3

HERE = pathlib.Path(__file__).resolve().parent


def examples(settings, tokenizer, number, stage):
    """Endless (ids, answers) of a stage; each stage reads seeds of its own."""
    seed = settings["first_seed"] + number * 10_000_000
    rng = random.Random(seed)
    tokens = stage["tokens"]
    for document in documents.stream(
        seed, stage["sentences"], shared_surnames=stage["shared_surnames"]
    ):
        if rng.random() < stage["raw_documents"]:
            ids, answers = documents.plain(tokenizer, document, tokens)
        else:
            share = stage["questions"]
            ids, answers = documents.conversation(tokenizer, document, tokens, share, rng)
        missing = tokens - len(ids)
        yield ids + [0] * missing, answers + [-1] * missing, positions(settings, tokens, rng)


def positions(settings, tokens, rng):
    """Positions with a few jumps ahead, so that short texts show the model long distances too."""
    room = settings["model"]["max_position_embeddings"] - tokens
    steps = torch.ones(tokens, dtype=torch.long)
    steps[0] = 0
    if rng.random() < settings["jumps"]:
        left = rng.randint(0, room)
        for _ in range(rng.randint(1, 4)):
            jump = rng.randint(0, left)
            steps[rng.randrange(1, tokens)] += jump
            left -= jump
    return steps.cumsum(0)


def batches(settings, tokenizer, number, stage, skip):
    source = examples(settings, tokenizer, number, stage)
    for step in range(stage["steps"]):
        rows = [next(source) for _ in range(stage["batch"])]
        if step >= skip:
            ids, answers, places = zip(*rows)
            yield torch.tensor(ids), torch.tensor(answers), torch.stack(places)
    source.close()


def ahead(iterator, depth=4):
    """The same items, made by a thread that runs ahead."""
    line = queue.Queue(depth)

    def work():
        for item in iterator:
            line.put(item)
        line.put(None)

    threading.Thread(target=work, daemon=True).start()
    while (item := line.get()) is not None:
        yield item


def exact(right, spans):
    """Share of whole answers of which every token is right.

    right and spans are [answer tokens]: whether a token was right, and the number of its answer.
    """
    if len(spans) == 0:
        return float("nan")
    wrong = torch.zeros(int(spans.max()) + 1).index_add_(0, spans, (~right).float())
    return (wrong[spans.unique()] == 0).float().mean().item()


def losses(forward, network, batch, other_weight, other_share):
    """Loss on the answers, and on a random share of the other tokens: logits cost the most."""
    ids, answers, places = batch
    wanted, spans = ids[:, 1:].flatten(), answers[:, 1:].flatten()
    chosen = (spans > 0) | ((spans == 0) & (torch.rand(spans.shape) < other_share))
    chosen = chosen.nonzero().squeeze(1)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        hidden = forward(ids, places)[:, :-1].flatten(0, 1)
        logits = network.logits(hidden[chosen]).float()
    wanted, spans = wanted[chosen], spans[chosen]
    each = F.cross_entropy(logits, wanted, reduction="none")
    # A batch of plain documents alone has no answers.
    answer = each[spans > 0].sum() / (spans > 0).sum().clamp(min=1)
    other = each[spans == 0].mean()
    with torch.no_grad():
        rows = chosen.div(ids.shape[1] - 1, rounding_mode="floor")[spans > 0]
        number = rows * ids.shape[1] + spans[spans > 0]
        accuracy = exact((logits.argmax(-1) == wanted)[spans > 0], number)
    return answer + other_weight * other, answer.item(), other.item(), accuracy


def optimizers(network, settings):
    matrices, embedding, norms = [], [], []
    for name, weight in network.named_parameters():
        kind = norms if weight.dim() == 1 else embedding if "embed" in name else matrices
        kind.append(weight)
    muon = torch.optim.Muon(matrices, lr=settings["muon_rate"], weight_decay=0.0, momentum=0.95)
    # Norms scale queries and keys: attention over thousands of tokens wants them large.
    groups = [
        {"params": embedding, "lr": settings["adam_rate"]},
        {"params": norms, "lr": settings["norm_rate"]},
    ]
    adam = torch.optim.AdamW(groups, betas=(0.9, 0.95), weight_decay=0.0)
    return [muon, adam]


def rate(knots, step):
    """What all learning rates are multiplied by: straight lines between (step, factor)."""
    for (begin, low), (end, high) in zip(knots, knots[1:]):
        if step < end:
            return low + (high - low) * (step - begin) / (end - begin)
    return knots[-1][1]


def save(path, state):
    fresh = path.with_suffix(".new")
    torch.save(state, fresh)
    fresh.replace(path)


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("out", type=pathlib.Path)
    arguments.add_argument("--settings", type=pathlib.Path, default=HERE / "settings.json")
    arguments.add_argument("--resume", action="store_true")
    arguments.add_argument("--threads", type=int, default=2)
    given = arguments.parse_args()
    settings = json.loads(given.settings.read_text())
    given.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(settings["first_seed"])
    torch.set_num_threads(given.threads)
    tokenizer = Tokenizer.from_file(str(HERE / "model" / "tokenizer.json"))
    network = qwen3.Qwen3(settings["model"])
    network.start(settings["qk_norm_start"])
    compiled = torch.compile(network, dynamic=False)
    optims = optimizers(network, settings)
    total = sum(stage["steps"] for stage in settings["stages"])
    done, seconds = 0, 0.0
    checkpoint = given.out / "checkpoint.pt"
    if given.resume:
        state = torch.load(checkpoint)
        network.load_state_dict(state["network"])
        for optim, saved in zip(optims, state["optims"]):
            optim.load_state_dict(saved)
        done, seconds = state["step"], state["seconds"]
    for optim in optims:
        for group in optim.param_groups:
            group.setdefault("full", group["lr"])
    with open(given.out / "loss.csv", "a" if given.resume else "w", newline="") as file:
        log = csv.writer(file)
        if not given.resume:
            log.writerow(["step", "tokens", "answer_loss", "other_loss", "exact", "seconds"])
        step = 0
        for number, stage in enumerate(settings["stages"]):
            skip = min(stage["steps"], max(0, done - step))
            step += skip
            if skip == stage["steps"]:
                continue
            # Compiled attention is slower than the library's own where sequences are long.
            forward = compiled if stage["tokens"] <= 1024 else network
            for batch in ahead(batches(settings, tokenizer, number, stage, skip)):
                begin = time.monotonic()
                for optim in optims:
                    for group in optim.param_groups:
                        group["lr"] = group["full"] * rate(settings["rates"], step)
                loss, answer, other, accuracy = losses(
                    forward, network, batch, settings["other_weight"], settings["other_share"]
                )
                loss.backward()
                torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
                for optim in optims:
                    optim.step()
                    optim.zero_grad()
                step += 1
                seconds += time.monotonic() - begin
                row = [step, stage["tokens"], f"{answer:.4f}", f"{other:.4f}"]
                row += [f"{accuracy:.4f}", f"{seconds:.1f}"]
                log.writerow(row)
                if step % 10 == 0:
                    file.flush()
                    print(*row, flush=True)
                if step % 100 == 0 or step == total:
                    state = {"network": network.state_dict(), "step": step, "seconds": seconds}
                    state["optims"] = [optim.state_dict() for optim in optims]
                    save(checkpoint, state)


if __name__ == "__main__":
    main()
