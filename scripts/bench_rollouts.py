"""Measures sampling against mlx-lm, its wheel without our BLAS, and transformers on torch: one run, same prompts and settings.

    python -m scripts.bench_rollouts [--tasks 8] [--candidates 8] [--tokens 128] [--torch-python PYTHON] [--parts ours,...]

Every contender runs in a process of its own, one after the other, and nobody stops early: all draw as many tokens.
`--torch-python` names an interpreter that has torch, transformers and safetensors; without it, or where it has them not, that
part is left out. The machine should do nothing else meanwhile.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from rollouts.freed_memory import keep_freed_memory, with_huge_pages

TEMPERATURE, TOP_P = 0.8, 0.95
STOCK_TOKENS = 4
"""Tokens a candidate for the wheel without the BLAS: it would take a quarter of an hour for as many as the others draw."""
PREFILL_PROMPT = 400
PAIRS_TASKS, PAIRS_CANDIDATES, PAIRS_TOKENS = 25, 20, 48
TOPICS = (
    "sums a list of numbers", "reverses a string", "finds the largest value in a table", "counts the vowels of a word",
    "checks whether a number is prime", "merges two sorted lists", "computes a factorial", "removes duplicates from a list",
)  # fmt: skip
DETAIL = " Explain each step of the code in a comment and keep the names short and clear."
DETAILS = 9
"""Makes prompts of about 200 tokens."""
Facts = dict[str, Any]


def main() -> int:
    """Runs the parts and prints their figures and ratios."""
    options = _options()
    if options.part:
        if options.part in OURS:
            keep_freed_memory()
        print(json.dumps(PARTS[options.part](options)))
        return 0
    names = options.parts.split(",")
    with tempfile.TemporaryDirectory() as folder:
        found = {name: _run(name, options, Path(folder)) for name in names}
    _report(options, found)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="smollm2")
    parser.add_argument("--tasks", type=int, default=8)
    parser.add_argument("--candidates", type=int, default=8)
    parser.add_argument("--tokens", type=int, default=128)
    parser.add_argument("--torch-python", default=sys.executable, help="an interpreter with torch and transformers")
    parser.add_argument(
        "--parts",
        default=",".join(name for name in PARTS if name != "divergence"),
        help="which to run; divergence, which takes half an hour, only when named",
    )
    parser.add_argument("--part", choices=PARTS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def _run(name: str, options: argparse.Namespace, folder: Path) -> Facts:
    """One part in a fresh process; its last line is what it found."""
    command = [sys.executable, "-m", "scripts.bench_rollouts", "--part", name, "--folder", str(folder), "--model", options.model]
    for key in ("tasks", "candidates", "tokens", "torch_python"):
        command += [f"--{key.replace('_', '-')}", str(getattr(options, key))]
    environment = with_huge_pages(os.environ) if name in OURS else dict(os.environ)
    if name == "stock":
        environment["RFT_BLAS"] = "none"
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"the part {name} failed")
    facts: Facts = json.loads(done.stdout.splitlines()[-1])
    print(f"  {name:<10} {json.dumps(facts)}", flush=True)
    return facts


def _policy(options: argparse.Namespace) -> Any:
    from dataclasses import replace

    from rollouts.models import resolve_model
    from rollouts.policy import load_policy

    policy = load_policy(resolve_model(options.model, options.folder / "model.log"))
    policy.tokenizer.eos_token_ids = set()
    return replace(policy, stop_tokens=frozenset())


def _prompts(policy: Any, tasks: int, details: int = DETAILS) -> list[tuple[int, ...]]:
    from rollouts.prompt import messages_for, render

    asked = [f"Write a Luau function that {TOPICS[i % len(TOPICS)]}.{DETAIL * details} Task {i}." for i in range(tasks)]
    return [tuple(render(policy.tokenizer, messages_for(text, None))) for text in asked]


def _ours(options: argparse.Namespace) -> Facts:
    """Everything that `decode` does, from prompts to texts."""
    from rollouts.decode import PromptJob, decode
    from rollouts.device import BLAS
    from rollouts.identity import SamplingParameters

    policy = _policy(options)
    jobs = []
    for i, prompt in enumerate(_prompts(policy, options.tasks)):
        keys = tuple(hashlib.sha256(f"{i}-{k}".encode()).hexdigest()[:32] for k in range(options.candidates))
        jobs.append(PromptJob(prompt, keys, keys))
    parameters = SamplingParameters(temperature=TEMPERATURE, top_p=TOP_P, max_new_tokens=options.tokens)
    started = time.perf_counter()
    drawn = sum(len(c.tokens) for c in decode(policy, jobs, parameters, max_rows=options.tasks * options.candidates))
    seconds = time.perf_counter() - started
    return {"blas": BLAS.name, "prompt_tokens": len(jobs[0].tokens), "drawn": drawn, "seconds": seconds, "rate": drawn / seconds}


def _forward(options: argparse.Namespace) -> Facts:
    """The same prompts read and the same steps taken, with nothing drawn: the passes alone. Then with mlx-lm's caches."""
    import numpy as np

    from rollouts.batch import open_batch
    from rollouts.decode import _common_prefix

    policy = _policy(options)
    prompts = _prompts(policy, options.tasks)
    started = time.perf_counter()
    batch = open_batch(policy.model, _common_prefix(prompts))
    for i, prompt in enumerate(prompts):
        batch.seat(np.arange(options.candidates) + i * options.candidates, batch.open(prompt))
    read = time.perf_counter() - started
    tokens_B = np.full(batch.rows, prompts[0][-1])
    steps = [_seconds(partial(batch.step, tokens_B, n)) for n in range(options.tokens)]
    drawn = batch.rows * options.tokens
    theirs = _mlx_lm_steps(policy, prompts, options)
    seconds = read + sum(steps)
    return {
        "prefill_seconds": read, "step_ms": 1e3 * median(steps), "seconds": seconds, "rate": drawn / seconds,
        "mlx_lm_step_ms": 1e3 * median(theirs), "mlx_lm_decode_rate": drawn / sum(theirs),
    }  # fmt: skip


