"""Another way of a decoding step, of which only a card can say whether it is faster (gpu_tuning.py, `ways`).

A step of Phi-3-mini at batch 1 took 2.90 ms on an H200, and 2.0 at the memory's speed; nine kernels a layer
begin and end in between. Here attention is one kernel instead of three: rotary positions are applied where
queries and new keys are read, and whichever program of a head ends last joins the parts. The order of all
sums is as before: in Triton's interpreter, results are the same to the bit. It has not run on a card. If it
is faster there, it takes the place of the three in brain/phi3/kernels.py; if not, it goes.
"""

import torch
import triton
import triton.language as tl

from brain.phi3.kernels import CHUNK
from brain.phi3.stages import Fused, Place


@triton.jit
def _turned(content, other, cos, sin, position, d, ROTARY: tl.constexpr):
    """Rows of one head, (rows, D), turned by their positions (rows, 1); `other` is the other half of each."""
    half: tl.constexpr = ROTARY // 2
    turns = d < ROTARY
    c = tl.load(cos + position * ROTARY + d, turns, 1.0)
    s = tl.load(sin + position * ROTARY + d, turns, 0.0)
    wide = other.to(tl.float32)
    mixed = content.to(tl.float32) * c + tl.where(d < half, -wide, wide) * s
    return tl.where(turns, mixed, content.to(tl.float32)).to(content.dtype)


@triton.jit(do_not_specialize=["tokens"])
def _attention_kernel(
    qkv, cos, sin, keys, values, starts, slots, sums, tops, weights, ended, out, tokens, capacity, scale,
    Q_HEADS: tl.constexpr, KV_HEADS: tl.constexpr, D: tl.constexpr, ROTARY: tl.constexpr,
    CHUNKS: tl.constexpr, CHUNK: tl.constexpr, BLOCK_M: tl.constexpr, BLOCK_D: tl.constexpr,
    BLOCK_C: tl.constexpr, TOKENS: tl.constexpr,
):  # fmt: skip
    sequence, kv_head, chunk = tl.program_id(0), tl.program_id(1), tl.program_id(2)
    start = tl.load(starts + sequence)
    first = chunk * CHUNK
    if first < start + tokens:
        slot = tl.load(slots + sequence).to(tl.int64)
        group: tl.constexpr = Q_HEADS // KV_HEADS
        half: tl.constexpr = ROTARY // 2
        width: tl.constexpr = (Q_HEADS + 2 * KV_HEADS) * D
        m = tl.arange(0, BLOCK_M)
        token = m // group
        head = kv_head * group + m % group
        d = tl.arange(0, BLOCK_D)[None, :]
        turned = tl.where(d < half, d + half, d - half)
        key = first + tl.arange(0, CHUNK)
        alive = token < tokens
        row = (sequence * tokens + token) * Q_HEADS + head
        # Queries, turned by their positions.
        source = qkv + ((sequence * tokens + token).to(tl.int64) * width + head * D)[:, None]
        given = alive[:, None] & (d < D)
        place_of = tl.where(start + token < capacity, start + token, 0)[:, None]
        q = tl.load(source + d, given, 0.0)
        q_other = tl.load(source + turned, given & (d < ROTARY), 0.0)
        q = _turned(q, q_other, cos, sin, place_of, d, ROTARY)
        # Keys and values that were there, and the new ones, stored by the one program that has them.
        place = ((slot * KV_HEADS + kv_head) * capacity + key)[:, None] * D + d
        kept = (key < start)[:, None] & (key < capacity)[:, None] & (d < D)
        k = tl.load(keys + place, kept, 0.0)
        v = tl.load(values + place, kept, 0.0)
        if first + CHUNK > start:
            new = ((key >= start) & (key < start + tokens) & (key < capacity))[:, None] & (d < D)
            at = qkv + ((sequence * tokens + key - start).to(tl.int64) * width)[:, None]
            at_key = at + (Q_HEADS + kv_head) * D
            new_k = tl.load(at_key + d, new, 0.0)
            k_other = tl.load(at_key + turned, new & (d < ROTARY), 0.0)
            position = tl.where(key < capacity, key, 0)[:, None]
            new_k = _turned(new_k, k_other, cos, sin, position, d, ROTARY)
            new_v = tl.load(at + (Q_HEADS + KV_HEADS + kv_head) * D + d, new, 0.0)
            tl.store(keys + place, new_k, new)
            tl.store(values + place, new_v, new)
            k = tl.where(new, new_k, k)
            v = tl.where(new, new_v, v)
        scores = tl.dot(q, tl.trans(k)) * scale
        seen = key[None, :] <= (start + token)[:, None]
        scores = tl.where(seen, scores, float("-inf"))
        top = tl.max(scores, 1)
        safe = tl.where(top == float("-inf"), 0.0, top)
        share = tl.exp(scores - safe[:, None])
        part = row * CHUNKS + chunk
        tl.store(tops + part, top, alive)
        tl.store(weights + part, tl.sum(share, 1), alive)
        total = tl.dot(share.to(v.dtype), v)
        tl.store(sums + part[:, None].to(tl.int64) * D + d, total, alive[:, None] & (d < D))
        # Whichever program of this head ends last joins what all have left, in the order of the chunks.
        tl.debug_barrier()
        counter = ended + sequence * KV_HEADS + kv_head
        live = (start + tokens + CHUNK - 1) // CHUNK
        if tl.atomic_add(counter, 1, sem="acq_rel") == tl.minimum(live, CHUNKS) - 1:
            tl.store(counter, 0)  # for the next layer
            c = tl.arange(0, BLOCK_C)
            flat = tl.arange(0, BLOCK_D)
            for number in range(TOKENS * group):
                its_token = number // group
                its_row = (sequence * tokens + its_token) * Q_HEADS + kv_head * group + number % group
                parts = its_row * CHUNKS + c
                there = (c < CHUNKS) & (c * CHUNK <= start + its_token)
                tops_there = tl.load(tops + parts, there, float("-inf"), cache_modifier=".cg")
                factor = tl.where(there, tl.exp(tops_there - tl.max(tops_there, 0)), 0.0)
                weight = tl.sum(factor * tl.load(weights + parts, there, 0.0, cache_modifier=".cg"), 0)
                block = sums + parts[:, None].to(tl.int64) * D + flat[None, :]
                each = tl.load(block, there[:, None] & (flat < D)[None, :], 0.0, cache_modifier=".cg")
                mixed = tl.sum(each * factor[:, None], 0) / weight
                tl.store(out + its_row * D + flat, mixed.to(out.dtype.element_ty), flat < D)


