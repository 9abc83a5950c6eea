"""`python -m benchmarks.gpu_tuning [--stages swap,lora] [--tiny] [--plan]`: Phi-3 on a GPU as it is used.

Adapters swapped while questions stream, adapters beside packed weights, `citewise tune train` with its
forecast of memory, a kill and early stopping, the choice of quantisation, a full GPU; then where the time of
a step goes. Stages run as in gpu.py, the most valuable first; the random weights are written to disk once
(`--work`).
"""

from pathlib import Path

from benchmarks.gpu_runner import Benchmark, Stage, run

STAGES = {
    "swap": Stage("gpu_swapping:swap", 240, 56),
    "lora": Stage("gpu_runs:lora", 200, 95),
    "packed": Stage("gpu_swapping:packed", 200, 70),
    "qlora": Stage("gpu_runs:qlora", 200, 94),
    "profile_decoding": Stage("gpu_decoding:profile", 60, 18),
    "choice": Stage("gpu_full:choice", 120, 50),
    "full": Stage("gpu_full:full", 120, 31),
    "refused_run": Stage("gpu_full:refused_run", 60, 15),
    "evaluated": Stage("gpu_runs:evaluated", 90, 30),
    "early": Stage("gpu_runs:early", 120, 50),
    "profile_lora": Stage("gpu_training:profile", 90, 35),
    "projections": Stage("gpu_card:projections", 90, 60, by_default=False),
}
RESULTS = Path(__file__).parent / "results" / "gpu_tuning.json"


if __name__ == "__main__":
    run(Benchmark("gpu_tuning", STAGES, RESULTS), __doc__)
