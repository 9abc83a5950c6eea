"""A merged Phi-3 as one GGUF file that llama.cpp runs.

llama.cpp's `phi3` keeps query, key and value, and gate and up, as one weight each, as Phi-3 does; so every
weight is one tensor there. Metadata as in llama.cpp's conversion of `Phi3ForCausalLM`.
"""

import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

from brain.errors import UsageError
from brain.extras import need_extra
from brain.phi3.weights import checked_config
from brain.tuning.export.merging import Progress, Weights
from brain.tuning.export.precision import Precision, number_type
from brain.tuning.export.vocabulary import Vocabulary, vocabulary

ADAPTER_KEY = "citewise.adapter"
_BLOCKS_IN_PYTHON = ("F32", "F16", "BF16", "Q8_0", "Q5_0", "Q5_1")


def write_gguf(
    weights: Weights, path: Path, precision: Precision, progress: Progress, *, adapter: str = ""
) -> None:
    """Write the model into a new file at `path`, a weight at a time; `adapter` is noted in it.

    Raises UsageError where it has no form in GGUF or the extra is missing, OSError where it can't be
    written.
    """
    try:
        import gguf
    except ImportError as error:
        raise UsageError(
            f"GGUF needs {need_extra('llamacpp')}. Or use --format safetensors.", detail=repr(error)
        ) from error
    config = checked_config(weights.base)
    words = vocabulary(weights.base, config.vocab_size)
    writer = gguf.GGUFWriter(str(path), "phi3")
    _tell_of_model(writer, config, precision, words, gguf)
    _tell_of_tokens(writer, weights.base, words, config)
    writer.add_string(ADAPTER_KEY, adapter)
    plan = list(_plan(weights, config, precision, gguf))
    for name, shape, kind, size, _ in plan:
        writer.add_tensor_info(name, shape, np.dtype(np.float32), size, raw_dtype=kind)
    try:
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_ti_data_to_file()
        for done, (_, _, kind, _, source) in enumerate(plan):
            progress("Writing GGUF", done, len(plan))
            tensor = weights.tensor(source) if isinstance(source, str) else source
            writer.write_tensor_data(_packed(tensor.float().numpy(), kind, gguf))
        progress("Writing GGUF", len(plan), len(plan))
    finally:
        writer.close()


_Planned = tuple[str, tuple[int, ...], Any, int, "str | torch.Tensor"]


def _plan(weights: Weights, config: Any, precision: Precision, gguf: Any) -> Iterator[_Planned]:
    """Each tensor's name, shape, number type, bytes, and the weight that it is."""
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.PHI3, config.num_hidden_layers)
    tied = bool(config.tie_word_embeddings)
    for source, shape in weights.shapes.items():
        if tied and source == "lm_head.weight":
            continue
        name = names.get_name(source, try_suffixes=(".weight",))
        if name is None:
            raise UsageError(f"{source} has no place in a GGUF: export it with --format safetensors.")
        kind = gguf.GGMLQuantizationType[
            number_type(name, shape, precision, config.num_hidden_layers, tied=tied)
        ]
        yield name, shape, kind, _bytes(shape, kind, gguf), source
    for name, factors in _rope_factors(config):
        kind = gguf.GGMLQuantizationType.F32
        yield name, tuple(factors.shape), kind, 4 * factors.numel(), factors


def _bytes(shape: tuple[int, ...], kind: Any, gguf: Any) -> int:
    block, size = gguf.GGML_QUANT_SIZES[kind]
    return math.prod(shape) // block * size


def _packed(numbers: Any, kind: Any, gguf: Any) -> Any:
    if kind.name in ("F32", "F16"):
        return numbers.astype(np.float32 if kind.name == "F32" else np.float16)
    if kind.name in _BLOCKS_IN_PYTHON:
        return gguf.quants.quantize(numbers, kind)
    from brain.llamacpp.quantising import quantised

    return quantised(numbers, int(kind), _bytes(numbers.shape[-1:], kind, gguf), os.cpu_count() or 1)


def _rope(config: Any) -> dict[str, Any]:
    return dict(getattr(config, "rope_parameters", None) or {})


