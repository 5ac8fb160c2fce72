"""Rendering: from messages to the token ids the policy reads."""

from rollouts.policy import Policy
from rollouts.prompt import messages_for, render


def test_a_bare_prompt() -> None:
    assert messages_for("Sum two numbers.", None) == [{"role": "user", "content": "Sum two numbers."}]
    assert messages_for("p", "") == [{"role": "user", "content": "p"}], "an empty system prompt is none"


def test_system_and_examples_come_first() -> None:
    messages = messages_for("third", "Write Luau.", [("first", "1"), ("second", "2")])
    assert [(message["role"], message["content"]) for message in messages] == [
        ("system", "Write Luau."),
        ("user", "first"),
        ("assistant", "1"),
        ("user", "second"),
        ("assistant", "2"),
        ("user", "third"),
    ]


def test_rendering_ends_where_the_answer_begins(tiny_policy: Policy) -> None:
    tokens = render(tiny_policy.tokenizer, messages_for("hi\té", "s", [("q", "a")]))
    text = tiny_policy.tokenizer.decode(tokens)
    assert text == "<|system|>s<|end|><|user|>q<|end|><|assistant|>a<|end|><|user|>hi\té<|end|><|assistant|>"


def test_markers_are_one_token_and_tokens_are_plain_integers(tiny_policy: Policy) -> None:
    tokens = render(tiny_policy.tokenizer, messages_for("ab", None))
    assert len(tokens) == 5
    assert {type(token) for token in tokens} == {int}
    assert tokens[-2] in tiny_policy.stop_tokens
