"""Qwen3 in few lines, with Hugging Face's parameter names, for fast training on few cores.

The same function as transformers' Qwen3ForCausalLM (export.py checks that); leaner, and it takes
positions of its own, which the training's position jumps need.
"""

import torch
import torch.nn.functional as F
from torch import nn


class RmsNorm(nn.Module):
    def __init__(self, size, epsilon):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))
        self.epsilon = epsilon

    def forward(self, x):
        y = x.float()
        y = y * torch.rsqrt(y.pow(2).mean(-1, keepdim=True) + self.epsilon)
        return (y * self.weight).to(x.dtype)


def rotate(x, cos, sin):
    """RoPE on halves: x is [batch, heads, tokens, head_dim], cos and sin [batch, 1, tokens, half]."""
    a, b = x.float().chunk(2, -1)
    return torch.cat((a * cos - b * sin, b * cos + a * sin), -1).to(x.dtype)


class Attention(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.heads, self.kv_heads = c["num_attention_heads"], c["num_key_value_heads"]
        self.head_dim = c["head_dim"]
        hidden, q, kv = c["hidden_size"], self.heads * self.head_dim, self.kv_heads * self.head_dim
        self.q_proj = nn.Linear(hidden, q, bias=False)
        self.k_proj = nn.Linear(hidden, kv, bias=False)
        self.v_proj = nn.Linear(hidden, kv, bias=False)
        self.o_proj = nn.Linear(q, hidden, bias=False)
        self.q_norm = RmsNorm(self.head_dim, c["rms_norm_eps"])
        self.k_norm = RmsNorm(self.head_dim, c["rms_norm_eps"])

    def forward(self, x, cos, sin):
        batch, tokens, _ = x.shape

        def split(y, heads):
            return y.view(batch, tokens, heads, self.head_dim)

        q = rotate(self.q_norm(split(self.q_proj(x), self.heads)).transpose(1, 2), cos, sin)
        k = rotate(self.k_norm(split(self.k_proj(x), self.kv_heads)).transpose(1, 2), cos, sin)
        v = split(self.v_proj(x), self.kv_heads).transpose(1, 2)
        group = self.heads // self.kv_heads
        k, v = k.repeat_interleave(group, 1), v.repeat_interleave(group, 1)
        out = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.o_proj(out.transpose(1, 2).reshape(batch, tokens, -1))


class Mlp(nn.Module):
    def __init__(self, c):
        super().__init__()
        hidden, inner = c["hidden_size"], c["intermediate_size"]
        self.gate_proj = nn.Linear(hidden, inner, bias=False)
        self.up_proj = nn.Linear(hidden, inner, bias=False)
        self.down_proj = nn.Linear(inner, hidden, bias=False)

    def forward(self, x):
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class Layer(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.input_layernorm = RmsNorm(c["hidden_size"], c["rms_norm_eps"])
        self.self_attn = Attention(c)
        self.post_attention_layernorm = RmsNorm(c["hidden_size"], c["rms_norm_eps"])
        self.mlp = Mlp(c)

    def forward(self, x, cos, sin):
        x = x + self.self_attn(self.input_layernorm(x), cos, sin)
        return x + self.mlp(self.post_attention_layernorm(x))


class Body(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.embed_tokens = nn.Embedding(c["vocab_size"], c["hidden_size"])
        self.layers = nn.ModuleList(Layer(c) for _ in range(c["num_hidden_layers"]))
        self.norm = RmsNorm(c["hidden_size"], c["rms_norm_eps"])


class Qwen3(nn.Module):
    """The tied output head is the embedding."""

    def __init__(self, config):
        super().__init__()
        self.config = config
        self.model = Body(config)
        half = config["head_dim"] // 2
        steps = torch.arange(half, dtype=torch.float64) / half
        inverse = config["rope_theta"] ** -steps
        self.register_buffer("inverse", inverse.float(), persistent=False)
    def start(self, qk_norm):
        """Weights for the start of a training; `qk_norm` is that of the q and k norms."""
        # Projections onto the residual stream start small, the deeper the model the more.
        deep = (2 * self.config["num_hidden_layers"]) ** -0.5
        for name, weight in self.named_parameters():
            if weight.dim() == 2:
                small = name.endswith(("o_proj.weight", "down_proj.weight"))
                std = self.config["initializer_range"] * (deep if small else 1.0)
                nn.init.normal_(weight, std=std)
            elif name.endswith(("q_norm.weight", "k_norm.weight")):
                nn.init.constant_(weight, qk_norm)

    def forward(self, ids, positions):
        """Final hidden states [batch, tokens, hidden] of ids and positions [batch, tokens]."""
        angles = positions[:, None, :, None].float() * self.inverse
        cos, sin = angles.cos(), angles.sin()
        x = self.model.embed_tokens(ids)
        for layer in self.model.layers:
            x = layer(x, cos, sin)
        return self.model.norm(x)

    def logits(self, hidden):
        return F.linear(hidden, self.model.embed_tokens.weight)
