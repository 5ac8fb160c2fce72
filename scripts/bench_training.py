"""Training, against `mlx_lm.lora --mask-prompt` and PEFT on torch's CPU: trained completion tokens a second, peak memory, loss.

    python scripts/bench_training.py [--rows 64] [--torch PYTHON]

The same rows, the same masking (loss on the completion alone), rank, scale, rate and batch size, one epoch each, on SmolLM2 in
fp32, each arm in a process of its own, one after another; mlx-lm with the BLAS that `rft` loads. PEFT's arm needs a
Python that has torch, transformers and peft. `--rows 8` gives the ratios within minutes on two cores.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
ROWS = ROOT.parent / "shared" / "data" / "sft_real.jsonl"
MOST_TOKENS = 1024
RANK, SCALE, RATE, BATCH = 8, 20.0, 5e-5, 4
PROJECTIONS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--rows", type=int, default=64, help="rows to train on; a multiple of 4, since mlx-lm leaves the rest out"
    )
    parser.add_argument(
        "--torch", default=None, metavar="PYTHON", help="a Python with torch, transformers and peft, for that arm"
    )
    parser.add_argument("--arm", nargs=2, metavar=("NAME", "FOLDER"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.arm:
        name, folder = arguments.arm
        print(json.dumps(ARMS[name](Path(folder))))
    elif not ROWS.is_file():
        print(f"{ROWS} is not there: the benchmark trains on those rows, and is left out.")
    else:
        compare(arguments.rows, arguments.torch)


def compare(count: int, torch_python: str | None) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        run(sys.executable, "prepare", folder, count=count)
        pythons = {"rft": sys.executable, "mlx_lm": sys.executable} | ({"peft": torch_python} if torch_python else {})
        found = {name: run(python, name, folder) for name, python in pythons.items()}
        learned = run(sys.executable, "learned", folder)
    for name, arm in found.items():
        print(f"{name:>7}: {arm['tokens']} completion tokens in {arm['seconds']:.1f} s, peak {arm['peak_gb']:.2f} GB, ", end="")
        print(f"{arm['rate']:.1f} tokens/s after the first step, loss {arm['loss']:.3f}")
    after = ", ".join(f"{name} {loss:.3f}" for name, loss in learned.items())
    print(f"mean loss of these rows' completions, all adapters by one measure: {after}")
    for other, target in (("mlx_lm", 3.0), ("peft", 1.2)):
        if other in found:
            ratio = found["rft"]["rate"] / found[other]["rate"]
            print(f"rft / {other}: {ratio:.2f}   (to reach: {target}{'' if ratio >= target else ', NOT reached'})")


def run(python: str, arm: str, folder: Path, count: int | None = None) -> Any:
    if count is not None:
        (folder / "count").write_text(str(count))
    from rollouts.freed_memory import with_huge_pages  # not in the other arms' Python

    command = [python, str(Path(__file__).resolve()), "--arm", arm, str(folder)]
    environment = with_huge_pages(os.environ) if arm == "rft" else None  # as rft's own children have it
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def prepare(folder: Path) -> dict[str, Any]:
    """The model in fp32 with the rotation order that all three libraries know, the rows as text, and the batches as tokens."""
    from rft.sections import TrainingConfig
    from rft.training.buckets import bucket_lengths, epoch_steps
    from rft.training.rows import TrainingRow, encode
    from rollouts.models import resolve_model
    from rollouts.policy import load_policy

    policy = load_policy(resolve_model("smollm2", folder / "log"))
    write_plain_model(policy.model, resolve_model("smollm2", folder / "log"), folder / "model")
    told = [json.loads(line) for line in ROWS.read_text().splitlines()]
    rows = [TrainingRow(row["prompt"], row["response"]) for row in told]
    encoded = [(row, encode(policy.tokenizer, row, system=None, max_tokens=None)) for row in rows]
    chosen = [(row, tokens) for row, tokens in encoded if tokens.length <= MOST_TOKENS][: int((folder / "count").read_text())]
    texts = "".join(json.dumps({"prompt": row.prompt, "completion": row.completion}) + "\n" for row, _ in chosen)
    (folder / "train.jsonl").write_text(texts)
    (folder / "valid.jsonl").write_text("".join(texts.splitlines(keepends=True)[:BATCH]))
    lengths = [tokens.length for _, tokens in chosen]
    steps = epoch_steps(lengths, bucket_lengths(lengths, BATCH), batch_size=BATCH, accumulation=1, seed=0, epoch=0)
    batches = [[(chosen[row][1].tokens, chosen[row][1].learned[0][0]) for row in part.rows] for step in steps for part in step]
    (folder / "batches.json").write_text(json.dumps(batches))
    config = TrainingConfig(rank=RANK, scale=SCALE, learning_rate=RATE, batch_size=BATCH, epochs=1, warmup_steps=0)
    (folder / "config.json").write_text(config.model_dump_json())
    return {}


def write_plain_model(model: Any, source: Path, target: Path) -> None:
    from rollouts.device import mx, trees

    config = json.loads((source / "config.json").read_text())
    heads = {"q_proj": config["num_attention_heads"], "k_proj": config["num_key_value_heads"]}
    weights = {}
    for name, weight in trees.tree_flatten(model.parameters()):
        count = heads.get(name.split(".")[-2])
        if count is not None:  # pairs that lie side by side go to the two halves of the head
            weight = weight.reshape(count, -1, 2, weight.shape[-1]).swapaxes(1, 2).reshape(weight.shape)
        weights[name] = mx.contiguous(weight)
    target.mkdir()
    mx.save_safetensors(str(target / "model.safetensors"), weights, {"format": "pt"})
    plain = {key: value for key, value in config.items() if key not in ("quantization", "rope_traditional")}
    (target / "config.json").write_text(json.dumps(plain))
    for file in source.glob("*token*"):
        (target / file.name).write_bytes(file.read_bytes())


def train_rft(folder: Path) -> dict[str, Any]:
    """The real child's work, in this process; validation is on one short row and not in the time."""
    from rft.training.worker import work
    from rollouts.freed_memory import keep_freed_memory

    keep_freed_memory()
    messages: list[dict[str, Any]] = []
    rows = [json.loads(line) for line in (folder / "train.jsonl").read_text().splitlines()]
    request = {
        "model": str(folder / "model"), "out": str(folder / "out"), "state": str(folder / "state"),
        "save": {"seconds": 30.0, "share": 0.02},
        "training": {
            "config": json.loads((folder / "config.json").read_text()), "system": None, "thinking": False, "seed": 0,
            "rows": rows, "pairs": [], "held_out": [{"prompt": "x", "completion": "y"}],
        },
    }  # fmt: skip
    work(request, messages.append)
    steps = [message for message in messages if message["kind"] == "step"]
    ends = [0.0, *(step["seconds"] for step in steps)]
    return result([(step["tokens"], step["loss"], end - start) for step, start, end in zip(steps, ends, ends[1:], strict=False)])


