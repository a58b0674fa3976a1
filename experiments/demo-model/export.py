"""Writes a checkpoint in Hugging Face's layout and checks it: python export.py OUT/checkpoint.pt"""

import json
import pathlib
import sys

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer
from transformers import AutoModelForCausalLM

import documents
import model as qwen3

HERE = pathlib.Path(__file__).resolve().parent
MODEL = HERE / "model"
MOST_BYTES = 12_000_000


def config(settings, tokenizer):
    ends = [tokenizer.token_to_id(documents.END), tokenizer.token_to_id(documents.END_OF_TEXT)]
    return {
        "architectures": ["Qwen3ForCausalLM"],
        "model_type": "qwen3",
        "attention_bias": False,
        "attention_dropout": 0.0,
        "bos_token_id": None,
        "eos_token_id": ends,
        "hidden_act": "silu",
        "sliding_window": None,
        "tie_word_embeddings": True,
        "torch_dtype": "bfloat16",
        "use_cache": True,
        "use_sliding_window": False,
        **settings["model"],
    }


def generation_config(settings, tokenizer):
    wanted = config(settings, tokenizer)
    return {
        "do_sample": False,
        "eos_token_id": wanted["eos_token_id"],
        "pad_token_id": wanted["eos_token_id"][1],
    }


def write(path, text):
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(text)
    fresh.replace(path)


def check(network, settings, tokenizer):
    """transformers must compute the same function and choose the same tokens."""
    theirs = AutoModelForCausalLM.from_pretrained(MODEL, dtype=torch.float32).eval()
    document = next(documents.stream(0, 60))
    text = documents.system(document["sentences"])
    text += documents.question(document["facts"][0]["question"])
    ids = torch.tensor([tokenizer.encode(text).ids])
    with torch.no_grad():
        ours = network.logits(network(ids, torch.arange(ids.shape[1])[None]))
        difference = (ours - theirs(ids).logits).abs().max().item()
        told = theirs.generate(ids, max_new_tokens=40)[0, ids.shape[1] :].tolist()
    print(f"largest difference from transformers: {difference:.2e} of {ours.abs().max():.1f}")
    print(document["facts"][0]["question"], tokenizer.decode(told))
    assert difference < 1e-3


def main():
    settings = json.loads((HERE / "settings.json").read_text())
    tokenizer = Tokenizer.from_file(str(MODEL / "tokenizer.json"))
    state = torch.load(sys.argv[1])
    weights = {k: v.to(torch.bfloat16).contiguous() for k, v in state["network"].items()}
    file = MODEL / "model.safetensors"
    fresh = file.with_name("model.safetensors.new")
    save_file(weights, fresh, metadata={"format": "pt"})
    assert fresh.stat().st_size <= MOST_BYTES, fresh.stat().st_size
    fresh.chmod(0o644)
    fresh.replace(file)
    write(MODEL / "config.json", json.dumps(config(settings, tokenizer), indent=2) + "\n")
    text = json.dumps(generation_config(settings, tokenizer), indent=2) + "\n"
    write(MODEL / "generation_config.json", text)
    print(f"step {state['step']}: {file.stat().st_size} bytes")
    network = qwen3.Qwen3(settings["model"]).eval()
    network.load_state_dict({k: v.float() for k, v in weights.items()})
    check(network, settings, tokenizer)


if __name__ == "__main__":
    main()