class OneAttention(Fused):
    """Fused, with rotation, attention and its joining in one kernel."""

    def __init__(self) -> None:
        super().__init__()
        self._ended: torch.Tensor | None = None

    def attention(
        self,
        qkv: torch.Tensor,
        angles: tuple[torch.Tensor, torch.Tensor],
        keys: torch.Tensor,
        values: torch.Tensor,
        place: Place,
    ) -> torch.Tensor:
        """Keys and values stored at `place`, and what the new tokens take from all before them."""
        if place.first is not None:
            return super().attention(qkv, angles, keys, values, place)
        qkv, tokens = qkv.contiguous(), place.tokens
        kv_heads, capacity, size = keys.shape[1:]
        rows, device = qkv.shape[0], qkv.device
        q_heads = qkv.shape[1] // size - 2 * kv_heads
        chunks, wide = triton.cdiv(capacity, CHUNK), triton.next_power_of_2(size)
        if self._ended is None:
            self._ended = torch.zeros(256 * kv_heads, dtype=torch.int32, device=device)
        sums = torch.empty((rows, q_heads, chunks, size), dtype=torch.float32, device=device)
        tops, weights = torch.empty((2, rows, q_heads, chunks), dtype=torch.float32, device=device)
        out = torch.empty((rows, q_heads * size), dtype=qkv.dtype, device=device)
        _attention_kernel[(rows // tokens, kv_heads, chunks)](
            qkv, *angles, keys, values, place.starts, place.slots, sums, tops, weights, self._ended, out,
            tokens, capacity, size**-0.5,
            Q_HEADS=q_heads, KV_HEADS=kv_heads, D=size, ROTARY=angles[0].shape[1], CHUNKS=chunks, CHUNK=CHUNK,
            BLOCK_M=max(16, triton.next_power_of_2(tokens * (q_heads // kv_heads))), BLOCK_D=wide,
            BLOCK_C=triton.next_power_of_2(chunks), TOKENS=tokens, num_warps=4,
        )  # fmt: skip
        return out
