"""Greedy tokens of the shipped model by transformers, for the tests: python golden.py"""

import json
import pathlib

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

import documents

HERE = pathlib.Path(__file__).resolve().parent
GOLDEN = HERE.parents[1] / "src" / "test" / "resources" / "golden" / "demo-model.json"


def prompts(tokenizer):
    """(name, text): questions by the chat template, and texts to continue."""
    for seed, sentences in (101, 20), (102, 60), (103, 150), (104, 300):
        document = next(documents.stream(seed, sentences))
        text = "".join(document["sentences"])
        for which in 0, len(document["facts"]) // 2:
            chat = [
                {"role": "system", "content": text},
                {"role": "user", "content": document["facts"][which]["question"]},
            ]
            yield (
                f"seed {seed}, fact {which}",
                tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True),
            )
    yield "continued", "Here begins the chronicle of"
    document = next(documents.stream(105, 30))
    yield "continued, seed 105", "".join(document["sentences"])


def main():
    tokenizer = AutoTokenizer.from_pretrained(HERE / "model")
    network = AutoModelForCausalLM.from_pretrained(HERE / "model", dtype=torch.float32).eval()
    cases = []
    for name, text in prompts(tokenizer):
        ids = tokenizer(text, return_tensors="pt", add_special_tokens=False).input_ids
        told = network.generate(ids, max_new_tokens=40)[0, ids.shape[1] :].tolist()
        print(name, ids.shape[1], repr(tokenizer.decode(told)))
        cases.append({"name": name, "text": text, "tokens": ids.shape[1], "greedy": told})
    GOLDEN.write_text(json.dumps(cases, indent=1) + "\n")


if __name__ == "__main__":
    main()
