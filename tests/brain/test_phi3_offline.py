"""What the libraries would say and fetch by themselves, and don't."""

import logging
import warnings

import pytest

pytest.importorskip("torch", reason="the phi3 extra is not installed")
pytest.importorskip("peft", reason="the phi3 extra is not installed")

from huggingface_hub import constants, hf_hub_download
from huggingface_hub.errors import LocalEntryNotFoundError
from small_phi3 import small_phi3

import brain.phi3  # noqa: F401 it is what is tested
from brain.tuning.learning.adapter import attach
from brain.tuning.learning.recipe import Recipe


def test_nothing_is_fetched(tmp_path) -> None:
    assert constants.is_offline_mode()
    with pytest.raises(LocalEntryNotFoundError):
        hf_hub_download("no/such", "config.json", cache_dir=tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Failed to load CPU gemm_4bit_forward from kernels-community: %s.", False),
        ("What matters is said.", True),
    ],
)
def test_what_an_admin_cannot_mend_is_not_said(text: str, said: bool) -> None:
    log = logging.getLogger("bitsandbytes.backends.cpu.ops")
    record = log.makeRecord(log.name, logging.WARNING, "ops.py", 1, text, (), None)
    assert bool(log.filter(record)) is said


def test_an_adapter_is_attached_without_a_warning() -> None:
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        attach(small_phi3(), Recipe(rank=2))
    assert [str(warning.message) for warning in said if warning.category is FutureWarning] == []
