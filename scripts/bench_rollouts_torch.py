"""The torch half of bench_rollouts, run by it in an interpreter with torch: transformers' generate over a job file's prompts."""

import json
import sys
import time
from pathlib import Path
from typing import Any


def main() -> int:
    """Prints one line of figures."""
    import torch
    from transformers import AutoModelForCausalLM

    folder, job = Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text())
    model: Any = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    longest = max(map(len, job["prompts"]))
    padded = torch.tensor([[0] * (longest - len(prompt)) + prompt for prompt in job["prompts"]])
    mask = torch.tensor([[0] * (longest - len(prompt)) + [1] * len(prompt) for prompt in job["prompts"]])
    started = time.perf_counter()
    with torch.inference_mode():
        said = model.generate(
            padded, attention_mask=mask, do_sample=True, temperature=job["temperature"], top_p=job["top_p"], top_k=0,
            max_new_tokens=job["tokens"], min_new_tokens=job["tokens"], pad_token_id=0,
        )  # fmt: skip
    seconds = time.perf_counter() - started
    drawn = len(job["prompts"]) * (said.shape[1] - longest)
    print(json.dumps({"torch": torch.__version__, "drawn": drawn, "seconds": seconds, "rate": drawn / seconds}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
