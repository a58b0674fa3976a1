"""Documents from `launch/kvasir town`, as conversations of a document and questions on it."""

import json
import pathlib
import random
import subprocess

LAUNCHER = pathlib.Path(__file__).resolve().parents[2] / "launch" / "kvasir"
END_OF_TEXT, START, END = "<|endoftext|>", "<|im_start|>", "<|im_end|>"


def stream(first_seed, sentences, count=2**31 - 1, shared_surnames=False):
    """Documents of seeds counting up; ends the writer when the caller drops the generator."""
    command = [LAUNCHER, "town", "--json", "--seed", first_seed, "--sentences", sentences]
    command += ["--documents", count] + ["--shared-surnames"] * shared_surnames
    with subprocess.Popen([str(c) for c in command], stdout=subprocess.PIPE, text=True) as process:
        try:
            for line in process.stdout:
                yield json.loads(line)
        finally:
            process.kill()


def turn(role, text):
    return f"{START}{role}\n{text}{END}\n"


def system(sentences):
    return turn("system", "".join(sentences))


def question(text):
    return turn("user", text) + f"{START}assistant\n"


def fitting(tokenizer, document, tokens):
    """How many of the document's sentences fit into so many tokens."""
    offsets = tokenizer.encode("".join(document["sentences"])).offsets
    limit = offsets[tokens][0] if tokens < len(offsets) else offsets[-1][1]
    end = 0
    for count, sentence in enumerate(document["sentences"]):
        end += len(sentence)
        if end > limit:
            return count
    return len(document["sentences"])


def conversation(tokenizer, document, tokens, share, rng):
    """Ids of a document and questions until `tokens` are full, and which of them are answers.

    A share of the tokens goes to the questions. Cuts the last turn; pads nothing.
    """
    kept = fitting(tokenizer, document, int(tokens * (1 - share)) - 8)
    facts = [f for f in document["facts"] if f["sentence"] < kept]
    rng.shuffle(facts)
    text = system(document["sentences"][:kept])
    spans = []
    for fact in facts:
        text += question(fact["question"])
        begin = len(text)
        text += fact["answer"] + END
        spans.append((begin, len(text)))
        text += "\n"
    encoding = tokenizer.encode(text)
    answers = [0] * len(encoding.ids)
    at = 0
    for i, (begin, _) in enumerate(encoding.offsets):
        while at < len(spans) and begin >= spans[at][1]:
            at += 1
        if at < len(spans) and begin >= spans[at][0]:
            answers[i] = at + 1
    return encoding.ids[:tokens], answers[:tokens]


def plain(tokenizer, document, tokens):
    """Ids of a document alone, ended, and no answers."""
    ids = tokenizer.encode("".join(document["sentences"]) + END_OF_TEXT).ids[:tokens]
    return ids, [0] * len(ids)