def train_mlx_lm(folder: Path) -> dict[str, Any]:
    """`mlx_lm.lora` by its own entry, a report for every step; its validation is not in its time."""
    from types import SimpleNamespace

    from rollouts.blas import load_blas

    blas = load_blas()  # before mlx_lm imports MLX
    from mlx_lm import lora
    from mlx_lm.tuner.callbacks import TrainingCallback

    reports: list[dict[str, Any]] = []

    class Collect(TrainingCallback):  # type: ignore[misc]
        def on_train_loss_report(self, train_info: dict[str, Any]) -> None:
            reports.append(train_info)

    settings = {
        "model": str(folder / "model"), "train": True, "data": str(folder), "mask_prompt": True, "fine_tune_type": "lora",
        "num_layers": 30, "batch_size": BATCH, "iters": len(json.loads((folder / "batches.json").read_text())), "val_batches": 1,
        "learning_rate": RATE, "steps_per_report": 1, "steps_per_eval": 10**6, "save_every": 10**6, "max_seq_length": MOST_TOKENS,
        "adapter_path": str(folder / "theirs"), "optimizer": "adam",
        # As rft and torch have it; without it, MLX's default, the first steps are three times as long.
        "optimizer_config": {"adam": {"bias_correction": True}}, "trust_remote_code": False,
        "lora_parameters": {"rank": RANK, "dropout": 0.0, "scale": SCALE}, "seed": 0, "report_to": None,
    }  # fmt: skip
    print(blas, file=sys.stderr)
    lora.get_reporting_callbacks = lambda *_a, **_k: Collect()  # `run` takes a callback, and puts this one in its place
    lora.run(SimpleNamespace(**{**lora.CONFIG_DEFAULTS, **settings}))
    counts = [0, *(report["trained_tokens"] for report in reports)]
    return result([
        (after - before, report["train_loss"], 1 / report["iterations_per_second"])
        for before, after, report in zip(counts, counts[1:], reports, strict=False)
    ])  # fmt: skip


