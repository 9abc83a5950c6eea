"""`python -m tests.brain.tuning_run FOLDER`: a small training run that prints a line a step."""

import sys
from pathlib import Path

from brain.tuning.learning.attention import register
from brain.tuning.learning.packing import Example
from brain.tuning.learning.recipe import Recipe
from brain.tuning.learning.training import Outcome, Progress, train
from tests.brain.small_phi3 import small_phi3

RECIPE = Recipe(
    rank=4, longest=64, tokens_per_step=128, tokens_at_once=128, learning_rate=2e-2, epochs=4,
    evaluate_every=4, save_every=1, patience=50,
)  # fmt: skip


def examples(count: int, first: int = 5) -> list[Example]:
    """A question of one token, said back: something that can be learnt."""
    made = []
    for number in range(count):
        length = 20 + 7 * (number % 5)
        made.append(Example((first + number % 3,) * length, (False,) * 10 + (True,) * (length - 10)))
    return made


def run(folder: Path, recipe: Recipe = RECIPE) -> tuple[Outcome, list[Progress]]:
    steps: list[Progress] = []

    def report(progress: Progress) -> None:
        steps.append(progress)
        print(progress.step, progress.loss, flush=True)

    model = small_phi3(attention=register())
    return train(model, examples(20), examples(4), folder, recipe, report), steps


if __name__ == "__main__":
    run(Path(sys.argv[1]))
