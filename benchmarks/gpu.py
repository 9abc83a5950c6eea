"""`python -m benchmarks.gpu [--stages decode,lora] [--tiny]`: Phi-3-mini's shape on a GPU, beside others.

Weights are random, in Phi-3-mini's real shape: no download, and speed doesn't depend on what they say. Each
stage runs in a process of its own with a time limit; one that fails is recorded and the rest goes on. The
results are written after each stage. `--tiny` runs every line on a CPU, for trying the program out.
"""

from pathlib import Path

from benchmarks.gpu_runner import Benchmark, Stage, run

STAGES = {
    "card": Stage("gpu_card:card", 45, 8),
    "exactness": Stage("gpu_decoding:exactness", 60, 26),
    "decoding": Stage("gpu_decoding:citewise", 90, 22),
    "adapters": Stage("gpu_decoding:citewise_adapters", 90, 36),
    "nf4": Stage("gpu_decoding:citewise_4bit", 90, 26),
    "lora": Stage("gpu_training:lora", 120, 49),
    "qlora": Stage("gpu_training:qlora", 120, 44),
    "generate": Stage("gpu_decoding:generate_defaults", 90, 52),
    "generate_peft": Stage("gpu_decoding:generate_peft", 60, 31),
    "trl": Stage("gpu_training:trl", 90, 51),
    "trl_qlora": Stage("gpu_training:trl_qlora", 90, 35),
    "generate_static": Stage("gpu_decoding:generate_static", 150, 120),
    "projections": Stage("gpu_card:projections", 90, 60, by_default=False),
    "profile_decoding": Stage("gpu_decoding:profile", 60, 20, by_default=False),
    "profile_lora": Stage("gpu_training:profile", 90, 40, by_default=False),
}
RESULTS = Path(__file__).parent / "results" / "gpu.json"


if __name__ == "__main__":
    run(Benchmark("gpu", STAGES, RESULTS), __doc__)