def train_peft(folder: Path) -> dict[str, Any]:
    """The loop that PEFT's own examples have: AdamW, the model's own loss, labels of -100 where nothing is learned."""
    import torch
    from peft import LoraConfig, get_peft_model  # type: ignore[import-not-found]  # a dependency of this arm alone
    from transformers import AutoModelForCausalLM

    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_pretrained(folder / "model", dtype=torch.float32)
    adapter = LoraConfig(
        r=RANK, lora_alpha=int(SCALE * RANK), lora_dropout=0.0, target_modules=list(PROJECTIONS), task_type="CAUSAL_LM"
    )
    model = get_peft_model(model, adapter)
    optimizer = torch.optim.AdamW([weight for weight in model.parameters() if weight.requires_grad], lr=RATE, weight_decay=0.0)
    steps: list[tuple[int, float, float]] = []
    for batch in json.loads((folder / "batches.json").read_text()):
        started = time.monotonic()
        length = max(len(tokens) for tokens, _ in batch)
        inputs = torch.tensor([tokens + [0] * (length - len(tokens)) for tokens, _ in batch])
        labels = torch.tensor([[-100] * start + tokens[start:] + [-100] * (length - len(tokens)) for tokens, start in batch])
        mask = torch.tensor([[1] * len(tokens) + [0] * (length - len(tokens)) for tokens, _ in batch])
        loss = model(input_ids=inputs, attention_mask=mask, labels=labels).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        steps.append((sum(len(tokens) - start for tokens, start in batch), loss.item(), time.monotonic() - started))
    return result(steps)


def result(steps: list[tuple[int, float, float]]) -> dict[str, Any]:
    """`steps` are (completion tokens, mean loss, seconds). The rate is that of the steps after the first, which warms up:
    memory comes page by page then, and mlx-lm compiles."""
    tokens = sum(count for count, _, _ in steps)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    loss = sum(count * loss for count, loss, _ in steps) / tokens
    seconds = sum(seconds for _, _, seconds in steps)
    rate = sum(count for count, _, _ in steps[1:]) / sum(seconds for _, _, seconds in steps[1:])
    return {"tokens": int(tokens), "seconds": seconds, "rate": float(rate), "loss": float(loss), "peak_gb": peak / 1e9}


def measure_learned(folder: Path) -> dict[str, float]:
    """What each adapter in mlx-lm's format has learned, and the base: an arm's own loss is that of its own order of batches."""
    from rft.training.objective import mean_loss
    from rft.training.rows import TrainingRow, encode
    from rollouts.policy import load_policy

    told = [TrainingRow(**json.loads(line)) for line in (folder / "train.jsonl").read_text().splitlines()]
    losses = {}
    for name, adapter in (("base", None), ("rft", folder / "out"), ("mlx_lm", folder / "theirs")):
        policy = load_policy(folder / "model", adapter)
        rows = [encode(policy.tokenizer, row, system=None, max_tokens=None) for row in told]
        losses[name] = mean_loss(policy.model, rows, BATCH)
    return losses


ARMS = {"prepare": prepare, "rft": train_rft, "mlx_lm": train_mlx_lm, "peft": train_peft, "learned": measure_learned}

if __name__ == "__main__":
    main()