def _mlx_lm_steps(policy: Any, prompts: list[tuple[int, ...]], options: argparse.Namespace) -> list[float]:
    from rollouts.device import mx
    from rollouts.reading import new_cache, read

    singles = []
    for prompt in prompts:
        cache = new_cache(policy.model)
        read(policy.model, cache, prompt[:-1])
        singles += [cache] * options.candidates
    merged = [type(layers[0]).merge(layers) for layers in zip(*singles, strict=True)]
    tokens = mx.full((len(singles), 1), prompts[0][-1], dtype=mx.int32)
    return [_seconds(lambda: mx.eval(policy.model(tokens, cache=merged)[:, -1])) for _ in range(options.tokens)]


def _batch_generate(options: argparse.Namespace, details: int = DETAILS) -> Facts:
    """mlx-lm's own batched loop, at the same number of rows."""
    from rollouts.device import BLAS  # loaded before mlx_lm imports MLX
    from mlx_lm.generate import batch_generate  # isort: skip
    from mlx_lm.sample_utils import make_sampler  # isort: skip

    policy = _policy(options)
    prompts = [list(prompt) for prompt in _prompts(policy, options.tasks, details) for _ in range(options.candidates)]
    started = time.perf_counter()
    response = batch_generate(
        policy.model, policy.tokenizer, prompts, max_tokens=options.tokens, completion_batch_size=len(prompts),
        sampler=make_sampler(temp=TEMPERATURE, top_p=TOP_P),
    )  # fmt: skip
    seconds = time.perf_counter() - started
    drawn = len(prompts) * options.tokens
    decoding = response.stats.generation_tps
    return {"blas": BLAS.name, "drawn": drawn, "seconds": seconds, "rate": drawn / seconds, "decode_rate": decoding}


def _stock(options: argparse.Namespace) -> Facts:
    """mlx-lm as its wheel comes. Few tokens over short prompts, and its decode rate alone counts: all that is in its favour."""
    options.tokens = STOCK_TOKENS
    return _batch_generate(options, details=0)


