import errno
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="the phi3 extra is not installed")
pytest.importorskip("peft", reason="the phi3 extra is not installed")

from safetensors.torch import load_file
from torch.nn import functional

from brain.errors import StorageFailed, UsageError
from brain.phi3.quantising import quantise_in_place
from brain.tuning.learning.adapter import TuningFailed, attach, check_complete
from brain.tuning.learning.attention import register
from brain.tuning.learning.forecast import fitting, forecast
from brain.tuning.learning.loss import summed_loss
from brain.tuning.learning.losses import LossLog, draw_losses, read_losses
from brain.tuning.learning.packing import Example, arrange, pack
from brain.tuning.learning.passes import Trainee
from brain.tuning.learning.recipe import Method, Recipe
from brain.tuning.learning.training import Progress, train
from tests.brain.small_phi3 import prompt, small_phi3
from tests.brain.tuning_run import RECIPE, examples, run

pytestmark = pytest.mark.filterwarnings("ignore")
ROOT = Path(__file__).resolve().parents[2]


def test_packs_are_full_and_hold_every_example_once() -> None:
    lengths = [7, 90, 41, 60, 12, 33, 100, 5, 58]
    packs = arrange(lengths, 100)
    assert sorted(number for numbers in packs for number in numbers) == list(range(len(lengths)))
    assert all(sum(lengths[number] for number in numbers) <= 100 for numbers in packs)
    assert len(packs) == 5


def test_packed_examples_see_only_themselves() -> None:
    """The loss of a pack is the loss of its examples one by one, by transformers itself."""
    model = small_phi3(attention=register())
    made = [Example(tuple(prompt(n, seed=n)), (False,) * 5 + (True,) * (n - 5)) for n in (31, 64, 12, 50)]
    alone = sum(
        float(functional.cross_entropy(logits[4:-1], torch.tensor(e.tokens[5:]), reduction="sum"))
        for e in made
        for logits in small_phi3()(torch.tensor([e.tokens])).logits.detach()
    )
    said = sum(sum(e.said) for e in made)
    trainee = Trainee(attach(model, RECIPE), RECIPE, 1, said=1)
    assert trainee.loss([pack(made, 256, 64, 0)]) == pytest.approx(alone / said, rel=1e-5)


def test_the_loss_in_pieces_is_cross_entropy_with_its_gradient() -> None:
    hidden, weight = torch.randn(2500, 16), torch.randn(50, 16)
    targets = torch.randint(50, (2500,))
    gradients = []
    for compute in (
        lambda h: summed_loss(h, weight, targets),
        lambda h: functional.cross_entropy(h @ weight.t(), targets, reduction="sum"),
    ):
        leaf = hidden.clone().requires_grad_()
        loss = compute(leaf)
        loss.backward()
        gradients.append((float(loss.detach()), leaf.grad))
    assert gradients[0][0] == pytest.approx(gradients[1][0], rel=1e-5)
    assert torch.allclose(gradients[0][1], gradients[1][1], atol=1e-5)


def test_all_four_projections_get_an_adapter_or_nothing_is_trained() -> None:
    adapted = attach(small_phi3(), RECIPE)
    check_complete(adapted)
    attention = adapted.get_base_model().model.layers[1].self_attn
    attention.o_proj = attention.o_proj.base_layer
    with pytest.raises(TuningFailed, match="1 of 2 o_proj layers got an adapter"):
        check_complete(adapted)


@pytest.mark.parametrize("method", list(Method))
def test_the_fast_way_computes_what_peft_computes(method: Method) -> None:
    taken = []
    for fast in (False, True):
        model = small_phi3(attention=register(), hidden=128)
        if method is Method.QLORA:
            quantise_in_place(model)
        recipe = replace(RECIPE, method=method, recompute=method is Method.QLORA)
        packs = [pack(examples(5), 256, 64, 0)]
        trainee = Trainee(attach(model, recipe), recipe, 10, said=packs[0].said.numel(), fast=fast)
        taken.append([trainee.step(number, packs).taken() for number in range(4)])
    for plain, quick in zip(*taken, strict=True):
        assert plain.gradient > 0
        assert quick.loss == pytest.approx(plain.loss, rel=1e-4)
        assert quick.gradient == pytest.approx(plain.gradient, rel=1e-3)


