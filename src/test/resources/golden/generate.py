"""Writes the golden checkpoints beside this file: tiny random models with the logits that Hugging Face
transformers computes for them in float32. Run: python generate.py (torch, transformers, safetensors)."""
import json
import pathlib

import torch
import transformers
from safetensors.torch import save_file
from transformers import LlamaConfig, LlamaForCausalLM, Qwen2Config, Qwen2ForCausalLM
from transformers import Qwen3Config, Qwen3ForCausalLM

HERE = pathlib.Path(__file__).parent
COMMON = dict(vocab_size=48, hidden_size=48, num_hidden_layers=2, max_position_embeddings=128)


def build(name, model_class, config, dtype, shards, generation):
    torch.manual_seed(sum(map(ord, name)))
    model = model_class(config).eval()
    with torch.no_grad():
        for tensor in model.parameters():
            if tensor.dim() == 1:
                tensor.copy_(1 + 0.2 * torch.randn_like(tensor))
            else:
                tensor.copy_(0.25 * torch.randn_like(tensor))
        for key, tensor in model.named_parameters():
            if key.endswith("bias"):
                tensor.copy_(0.3 * torch.randn_like(tensor))
            tensor.copy_(tensor.to(dtype).float())
    out = HERE / name
    out.mkdir(exist_ok=True)
    state = {k: v.to(dtype).contiguous() for k, v in model.state_dict().items()}
    if config.tie_word_embeddings:
        state.pop("lm_head.weight")
    keys = sorted(state)
    weight_map = {}
    for shard in range(shards):
        part = {k: state[k] for k in keys[shard::shards]}
        file = "model.safetensors" if shards == 1 else f"model-{shard + 1:05}-of-{shards:05}.safetensors"
        save_file(part, out / file, metadata={"format": "pt"})
        weight_map.update({k: file for k in part})
    if shards > 1:
        index = {"metadata": {}, "weight_map": weight_map}
        (out / "model.safetensors.index.json").write_text(json.dumps(index, indent=1))
    (out / "config.json").write_text(config.to_json_string())
    (out / "generation_config.json").write_text(json.dumps(generation))
    ids = torch.randint(0, 48, (1, 57))
    with torch.no_grad():
        logits = model(ids).logits[0]
        greedy = ids
        for _ in range(16):
            greedy = torch.cat([greedy, model(greedy).logits[:, -1].argmax(-1, keepdim=True)], 1)
    golden = {
        "transformers": transformers.__version__,
        "input_ids": ids[0].tolist(),
        "logits": [[round(x, 7) for x in row] for row in logits.tolist()],
        "greedy": greedy[0, ids.shape[1]:].tolist(),
    }
    (out / "golden.json").write_text(json.dumps(golden))


build(
    "qwen2-bias-untied", Qwen2ForCausalLM,
    Qwen2Config(**COMMON, intermediate_size=80, num_attention_heads=6, num_key_value_heads=2,
                tie_word_embeddings=False, bos_token_id=1, eos_token_id=2),
    torch.float32, 1, {"eos_token_id": 2})
build(
    "qwen3-yarn", Qwen3ForCausalLM,
    Qwen3Config(**COMMON, intermediate_size=72, num_attention_heads=6, num_key_value_heads=2, head_dim=16,
                tie_word_embeddings=True, bos_token_id=1, eos_token_id=2,
                rope_parameters={"rope_type": "yarn", "rope_theta": 10000.0, "factor": 4.0,
                                 "original_max_position_embeddings": 32}),
    torch.bfloat16, 1, {"eos_token_id": 2})
build(
    "llama-bias-sharded", LlamaForCausalLM,
    LlamaConfig(**COMMON, intermediate_size=64, num_attention_heads=4, num_key_value_heads=1, head_dim=10,
                attention_bias=True, mlp_bias=True, tie_word_embeddings=True, bos_token_id=1, eos_token_id=2,
                rope_parameters={"rope_type": "llama3", "rope_theta": 10000.0, "factor": 8.0,
                                 "low_freq_factor": 1.0, "high_freq_factor": 4.0,
                                 "original_max_position_embeddings": 24}),
    torch.float16, 2, {"eos_token_id": [2, 7]})
