"""Small chat templates with the habits of the big families, over the tiny model's markers, and a tokenizer for each."""

from pathlib import Path

from rollouts.prompt import Tokenizer
from rollouts.tiny import CHAT_TEMPLATE

ASK = "{% if add_generation_prompt %}<|assistant|>{% endif %}"
TURN = "<|{{ m.role }}|>{{ m.content }}<|end|>\n"

NO_SYSTEM = (
    "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('no system role') }}{% endif %}"
    f"{TURN}{{% endfor %}}{ASK}"
)
"""Refuses a system text, as Gemma 2 does."""
DEAF = f"{{% for m in messages if m.role != 'system' %}}{TURN}{{% endfor %}}{ASK}"
"""Leaves a system text out without a word."""
ALTERNATING = (
    "{% for m in messages %}{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('must alternate') }}"
    f"{{% endif %}}{TURN}{{% endfor %}}{ASK}"
)
MOVING = (
    "{% if messages[0].role == 'system' %}{% set system = messages[0].content %}{% endif %}"
    "{% for m in messages if m.role != 'system' %}<|{{ m.role }}|>"
    "{% if loop.last or (loop.revindex == 2 and m.role == 'user' and not add_generation_prompt) %}"
    "{% if system and m.role == 'user' %}{{ system }}\n\n{% endif %}{% endif %}"
    f"{{{{ m.content }}}}<|end|>{{% endfor %}}{ASK}"
)
"""Puts the system text before the last question, as Mistral does."""
_THOUGHTS = (
    "{% set last = namespace(at=0) %}{% for m in messages %}{% if m.role == 'user' %}{% set last.at = loop.index0 %}{% endif %}"
    "{% endfor %}{% for m in messages %}<|{{ m.role }}|>{% if m.role == 'assistant' %}"
    "{% set parts = m.content.split('</think>') %}{% if loop.index0 > last.at %}"
    "<think>\n{{ parts[0].split('<think>')[-1].strip() if parts | length > 1 else '' }}\n</think>\n\n{% endif %}"
    "{{ parts[-1].strip() }}{% else %}{{ m.content }}{% endif %}<|end|>\n{% endfor %}"
)
SWITCHED = (
    _THOUGHTS + "{% if add_generation_prompt %}<|assistant|>{% if enable_thinking is defined and not enable_thinking %}"
    "<think>\n\n</think>\n\n{% endif %}{% endif %}"
)
"""Takes thoughts out of earlier turns, and writes an empty one where the model is not to think, as Qwen3 does."""
OPENED = (
    _THOUGHTS + "{% if add_generation_prompt %}<|assistant|>{% set is_off = enable_thinking is defined and not enable_thinking %}"
    "{{ '<think>\n\n</think>\n\n' if is_off else '<think>\n' }}{% endif %}"
)
"""Opens the thought in the prompt, as Qwen3.5 does."""
DATED = "Today is {{ strftime_now('%d %b %Y') }}.\n" + CHAT_TEMPLATE
TOOLS = (
    "{% if tools %}<|system|>{% for tool in tools %}{{ tool | tojson }}\n{% endfor %}<|end|>\n{% endif %}"
    "{% for m in messages %}{% if m.role == 'tool' %}<|user|><result>{{ m.content }}</result><|end|>\n{% else %}<|{{ m.role }}|>"
    "{{ m.content }}{% for call in m.tool_calls or [] %}<call>{{ call.function.name }} {{ call.function.arguments | tojson }}"
    f"</call>{{% endfor %}}<|end|>\n{{% endif %}}{{% endfor %}}{ASK}"
)
"""Shows definitions, calls and results."""
ENDLESS = "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}"
"""Ends no turn with a token."""


def tokenizer_with(folder: Path, template: str) -> Tokenizer:
    """The tokenizer of the model in `folder`, with another template."""
    from mlx_lm.utils import load_tokenizer

    tokenizer: Tokenizer = load_tokenizer(folder)
    tokenizer.chat_template = template
    return tokenizer
