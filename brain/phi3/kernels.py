"""GPU kernels of a decoding step, in Triton: few rows, so that reading the weights is nearly all of the work.

A decoding step of Phi-3-mini reads 7.4 GB of weights for each token. Two things keep it near the memory's
speed: few kernels (gate, up and their product are one; a projection's parts are added up with the residual
and normed in another), and attention reads only the keys that are there, split over the chip (as in
flash-decoding).

Every row is computed by the same operations in the same order, however many rows there are (up to 16):
checking several guessed tokens at once gives bit for bit what one token after another gives.

Shapes: R rows (sequences × tokens each), K inputs, N outputs, H heads, D numbers a head, S cache slots.
"""

from typing import NamedTuple

import torch
import triton
import triton.language as tl

ROWS_AT_ONCE = 16  # more are better served by cuBLAS
CHUNK = 128  # keys that one program reads; fixed, so that sums don't depend on where a sequence stands


class Blocks(NamedTuple):
    """How a projection is cut: outputs and inputs at a time, loads under way, parts of each sum."""

    outputs: int
    inputs: int
    stages: int
    parts: int


# Of eleven ways tried on an H200, the fastest for qkv_proj, gate_up_proj and lm_head. Few outputs make too
# few programs to keep the memory busy: there, each sum is split, and added up where the residual is added.
WIDE = Blocks(32, 256, 3, 1)
NARROW = Blocks(32, 256, 3, 4)


# Without `do_not_specialize`, one row would be compiled on its own, and might be summed in another order.
@triton.jit(do_not_specialize=["rows"])
def _linear_kernel(
    x, weight, out, rows,
    K: tl.constexpr, N: tl.constexpr, GATED: tl.constexpr, PARTS: tl.constexpr,
    BLOCK_M: tl.constexpr, BLOCK_N: tl.constexpr, BLOCK_K: tl.constexpr,
):  # fmt: skip
    part = tl.program_id(1)
    length: tl.constexpr = (K + PARTS * BLOCK_K - 1) // (PARTS * BLOCK_K) * BLOCK_K
    m = tl.arange(0, BLOCK_M)
    n = tl.program_id(0) * BLOCK_N + tl.arange(0, BLOCK_N)
    k = part * length + tl.arange(0, BLOCK_K)
    total = tl.zeros((BLOCK_M, BLOCK_N), tl.float32)
    total_up = tl.zeros((BLOCK_M, BLOCK_N), tl.float32)
    row = x + m[:, None] * K
    column = weight + n[:, None].to(tl.int64) * K
    for start in range(0, length, BLOCK_K):
        inside = ((start + k) < K)[None, :]
        values = tl.load(row + (start + k)[None, :], (m < rows)[:, None] & inside, 0.0)
        places = column + (start + k)[None, :]
        read = (n < N)[:, None] & inside
        total = tl.dot(values, tl.trans(tl.load(places, read, 0.0)), total)
        if GATED:
            total_up = tl.dot(values, tl.trans(tl.load(places + N * K, read, 0.0)), total_up)
    if GATED:
        total = total / (1.0 + tl.exp(-total)) * total_up
    where = (part * rows + m)[:, None] * N + n[None, :]
    tl.store(out + where, total.to(out.dtype.element_ty), (m < rows)[:, None] & (n < N)[None, :])


def linear(
    x: torch.Tensor, weight: torch.Tensor, *, gated: bool = False, blocks: Blocks = WIDE
) -> torch.Tensor:
    """`x` (R, K) times `weight` (N, K): (R, N); gated: silu(first)·second half; or (parts, R, N) floats."""
    rows, inputs = x.shape
    outputs = weight.shape[0] // 2 if gated else weight.shape[0]
    if blocks.parts > 1:
        out = torch.empty((blocks.parts, rows, outputs), dtype=torch.float32, device=x.device)
    else:
        out = torch.empty((rows, outputs), dtype=x.dtype, device=x.device)
    _linear_kernel[(triton.cdiv(outputs, blocks.outputs), blocks.parts)](
        x, weight, out, rows,
        K=inputs, N=outputs, GATED=gated, PARTS=blocks.parts,
        BLOCK_M=ROWS_AT_ONCE, BLOCK_N=blocks.outputs, BLOCK_K=blocks.inputs,
        num_warps=4, num_stages=blocks.stages,
    )  # fmt: skip
    return out


