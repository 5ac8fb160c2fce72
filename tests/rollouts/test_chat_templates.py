"""Chat templates with and without a system's role, with thinking and with a date."""

from pathlib import Path

import pytest

from rollouts.errors import ModelError
from rollouts.prompt import messages_for, render, render_text, switches_thinking
from rollouts.template_date import FIXED_DATE
from rollouts.tiny import CHAT_TEMPLATE
from tests.rft import chat_templates as templates
from tests.rft.chat_templates import tokenizer_with


@pytest.mark.parametrize("template", [templates.NO_SYSTEM, templates.DEAF, templates.ALTERNATING])
def test_a_system_text_that_the_template_does_not_take_begins_the_first_question(tiny_model: Path, template: str) -> None:
    tokenizer = tokenizer_with(tiny_model, template)
    text = render_text(tokenizer, messages_for("third", "Write Luau.", [("first", "1")]))
    expected = "<|user|>Write Luau.\n\nfirst<|end|>\n<|assistant|>1<|end|>\n<|user|>third<|end|>\n<|assistant|>"
    assert text == expected
    assert tokenizer.decode(render(tokenizer, messages_for("third", "Write Luau.", [("first", "1")]))) == expected


def test_a_conversation_that_the_template_refuses_is_an_error(tiny_model: Path) -> None:
    tokenizer = tokenizer_with(tiny_model, templates.ALTERNATING)
    with pytest.raises(ModelError, match="must alternate") as caught:
        render(tokenizer, [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}])
    assert caught.value.hint


def test_thinking_is_switched_where_the_template_can(tiny_model: Path) -> None:
    endings = {
        templates.SWITCHED: {False: "<|assistant|><think>\n\n</think>\n\n", True: "<|assistant|>"},
        templates.OPENED: {False: "<|assistant|><think>\n\n</think>\n\n", True: "<|assistant|><think>\n"},
    }
    for template, expected in endings.items():
        tokenizer = tokenizer_with(tiny_model, template)
        assert switches_thinking(tokenizer)
        for thinking, ending in expected.items():
            tokens = render(tokenizer, messages_for("q", None), thinking=thinking)
            assert tokenizer.decode(tokens) == "<|user|>q<|end|>\n" + ending


def test_a_template_without_thinking_gives_the_same_tokens_either_way(tiny_model: Path) -> None:
    tokenizer = tokenizer_with(tiny_model, CHAT_TEMPLATE)
    messages = messages_for("q", "s")
    assert not switches_thinking(tokenizer)
    own = tokenizer.apply_chat_template(messages, add_generation_prompt=True, tokenize=True)
    assert render(tokenizer, messages, thinking=False) == render(tokenizer, messages, thinking=True) == list(own)


def test_a_prompt_does_not_depend_on_the_day(tiny_model: Path) -> None:
    tokenizer = tokenizer_with(tiny_model, templates.DATED)
    assert render_text(tokenizer, messages_for("q", None)).startswith(f"Today is {FIXED_DATE}.\n<|user|>q")
