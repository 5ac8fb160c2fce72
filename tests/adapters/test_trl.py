"""The reward functions in a real `GRPOTrainer`: two steps of a random two-layer model on the CPU."""

import pickle
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest

pytest.importorskip("trl", reason="needs trl: python -m scripts.check_adapters trl")

import torch
from datasets import Dataset
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM
from trl import GRPOConfig, GRPOTrainer

from scorers import SCORERS, score
from scorers.adapters.trl import luau_reward, luau_rewards

STEPS = 2
WORDS = ["<pad>", "<end>", "Write", "code", "local x = 1\n", "print(x)\n", "pront(x)\n", "end\n", "wait(1)\n", "\n"]
TEMPLATE = "{% for message in messages %}{{ message['content'] }}{% endfor %}"


def tokenizer() -> PreTrainedTokenizerFast:
    """Ten tokens, most of them a line of Luau, so that random completions get scores that differ."""
    core = Tokenizer(models.WordLevel({word: number for number, word in enumerate(WORDS)}, unk_token="<pad>"))
    core.pre_tokenizer = pre_tokenizers.Whitespace()
    core.decoder = decoders.Fuse()
    return PreTrainedTokenizerFast(
        tokenizer_object=core, pad_token="<pad>", eos_token="<end>", chat_template=TEMPLATE, clean_up_tokenization_spaces=False
    )


def random_model() -> Qwen2ForCausalLM:
    torch.manual_seed(0)
    return Qwen2ForCausalLM(
        Qwen2Config(
            vocab_size=len(WORDS),
            hidden_size=16,
            intermediate_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            num_key_value_heads=2,
            pad_token_id=0,
            eos_token_id=1,
            bos_token_id=None,
        )
    )


def train(folder: Path, prompt: Any, rewards: list[Any]) -> tuple[list[dict[str, float]], list[list[Any]]]:
    """The logged metrics of each step, and the completions that the rewards were asked about in it."""
    asked: list[list[Any]] = []

    def witness(completions: list[Any], **_: Any) -> list[float]:
        asked.append(completions)
        return [0.0] * len(completions)

    trainer = GRPOTrainer(
        model=random_model(),
        reward_funcs=[*rewards, witness],
        processing_class=tokenizer(),
        train_dataset=Dataset.from_dict({"prompt": [prompt] * 4}),
        args=GRPOConfig(
            output_dir=str(folder),
            use_cpu=True,
            bf16=False,
            max_steps=STEPS,
            per_device_train_batch_size=4,
            num_generations=4,
            max_completion_length=6,
            logging_steps=1,
            save_strategy="no",
            report_to="none",
            seed=0,
        ),
    )
    trainer.train()
    return [entry for entry in trainer.state.log_history if "reward" in entry], asked


def text_of(completion: Any) -> str:
    return completion if isinstance(completion, str) else str(completion[-1]["content"])


@pytest.mark.parametrize("prompt", ["Write code", [{"role": "user", "content": "Write code"}]], ids=["plain", "chat"])
def test_trainer_logs_the_scores_of_its_completions(tmp_path: Path, prompt: Any) -> None:
    logged, asked = train(tmp_path, prompt, [luau_reward, *luau_rewards()])
    assert len(logged) == len(asked) == STEPS
    for entry, completions in zip(logged, asked, strict=True):
        reports = [score(text_of(completion).strip()) for completion in completions]
        assert entry["rewards/luau_reward/mean"] == pytest.approx(fmean(report.composite for report in reports), abs=1e-5)
        for name in SCORERS:
            mean = fmean(report.scores[name] for report in reports)
            assert entry[f"rewards/luau_{name}_reward/mean"] == pytest.approx(mean, abs=1e-5)
    assert any(entry["reward_std"] > 0 for entry in logged), "all completions alike: the test shows nothing"


def test_reward_functions_can_be_sent_to_another_process() -> None:
    for reward in [luau_reward, *luau_rewards()]:
        assert pickle.loads(pickle.dumps(reward)) is reward