@triton.jit(do_not_specialize=["rows"])
def _add_norm_kernel(
    parts, residual, gain, out, normed, rows, eps,
    K: tl.constexpr, PARTS: tl.constexpr, BLOCK: tl.constexpr,
):  # fmt: skip
    row = tl.program_id(0)
    k = tl.arange(0, BLOCK)
    inside = k < K
    factor = tl.load(gain + k, inside, 0.0).to(tl.float32)
    values = tl.load(residual + row * K + k, inside, 0.0).to(tl.float32)
    if PARTS > 0:
        added = tl.load(parts + row * K + k, inside, 0.0)
        for part in tl.static_range(1, PARTS):
            added += tl.load(parts + (part * rows + row) * K + k, inside, 0.0)
        values = (values + added).to(out.dtype.element_ty)
        tl.store(out + row * K + k, values, inside)
        values = values.to(tl.float32)
    spread = tl.rsqrt(tl.sum(values * values, 0) / K + eps)
    tl.store(normed + row * K + k, (values * spread * factor).to(normed.dtype.element_ty), inside)


def add_norm(
    parts: torch.Tensor | None, residual: torch.Tensor, gain: torch.Tensor, eps: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """`residual` (R, K) plus the sum of `parts` (parts, R, K), and that normed and multiplied by `gain`."""
    rows, width = residual.shape
    out = residual if parts is None else torch.empty_like(residual)
    normed = torch.empty_like(residual)
    _add_norm_kernel[(rows,)](
        residual if parts is None else parts, residual, gain, out, normed, rows, eps,
        K=width, PARTS=0 if parts is None else parts.shape[0],
        BLOCK=triton.next_power_of_2(width), num_warps=8,
    )  # fmt: skip
    return out, normed


@triton.jit(do_not_specialize=["tokens"])
def _rotate_kernel(
    qkv, cos, sin, keys, values, queries, starts, slots, tokens, capacity,
    Q_HEADS: tl.constexpr, KV_HEADS: tl.constexpr, D: tl.constexpr, ROTARY: tl.constexpr,
    BLOCK_H: tl.constexpr, BLOCK_D: tl.constexpr,
):  # fmt: skip
    row, part = tl.program_id(0), tl.program_id(1)
    sequence = row // tokens
    position = tl.load(starts + sequence) + row % tokens
    slot = tl.load(slots + sequence).to(tl.int64)
    half: tl.constexpr = ROTARY // 2
    heads = tl.where(part == 0, Q_HEADS, KV_HEADS)
    first = tl.where(part == 0, 0, Q_HEADS + (part - 1) * KV_HEADS)
    h = tl.arange(0, BLOCK_H)[:, None]
    d = tl.arange(0, BLOCK_D)[None, :]
    there = (h < heads) & (d < D) & (position < capacity)
    source = qkv + row.to(tl.int64) * (Q_HEADS + 2 * KV_HEADS) * D + (first + h) * D
    content = tl.load(source + d, there, 0.0)
    if part < 2:
        turned = tl.where(d < half, d + half, d - half)
        turns = there & (d < ROTARY)
        other = tl.load(source + turned, turns, 0.0).to(tl.float32)
        angle = position * ROTARY + d
        c = tl.load(cos + angle, turns, 1.0)
        s = tl.load(sin + angle, turns, 0.0)
        mixed = content.to(tl.float32) * c + tl.where(d < half, -other, other) * s
        content = mixed.to(content.dtype)
    if part == 0:
        tl.store(queries + row.to(tl.int64) * Q_HEADS * D + h * D + d, content, (h < heads) & (d < D))
    else:
        place = ((slot * KV_HEADS + h) * capacity + position) * D + d
        if part == 1:
            tl.store(keys + place, content, there)
        else:
            tl.store(values + place, content, there)


def rotate_and_store(
    qkv: torch.Tensor,
    cos: torch.Tensor,
    sin: torch.Tensor,
    keys: torch.Tensor,
    values: torch.Tensor,
    starts: torch.Tensor,
    slots: torch.Tensor,
    tokens: int,
) -> torch.Tensor:
    """Queries (R, H, D) and keys turned by their positions; keys and values written (S, H, capacity, D)."""
    kv_heads, capacity, size = keys.shape[1:]
    q_heads = qkv.shape[1] // size - 2 * kv_heads
    queries = torch.empty((qkv.shape[0], q_heads, size), dtype=qkv.dtype, device=qkv.device)
    _rotate_kernel[(qkv.shape[0], 3)](
        qkv, cos, sin, keys, values, queries, starts, slots, tokens, capacity,
        Q_HEADS=q_heads, KV_HEADS=kv_heads, D=size, ROTARY=cos.shape[1],
        BLOCK_H=triton.next_power_of_2(q_heads), BLOCK_D=triton.next_power_of_2(size),
        num_warps=4,
    )  # fmt: skip
    return queries


@triton.jit(do_not_specialize=["tokens"])
def _chunk_kernel(
    queries, keys, values, starts, slots, sums, tops, weights, tokens, capacity, scale,
    Q_HEADS: tl.constexpr, KV_HEADS: tl.constexpr, D: tl.constexpr, CHUNKS: tl.constexpr,
    CHUNK: tl.constexpr, BLOCK_M: tl.constexpr, BLOCK_D: tl.constexpr,
):  # fmt: skip
    sequence, kv_head, chunk = tl.program_id(0), tl.program_id(1), tl.program_id(2)
    start = tl.load(starts + sequence)
    first = chunk * CHUNK
    if first < start + tokens:
        slot = tl.load(slots + sequence).to(tl.int64)
        group: tl.constexpr = Q_HEADS // KV_HEADS
        m = tl.arange(0, BLOCK_M)
        token = m // group
        head = kv_head * group + m % group
        d = tl.arange(0, BLOCK_D)
        key = first + tl.arange(0, CHUNK)
        alive = token < tokens
        in_row = (d < D)[None, :]
        row = (sequence * tokens + token) * Q_HEADS + head
        q = tl.load(queries + row[:, None] * D + d[None, :], alive[:, None] & in_row, 0.0)
        place = ((slot * KV_HEADS + kv_head) * capacity + key)[:, None] * D + d[None, :]
        there = (key < start + tokens)[:, None] & (key < capacity)[:, None] & in_row
        k = tl.load(keys + place, there, 0.0)
        v = tl.load(values + place, there, 0.0)
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
        tl.store(sums + part[:, None].to(tl.int64) * D + d[None, :], total, alive[:, None] & in_row)


@triton.jit(do_not_specialize=["tokens"])
def _join_kernel(
    sums, tops, weights, starts, out, tokens,
    Q_HEADS: tl.constexpr, D: tl.constexpr, CHUNKS: tl.constexpr, CHUNK: tl.constexpr,
    BLOCK_C: tl.constexpr, BLOCK_D: tl.constexpr,
):  # fmt: skip
    row, head = tl.program_id(0), tl.program_id(1)
    position = tl.load(starts + row // tokens) + row % tokens
    c = tl.arange(0, BLOCK_C)
    d = tl.arange(0, BLOCK_D)
    part = (row * Q_HEADS + head) * CHUNKS + c
    there = (c < CHUNKS) & (c * CHUNK <= position)
    top = tl.load(tops + part, there, float("-inf"))
    factor = tl.where(there, tl.exp(top - tl.max(top, 0)), 0.0)
    weight = tl.sum(factor * tl.load(weights + part, there, 0.0), 0)
    block = sums + part[:, None].to(tl.int64) * D + d[None, :]
    each = tl.load(block, there[:, None] & (d < D)[None, :], 0.0)
    mixed = tl.sum(each * factor[:, None], 0) / weight
    tl.store(out + (row * Q_HEADS + head) * D + d, mixed.to(out.dtype.element_ty), d < D)


def attend(
    queries: torch.Tensor,
    keys: torch.Tensor,
    values: torch.Tensor,
    starts: torch.Tensor,
    slots: torch.Tensor,
    tokens: int,
) -> torch.Tensor:
    """Attention of `tokens` new tokens of each sequence to all before them and themselves; (R, H·D)."""
    rows, q_heads, size = queries.shape
    kv_heads, capacity = keys.shape[1:3]
    chunks = triton.cdiv(capacity, CHUNK)
    sums = torch.empty((rows, q_heads, chunks, size), dtype=torch.float32, device=queries.device)
    tops, weights = torch.empty((2, rows, q_heads, chunks), dtype=torch.float32, device=queries.device)
    wide = triton.next_power_of_2(size)
    _chunk_kernel[(rows // tokens, kv_heads, chunks)](
        queries, keys, values, starts, slots, sums, tops, weights, tokens, capacity, size**-0.5,
        Q_HEADS=q_heads, KV_HEADS=kv_heads, D=size, CHUNKS=chunks, CHUNK=CHUNK,
        BLOCK_M=max(16, triton.next_power_of_2(tokens * (q_heads // kv_heads))), BLOCK_D=wide,
        num_warps=4,
    )  # fmt: skip
    out = torch.empty((rows, q_heads * size), dtype=queries.dtype, device=queries.device)
    _join_kernel[(rows, q_heads)](
        sums, tops, weights, starts, out, tokens,
        Q_HEADS=q_heads, D=size, CHUNKS=chunks, CHUNK=CHUNK,
        BLOCK_C=triton.next_power_of_2(chunks), BLOCK_D=wide, num_warps=4,
    )  # fmt: skip
    return out


@triton.jit
def _gate_kernel(x, out, N: tl.constexpr, BLOCK: tl.constexpr):
    row = tl.program_id(0).to(tl.int64)
    n = tl.program_id(1) * BLOCK + tl.arange(0, BLOCK)
    gate = tl.load(x + row * 2 * N + n, n < N, 0.0).to(tl.float32)
    up = tl.load(x + row * 2 * N + N + n, n < N, 0.0).to(tl.float32)
    tl.store(out + row * N + n, (gate / (1.0 + tl.exp(-gate)) * up).to(out.dtype.element_ty), n < N)


def gate(x: torch.Tensor) -> torch.Tensor:
    """silu(first half) · second half, of each row."""
    rows, width = x.shape
    out = torch.empty((rows, width // 2), dtype=x.dtype, device=x.device)
    _gate_kernel[(rows, triton.cdiv(width // 2, 1024))](x, out, N=width // 2, BLOCK=1024, num_warps=4)
    return out


@triton.jit
def _gate_backward_kernel(x, above, out, N: tl.constexpr, BLOCK: tl.constexpr):
    row = tl.program_id(0).to(tl.int64)
    n = tl.program_id(1) * BLOCK + tl.arange(0, BLOCK)
    gate = tl.load(x + row * 2 * N + n, n < N, 0.0).to(tl.float32)
    up = tl.load(x + row * 2 * N + N + n, n < N, 0.0).to(tl.float32)
    grad = tl.load(above + row * N + n, n < N, 0.0).to(tl.float32)
    share = 1.0 / (1.0 + tl.exp(-gate))
    of_gate = grad * up * share * (1.0 + gate * (1.0 - share))
    tl.store(out + row * 2 * N + n, of_gate.to(out.dtype.element_ty), n < N)
    tl.store(out + row * 2 * N + N + n, (grad * gate * share).to(out.dtype.element_ty), n < N)


def gate_backward(x: torch.Tensor, above: torch.Tensor) -> torch.Tensor:
    """The gradient of `gate` at `x` (R, 2N), given the one of its result, (R, N)."""
    rows, width = x.shape
    out = torch.empty_like(x)
    grid = (rows, triton.cdiv(width // 2, 1024))
    _gate_backward_kernel[grid](x, above, out, N=width // 2, BLOCK=1024, num_warps=4)
    return out