def _turned(config: Any) -> int:
    """Numbers of a head that the rotary embedding turns."""
    size = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    return int(size * float(_rope(config).get("partial_rotary_factor", 1.0)))


def _original(config: Any) -> int:
    """The text length that the model was first trained on."""
    told = _rope(config).get("original_max_position_embeddings")
    return int(
        told or getattr(config, "original_max_position_embeddings", 0) or config.max_position_embeddings
    )


def _rope_factors(config: Any) -> Iterator[tuple[str, torch.Tensor]]:
    """The 128k models' factors, one a pair of numbers that is turned, for long and for short texts."""
    rope = _rope(config)
    for key, name in (
        ("long_factor", "rope_factors_long.weight"),
        ("short_factor", "rope_factors_short.weight"),
    ):
        if not (factors := rope.get(key)):
            continue
        if 2 * len(factors) != _turned(config):
            raise UsageError(f"The model's {key} has {len(factors)} numbers, not {_turned(config) // 2}.")
        yield name, torch.tensor(factors, dtype=torch.float32)


def _tell_of_model(writer: Any, config: Any, precision: Precision, words: Vocabulary, gguf: Any) -> None:
    rope = _rope(config)
    # llama.cpp takes the white space after a control token away where this name says Phi-3.
    writer.add_name("Phi-3 tuned by citewise" if words.strips else "tuned by citewise")
    writer.add_file_type(int(gguf.LlamaFileType[_file_type(precision)]))
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    writer.add_vocab_size(config.vocab_size)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_rope_scaling_orig_ctx_len(_original(config))
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_dimension_count(_turned(config))
    writer.add_rope_freq_base(float(rope.get("rope_theta", 10_000.0)))
    writer.add_sliding_window(config.sliding_window or 0)  # 0 where every token sees all before it
    if rope.get("long_factor"):
        writer.add_rope_scaling_attn_factors(_attention_factor(config))


def _attention_factor(config: Any) -> float:
    """LongRoPE's scale of attention (arXiv 2402.13753), of how much longer texts became."""
    told = _rope(config).get("attention_factor")
    ratio = config.max_position_embeddings / _original(config)
    if told or ratio <= 1.0:
        return float(told or 1.0)
    return math.sqrt(1 + math.log(ratio) / math.log(_original(config)))


def _file_type(precision: Precision) -> str:
    return "ALL_F32" if precision is Precision.F32 else f"MOSTLY_{precision.value.upper()}"


def _tell_of_tokens(writer: Any, folder: Path, words: Vocabulary, config: Any) -> None:
    """Write the vocabulary and its special tokens as llama.cpp wants to be told of them."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(str(folder), local_files_only=True, trust_remote_code=False)
    writer.add_tokenizer_model(words.model)
    writer.add_tokenizer_pre(words.pre)
    writer.add_token_list(words.tokens)
    writer.add_token_types([int(kind) for kind in words.kinds])
    if words.scores:
        writer.add_token_scores(words.scores)
        writer.add_add_space_prefix(words.space_before)
    else:
        # llama.cpp wants to see merges; two control tokens are never beside each other as letters.
        writer.add_token_merges(words.merges or (f"{words.tokens[0]} {words.tokens[0]}",))
    begin, end = tokenizer.bos_token_id, tokenizer.eos_token_id
    begin = config.bos_token_id if begin is None else begin
    end = config.eos_token_id if end is None else end
    for number, add in (
        (begin, writer.add_bos_token_id),
        (end[0] if isinstance(end, list) else end, writer.add_eos_token_id),
        (words.end_of_turn, writer.add_eot_token_id),
        (tokenizer.unk_token_id, writer.add_unk_token_id),
        (tokenizer.pad_token_id, writer.add_pad_token_id),
    ):
        if number is not None:
            add(number)
    writer.add_add_bos_token(begin is not None and tokenizer("a").input_ids[:1] == [begin])
    writer.add_add_eos_token(False)
    if template := _template(tokenizer, folder):
        writer.add_chat_template(template)


def _template(tokenizer: Any, folder: Path) -> str:
    template = tokenizer.chat_template
    if isinstance(template, dict):
        template = template.get("default")
    if not template:
        raise UsageError(f"The tokenizer in {folder} has no chat template: an answerer needs one.")
    return str(template)