def test_what_a_refusal_says_counts_like_what_an_answer_says(tmp_path: Path) -> None:
    """In steps of their own, a short and a long answer move the adapter as they do in one step together."""
    short, long = (
        Example(tuple(prompt(30, seed=seed)), (False,) * (30 - says) + (True,) * says)
        for seed, says in ((1, 2), (2, 25))
    )

    def moved(tokens_per_step: int) -> list[dict[str, Any]]:
        """The optimizer's running means of the gradient after each step: a tenth of it is new."""
        recipe = replace(
            RECIPE, learning_rate=1e-7, clip=1e6, epochs=1, save_every=1, longest=32, tokens_at_once=32
        )
        recipe = replace(recipe, tokens_per_step=tokens_per_step)
        folder = tmp_path / str(tokens_per_step)
        done = train(small(), [short, long], (), folder, recipe, lambda _: None).steps
        steps = (folder / "checkpoints" / f"step-{n:06d}" / "trainee.safetensors" for n in range(1, done + 1))
        return [{k: v for k, v in load_file(step).items() if k.endswith("exp_avg")} for step in steps]

    (together,) = moved(64)
    first, second = moved(32)
    for name, mean in together.items():
        apart = first[name] + (second[name] - 0.9 * first[name])
        assert torch.allclose(apart / 2, mean, rtol=1e-3, atol=1e-7)
    assert max(float(mean.abs().max()) for mean in together.values()) > 1e-5


def test_training_learns_and_keeps_the_best_adapter(tmp_path: Path) -> None:
    outcome, steps = run(tmp_path)
    assert [step.step for step in steps] == list(range(1, steps[-1].steps + 1))
    assert min(step.gradient for step in steps) > 0
    assert steps[-1].loss < 0.8 * steps[0].loss
    looks = [step.validation for step in steps if step.validation is not None]
    assert outcome.validation == min(looks) < steps[0].loss
    assert len(load_file(str(outcome.adapter / "adapter_model.safetensors"))) == 2 * 4 * 2


def test_losses_are_logged_and_drawn(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard", reason="the phi3 extra is not installed")
    pytest.importorskip("matplotlib", reason="the plots extra is not installed")
    _, steps = run(tmp_path / "run", replace(RECIPE, epochs=1))
    log = LossLog(tmp_path)
    for step in (*steps, steps[-1]):
        log.write(step)
    log.close()
    with (tmp_path / "losses.jsonl").open("a") as file:
        file.write('{"step": 9')
    assert read_losses(tmp_path) == steps
    draw_losses(steps, tmp_path / "losses.svg")
    assert "to stop by" in (tmp_path / "losses.svg").read_text("utf-8")
    assert list((tmp_path / "tensorboard").iterdir())


def test_a_killed_run_goes_on_and_ends_with_the_same_adapter(tmp_path: Path) -> None:
    command = [sys.executable, "-W", "ignore", "-m", "tests.brain.tuning_run", str(tmp_path / "killed")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("5 "):
                process.send_signal(signal.SIGKILL)
                break
    assert process.returncode == -signal.SIGKILL
    again, steps = run(tmp_path / "killed")
    assert steps[0].step > 4
    whole, _ = run(tmp_path / "whole")
    ours, theirs = (load_file(str(o.adapter / "adapter_model.safetensors")) for o in (again, whole))
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)


def test_a_run_stopped_between_checkpoints_saves_first_and_goes_on_the_same(tmp_path: Path) -> None:
    recipe = replace(RECIPE, epochs=2, save_every=50, evaluate_every=50, dropout=0.2)
    steps: list[Progress] = []
    options = {"recipe": recipe, "report": steps.append, "fast": False}
    data = (examples(20), examples(4))
    with pytest.raises(KeyboardInterrupt):
        train(small(), *data, tmp_path / "stopped", **options, stopping=lambda: len(steps) >= 2)
    saved = steps[-1].step
    again = train(small(), *data, tmp_path / "stopped", **options)
    assert [step.step for step in steps] == list(range(1, steps[-1].steps + 1))
    assert 2 <= saved < again.steps
    whole = train(small(), *data, tmp_path / "whole", **options)
    ours, theirs = (load_file(str(o.adapter / "adapter_model.safetensors")) for o in (again, whole))
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)


def small() -> Any:
    return small_phi3(attention=register())


def test_packs_without_filling_lose_what_filled_ones_lose() -> None:
    packed = [pack(examples(5), 256, 64, filling) for filling in (0, None)]
    assert [one.tokens.shape[1] for one in packed] == [256, sum(len(e.tokens) for e in examples(5))]
    trainee = Trainee(attach(small(), RECIPE), RECIPE, 1, said=1)
    filled, bare = (trainee.loss([one]) for one in packed)
    assert bare == pytest.approx(filled, rel=1e-5)


def test_another_runs_checkpoints_are_not_gone_on_from(tmp_path: Path) -> None:
    run(tmp_path, replace(RECIPE, epochs=1))
    with pytest.raises(UsageError, match="other data or another recipe"):
        run(tmp_path, replace(RECIPE, epochs=1, seed=1))


