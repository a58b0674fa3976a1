"""Trains the byte-level BPE tokenizer on documents of training seeds; python tokenizer.py OUT"""

import json
import pathlib
import sys

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

import documents

# Qwen's own way to cut text: contractions, words with the blank before them, single digits.
WORDS = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
TEMPLATE = (
    "{%- for message in messages -%}"
    "{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' -}}"
    "{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{- '<|im_start|>assistant\\n' -}}{%- endif -%}"
)


def texts(count, first_seed):
    for document in documents.stream(first_seed, 40, count, shared_surnames=True):
        yield "".join(document["sentences"])
        for fact in document["facts"]:
            yield documents.question(fact["question"]) + fact["answer"]
        yield documents.system([])


def train(settings, out):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(WORDS), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    special = [documents.END_OF_TEXT, documents.START, documents.END]
    trainer = trainers.BpeTrainer(
        vocab_size=settings["vocabulary"],
        special_tokens=special,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    seed = settings["first_seed"] // 2 + settings["first_seed"]
    tokenizer.train_from_iterator(texts(settings["tokenizer_documents"], seed), trainer)
    out.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(out / "tokenizer.json"))
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": settings["model"]["max_position_embeddings"],
        "eos_token": documents.END,
        "pad_token": documents.END_OF_TEXT,
        "clean_up_tokenization_spaces": False,
        "chat_template": TEMPLATE,
    }
    (out / "tokenizer_config.json").write_text(json.dumps(config, indent=2) + "\n")
    return tokenizer


if __name__ == "__main__":
    here = pathlib.Path(__file__).resolve().parent
    made = train(json.loads((here / "settings.json").read_text()), pathlib.Path(sys.argv[1]))
    print(f"{made.get_vocab_size()} tokens")
