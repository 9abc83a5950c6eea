"""A Phi-3 with a tokenizer of Phi-3's own kind: pieces with ▁, bytes for the rest, learnt on the spot."""

import json
from pathlib import Path
from typing import Any

from talking_phi3 import CONTROL, TEMPLATE, talking_phi3
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, trainers
from transformers import PreTrainedTokenizerFast

TEXTS = [
    "Where is the parental leave policy? It takes 12 weeks of leave.",
    "Leave is taken after the birth of a child, and the leave is paid.",
    "The policy says where the weeks are counted: from the birth.",
]


def tokenizer() -> Any:
    letters = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    letters.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    first = ["<unk>", "<s>", "</s>", *(f"<0x{number:02X}>" for number in range(256))]
    letters.train_from_iterator(TEXTS, trainers.BpeTrainer(vocab_size=400, special_tokens=first))
    content = json.loads(letters.to_str())
    content["added_tokens"] = content["added_tokens"][:3]  # bytes are pieces, not control tokens
    made = Tokenizer.from_str(json.dumps(content))
    made.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    made.add_special_tokens([AddedToken(token, special=True, rstrip=True) for token in CONTROL[2:]])
    made.add_special_tokens([AddedToken("<|endoftext|>", special=True)])
    return PreTrainedTokenizerFast(
        tokenizer_object=made, eos_token="<|endoftext|>", unk_token="<unk>", bos_token="<s>",
        chat_template=TEMPLATE,
    )  # fmt: skip


def sentencepiece_phi3(folder: Path) -> Path:
    words = tokenizer()
    end = words.eos_token_id
    talking_phi3(folder, vocab_size=len(words) + 3, eos_token_id=end, bos_token_id=1)
    words.save_pretrained(str(folder))
    return folder