def test_without_rows_to_stop_by_all_epochs_are_done_and_the_last_adapter_is_kept(tmp_path: Path) -> None:
    model = small_phi3(attention=register())
    steps: list[Progress] = []
    outcome = train(model, examples(20), (), tmp_path, RECIPE, steps.append)
    assert (outcome.validation, outcome.early, outcome.steps) == (None, False, steps[-1].steps)
    assert all(step.validation is None for step in steps)
    last = tmp_path / "checkpoints" / f"step-{outcome.steps:06d}" / "adapter_model.safetensors"
    assert (outcome.adapter / "adapter_model.safetensors").read_bytes() == last.read_bytes()
    again = train(small_phi3(attention=register()), examples(20), (), tmp_path, RECIPE, steps.append)
    assert (again.steps, again.validation) == (outcome.steps, None)  # nothing was left to do
    assert (again.adapter / "adapter_model.safetensors").read_bytes() == last.read_bytes()


def test_training_stops_early_where_the_held_out_split_gets_no_better(tmp_path: Path) -> None:
    recipe = replace(RECIPE, epochs=30, evaluate_every=1, patience=2, learning_rate=0.1)
    outcome, steps = run(tmp_path, recipe)
    assert outcome.early
    assert steps[-1].step < steps[-1].steps
    assert outcome.validation == min(step.validation for step in steps if step.validation is not None)


def test_a_loss_that_is_no_number_changes_nothing_and_stops() -> None:
    adapted = attach(small_phi3(attention=register()), RECIPE)
    trainee = Trainee(adapted, RECIPE, 10, said=100)
    packs = [pack(examples(4), 128, 64, 0)]
    trainee.step(0, packs).taken()
    before = [weight.detach().clone() for weight in trainee.weights]
    adapted.get_base_model().model.norm.weight.data.fill_(float("nan"))
    with pytest.raises(TuningFailed, match="no longer a number at step 2"):
        trainee.step(1, packs).taken()
    assert all(torch.equal(a, b) for a, b in zip(before, trainee.weights, strict=True))


def test_without_a_gpu_each_step_is_told_before_the_next_one_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Told a step late, two came at once at a look, and the time left was reckoned from no time at all."""
    order: list[tuple[str, int]] = []
    step = Trainee.step

    def watched(trainee: Trainee, number: int, packs: Any) -> Any:
        order.append(("step", number + 1))
        return step(trainee, number, packs)

    monkeypatch.setattr(Trainee, "step", watched)
    recipe = replace(RECIPE, epochs=2, evaluate_every=4, save_every=100)
    train(
        small_phi3(attention=register()),
        examples(24),
        examples(4, 99),
        tmp_path,
        recipe,
        lambda told: order.append(("told", told.step)),
    )
    last = order[-1][1]
    assert last > 4
    assert order == [(what, number) for number in range(1, last + 1) for what in ("step", "told")]


def test_nothing_to_learn_from_is_said(tmp_path: Path) -> None:
    model = small_phi3(attention=register())
    with pytest.raises(UsageError, match="nothing to learn from"):
        train(model, [], examples(4), tmp_path, RECIPE, print)
    with pytest.raises(UsageError, match="nothing to hold the adapter against"):
        train(model, examples(4), [Example((3,) * 65, (True,) * 65)], tmp_path, RECIPE, print)


def test_a_checkpoint_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "checkpoints").write_text("in the way", "utf-8")
    with pytest.raises(StorageFailed, match="could not be written"):
        run(tmp_path)


def test_an_adapter_that_cannot_be_put_in_its_place_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is full at the very end: the run is not lost, the same call ends it."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("brain.tuning.learning.training.shutil.copyfile", full)
        with pytest.raises(StorageFailed, match="no space left on device"):
            run(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["checkpoints"]
    outcome, _ = run(tmp_path)
    assert (outcome.adapter / "adapter_model.safetensors").is_file()


def test_a_recipe_checks_itself() -> None:
    with pytest.raises(UsageError, match="rank must be from 1 to 512, not 0"):
        Recipe(rank=0)
    with pytest.raises(UsageError, match="tokens_at_once"):
        Recipe(tokens_per_step=8192, tokens_at_once=5000)


def test_the_forecast_orders_the_ways_and_picks_the_fastest_that_fits() -> None:
    config = small_phi3().config
    lora = Recipe(tokens_per_step=2048, tokens_at_once=2048)
    needed = forecast(config, lora)
    assert needed > forecast(config, replace(lora, recompute=True))
    assert needed > forecast(config, replace(lora, method=Method.QLORA))
    assert fitting([needed, needed // 2], 2 * needed) == 0
    assert fitting([needed, needed // 2], needed) == 1
    assert fitting([needed, needed // 2], 1000) is None
