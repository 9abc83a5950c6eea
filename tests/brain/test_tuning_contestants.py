"""The writers of an evaluation: one model, with its adapter and without, its weights kept as in use."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="the phi3 extra is not installed")
pytest.importorskip("peft", reason="the phi3 extra is not installed")

from citing_rows import rows
from saved_adapter import saved_adapter
from talking_phi3 import talking_phi3

from brain.phi3.opening import open_phi3
from brain.phi3.quantising import Quantization
from brain.tuning.judging.contestants import Contest, models, opened
from brain.tuning.judging.writers import ADAPTER, BASE, FEW_SHOT

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.mark.parametrize("quantization", [Quantization.AUTO, Quantization.FOUR_BIT])
def test_three_writers_come_from_one_model(tmp_path: Path, quantization: Quantization) -> None:
    if quantization is Quantization.FOUR_BIT:
        pytest.importorskip("bitsandbytes", reason="the phi3 extra is not installed")
    base = talking_phi3(tmp_path / "base")
    adapter = saved_adapter(tmp_path / "adapter", base, 1)
    contest = Contest(str(base), adapter, "base", "adapter", tmp_path / "kept", quantization)
    (row,) = rows(1, 0)
    with opened(contest) as chat, closing(models(contest, chat)) as turns:
        packed = chat.facts().quantization
        said = {writer.name: writer.reply(row).written for writer in turns}
    assert packed == ("4bit" if quantization is Quantization.FOUR_BIT else "none (float32)")
    assert list(said) == [BASE, FEW_SHOT, ADAPTER]
    assert said[ADAPTER] != said[BASE]
    other = replace(contest, kept=tmp_path / "other")
    with closing(open_phi3(str(base), None, quantization)) as alone, closing(models(other, alone)) as turns:
        assert next(turns).reply(row).written == said[BASE]