def _transformers(options: argparse.Namespace) -> Facts:
    """transformers' generate, fp32, in an interpreter that has torch; the weights are written for it once."""
    script = Path(__file__).with_name("bench_rollouts_torch.py")
    probe = subprocess.run([options.torch_python, "-c", "import torch, transformers"], capture_output=True, check=False)
    if probe.returncode:
        return {"left_out": "torch and transformers are not importable; --torch-python names an interpreter that has them"}
    policy = _policy(options)
    _write_for_transformers(policy, options)
    prompts = [prompt for prompt in _prompts(policy, options.tasks) for _ in range(options.candidates)]
    job = options.folder / "job.json"
    job.write_text(json.dumps({"prompts": prompts, "tokens": options.tokens, "temperature": TEMPERATURE, "top_p": TOP_P}))
    done = subprocess.run(
        [options.torch_python, str(script), str(options.folder / "hf"), str(job)], stdout=subprocess.PIPE, check=True
    )
    facts: Facts = json.loads(done.stdout.splitlines()[-1])
    return facts


def _write_for_transformers(policy: Any, options: argparse.Namespace) -> None:
    from rollouts.device import mx, trees
    from rollouts.models import resolve_model

    folder = options.folder / "hf"
    folder.mkdir()
    config = json.loads((resolve_model(options.model, options.folder / "model.log") / "config.json").read_text())
    weights = dict(trees.tree_flatten(policy.model.parameters()))
    if config.pop("rope_traditional", False):  # transformers turns halves of a head where this model turns neighbours
        for name, heads in (("q_proj", config["num_attention_heads"]), ("k_proj", config["num_key_value_heads"])):
            for key in [key for key in weights if f"{name}.weight" in key]:
                rows, width = weights[key].shape
                weights[key] = weights[key].reshape(heads, rows // heads // 2, 2, width).swapaxes(1, 2).reshape(rows, width)
    config.pop("quantization", None)
    (folder / "config.json").write_text(json.dumps({**config, "dtype": "float32"}))
    mx.save_safetensors(str(folder / "model.safetensors"), weights, metadata={"format": "pt"})


def _prefill(options: argparse.Namespace) -> Facts:
    """Seconds from a prompt of 400 tokens to the first step's logits, less a later step: for 1 candidate and for 16."""
    import numpy as np

    from rollouts.batch import open_batch

    policy = _policy(options)
    prompt = tuple(5 + i % 1000 for i in range(PREFILL_PROMPT))
    batch = open_batch(policy.model, ())
    found: dict[int, list[float]] = {1: [], 16: []}
    for _ in range(5):
        for count, seconds in found.items():
            slots: list[int] = []

            def begin(count: int = count, slots: list[int] = slots) -> None:
                slots.append(batch.open(prompt))
                batch.seat(np.arange(max(2, count)), slots[0])
                batch.step(np.full(batch.rows, 7), 0)

            first = _seconds(begin)
            seconds.append(first - min(_seconds(partial(batch.step, np.full(batch.rows, 7), n)) for n in (1, 2, 3)))
            batch.close(slots[0])
            batch.keep(np.zeros(0, np.int64))
    return {"one": min(found[1]), "sixteen": min(found[16]), "ratio": min(found[16]) / min(found[1])}


def _divergence(options: argparse.Namespace) -> Facts:
    """How many of 500 candidates say something else when two are decoded at a time, not 64; half an hour, two rows being slow."""
    from rollouts.decode import PromptJob, decode
    from rollouts.identity import SamplingParameters

    policy = _policy(options)
    jobs = []
    for i, prompt in enumerate(_prompts(policy, PAIRS_TASKS)):
        keys = tuple(hashlib.sha256(f"{i}-{k}".encode()).hexdigest()[:32] for k in range(PAIRS_CANDIDATES))
        jobs.append(PromptJob(prompt, keys, keys))
    parameters = SamplingParameters(temperature=TEMPERATURE, top_p=TOP_P, max_new_tokens=PAIRS_TOKENS)
    many, few = ({c.key: c.tokens for c in decode(policy, jobs, parameters, max_rows=rows)} for rows in (64, 2))
    return {"candidates": len(many), "different": sum(many[key] != few[key] for key in many)}


def _roofline(options: argparse.Namespace) -> Facts:
    """What one step moves and computes at half of the reply, and what this machine reaches at both."""
    import numpy as np

    from rollouts.device import mx, trees
    from rollouts.probe import product_gflops

    policy = _policy(options)
    rows, prompt = options.tasks * options.candidates, len(_prompts(policy, 1)[0])
    weights = [array for _, array in trees.tree_flatten(policy.model.parameters()) if array.ndim == 2]
    args = policy.model.args
    heads, size = args.num_attention_heads, args.hidden_size // args.num_attention_heads
    key_bytes = 2 * 4 * args.num_hidden_layers * args.num_key_value_heads * size
    keys = options.tasks * prompt + rows * options.tokens // 2
    flops = 2 * rows * sum(array.size for array in weights)
    flops += 4 * rows * args.num_hidden_layers * heads * size * (prompt + options.tokens // 2)
    source = np.ones(2**26, np.float32)
    target = np.empty_like(source)
    copied = min(_seconds(lambda: np.copyto(target, source)) for _ in range(5))
    a, b = mx.ones((rows, args.hidden_size)), mx.ones((args.intermediate_size, args.hidden_size))
    mx.eval(a, b)
    product = min(_seconds(lambda: mx.eval(a @ b.T)) for _ in range(50))
    return {
        "bytes": sum(array.nbytes for array in weights) + key_bytes * keys, "flops": flops,
        "bytes_per_second": 2 * source.nbytes / copied, "gflops": product_gflops(),
        "gflops_at_these_rows": 2 * rows * args.hidden_size * args.intermediate_size / product / 1e9,
    }  # fmt: skip


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _report(options: argparse.Namespace, found: Mapping[str, Facts]) -> None:
    rows = options.tasks * options.candidates
    print(f"\n{rows} rows ({options.tasks} tasks x {options.candidates}), {options.tokens} tokens each, top-p {TOP_P}")
    rates = {name: facts["rate"] for name, facts in found.items() if "rate" in facts}
    if "stock" in found:
        rates["stock"] = found["stock"]["decode_rate"]
    for name, rate in rates.items():
        print(f"  {name:<16} {rate:8.1f} tokens/s")
    for name, target in (("batch_generate", 4.0), ("stock", 20.0), ("transformers", 1.5), ("forward", 0.85)):
        if "ours" in rates and name in rates:
            ratio = rates["ours"] / rates[name]
            print(f"  ours / {name:<16} {ratio:6.2f}   (to reach: {target}{'' if ratio >= target else ', NOT reached'})")
        elif "left_out" in found.get(name, {}):
            print(f"  {name} left out: {found[name]['left_out']}")
    if "prefill" in found:
        print(
            "  prefill of 16 against 1: {one:.3f} s, {sixteen:.3f} s, ratio {ratio:.2f} (to reach: at most 1.15)".format(
                **found["prefill"]
            )
        )
    if "divergence" in found:
        print("  {different} of {candidates} candidates differ between 2 and 64 rows".format(**found["divergence"]))
    if "roofline" in found:
        _print_roofline(found["roofline"], found.get("forward", {}))


def _print_roofline(facts: Facts, forward: Facts) -> None:
    moving, products = facts["bytes"] / facts["bytes_per_second"], facts["flops"] / facts["gflops"] / 1e9
    here = facts["flops"] / facts["gflops_at_these_rows"] / 1e9
    print(f"  a step: {facts['bytes'] / 1e6:.0f} MB at {facts['bytes_per_second'] / 1e9:.1f} GB/s = {1e3 * moving:.0f} ms")
    print(f"          {facts['flops'] / 1e9:.1f} GFLOP at {facts['gflops']:.0f} GFLOP/s (1024^3) = {1e3 * products:.0f} ms,")
    print(f"          at {facts['gflops_at_these_rows']:.0f} GFLOP/s (a product of this batch's shape) = {1e3 * here:.0f} ms")
    if forward:
        print(f"          measured {forward['step_ms']:.0f} ms; mlx-lm's own caches {forward['mlx_lm_step_ms']:.0f} ms")


PARTS: dict[str, Callable[[argparse.Namespace], Facts]] = {
    "ours": _ours,
    "forward": _forward,
    "batch_generate": _batch_generate,
    "stock": _stock,
    "transformers": _transformers,
    "prefill": _prefill,
    "roofline": _roofline,
    "divergence": _divergence,
}  # fmt: skipOURS = ("ours", "forward", "prefill", "divergence")
"""What runs as rft's own children do."""

OURS = ("ours", "forward", "prefill", "divergence")
"""What runs as rft's own children do."""

if __name__ == "__main__":
    sys.exit(main())
