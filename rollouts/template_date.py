"""One date for every chat template: some tell the model today's, and an answer must not depend on the day."""

from typing import Any

FIXED_DATE = "1 January 2026"


def with_fixed_date(template: Any) -> dict[str, Any]:
    """The options of `apply_chat_template` that give a template which asks for today's date `FIXED_DATE` instead."""
    if not isinstance(template, str) or "strftime_now" not in template:
        return {}
    # transformers gives templates this function and takes none from us; a macro of the same name comes before it.
    return {"chat_template": "{% macro strftime_now(format) %}" + FIXED_DATE + "{% endmacro %}" + template}
