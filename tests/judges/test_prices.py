"""Prices against numbers worked out by hand, and without a network."""

import os
import subprocess
import sys
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judges.calls import PICO, Usage
from judges.errors import JudgeConfigError
from judges.prices import Price, Prices

MILLION = 1_000_000
PRICES = Prices({})

# Dollars per million tokens: input, output, write 5 min, write 1 h, read, batch input, batch output (price pages, 2026-11).
LISTED = {
    "claude-haiku-5-5": ("0.10", "0.50", "0.125", "0.20", "0.01", "0.05", "0.25"),
    "claude-sonnet-5-5": ("2", "10", "2.50", "4", "0.10", "1", "5"),
    "claude-opus-5-5": ("4", "20", "5", "8", "0.20", "2", "10"),
    "claude-fable-5-2": ("8", "40", "10", "16", "0.20", "4", "20"),
    "claude-fable-5-1": ("10", "50", "12.50", "20", "0.25", "5", "25"),
    "claude-opus-5": ("5", "25", "6.25", "10", "0.50", "2.50", "12.50"),
    "claude-opus-4-8": ("5", "25", "6.25", "10", "0.50", "2.50", "12.50"),
    "claude-opus-4-7": ("5", "25", "6.25", "10", "0.50", "2.50", "12.50"),
    "claude-opus-4-6": ("5", "25", "6.25", "10", "0.50", "2.50", "12.50"),
    "claude-opus-4-5": ("5", "25", "6.25", "10", "0.50", "2.50", "12.50"),
    "claude-sonnet-5": ("2", "10", "2.50", "4", "0.20", "1", "5"),
    "claude-sonnet-4-6": ("3", "15", "3.75", "6", "0.30", "1.50", "7.50"),
    "claude-haiku-4-5": ("1", "5", "1.25", "2", "0.10", "0.50", "2.50"),
}
KINDS = ("input", "output", "cache_write_5m", "cache_write_1h", "cache_read")
CASES = [(model, kind, dollars) for model, row in LISTED.items() for kind, dollars in zip(KINDS, row[:5], strict=True)]
OWN = Price(Decimal(3), Decimal(7), Decimal("3.5"), Decimal(5), Decimal("0.25"))


def pico(dollars: str) -> int:
    return int(Decimal(dollars) * PICO)


@pytest.mark.parametrize(("model", "kind", "dollars"), CASES)
def test_each_kind_of_token_costs_what_is_listed(model: str, kind: str, dollars: str) -> None:
    # 1,000 tokens: below every tier by the prompt's size.
    known, source = PRICES.billed(model, Usage(**{kind: 1_000}))
    assert known == pico(dollars) // 1_000
    assert source.startswith("genai-prices ")


@pytest.mark.parametrize("model", LISTED)
def test_a_batch_costs_half_of_everything(model: str) -> None:
    usage = Usage(input=500, output=350, cache_write_5m=700, cache_write_1h=20, cache_read=900)
    whole, _ = PRICES.billed(model, usage)
    half, _ = PRICES.billed(model, usage, batch=True)
    assert whole is not None
    assert half is not None
    assert 2 * half == whole
    assert PRICES.billed(model, Usage(input=1_000), batch=True)[0] == pico(LISTED[model][5]) // 1_000
    assert PRICES.billed(model, Usage(output=1_000), batch=True)[0] == pico(LISTED[model][6]) // 1_000


def test_a_whole_verdict_by_hand() -> None:
    # 1,600 x $0.01 + 500 x $0.10 + 350 x $0.50 in millionths: 16 + 50 + 175.
    assert PRICES.billed("claude-haiku-5-5", Usage(input=500, cache_read=1_600, output=350))[0] == pico("0.000241")


def test_thinking_is_part_of_the_output() -> None:
    assert PRICES.billed("claude-haiku-5-5", Usage(output=300, thinking=200)) == PRICES.billed(
        "claude-haiku-5-5", Usage(output=300)
    )


@pytest.mark.parametrize("usage", [Usage(input=100_001), Usage(input=1, cache_read=100_000), Usage(cache_write_5m=100_001)])
def test_a_long_prompt_is_dearer_as_a_whole(usage: Usage) -> None:
    rates = PRICES.rates("claude-haiku-5-5", 100_001)
    assert rates is not None
    assert (rates.input, rates.output, rates.cache_read) == (Decimal("0.5"), Decimal("2.5"), Decimal("0.05"))
    assert (rates.cache_write_5m, rates.cache_write_1h) == (Decimal("0.625"), Decimal(1))
    assert PRICES.billed("claude-haiku-5-5", usage)[0] == rates.pico(usage)


def test_a_prompt_at_the_edge_of_a_tier_is_still_cheap() -> None:
    assert PRICES.billed("claude-haiku-5-5", Usage(input=100_000))[0] == pico("0.01")


USAGES = st.builds(Usage, *[st.integers(0, 150_000)] * 5)


@given(model=st.sampled_from(sorted(LISTED)), usage=USAGES, batch=st.booleans())
def test_the_sum_is_what_genai_prices_itself_counts(model: str, usage: Usage, batch: bool) -> None:
    from genai_prices import Usage as Tokens
    from genai_prices import calc_price

    tokens = Tokens(
        input_tokens=usage.input + usage.cache_write_5m + usage.cache_write_1h + usage.cache_read,
        cache_write_tokens=usage.cache_write_5m + usage.cache_write_1h,
        cache_write_1h_tokens=usage.cache_write_1h,
        cache_read_tokens=usage.cache_read,
        output_tokens=usage.output,
    )
    context = {"processing": "batch"} if batch else {}
    theirs = calc_price(tokens, model, provider_id="anthropic", price_context=context).total_price
    assert PRICES.billed(model, usage, batch=batch)[0] == theirs * PICO


@given(model=st.sampled_from(sorted(LISTED)), usage=USAGES, spare=st.integers(0, 5_000), batch=st.booleans())
def test_worst_is_never_passed(model: str, usage: Usage, spare: int, batch: bool) -> None:
    sent = usage.input + usage.cache_write_5m + usage.cache_write_1h + usage.cache_read
    worst = PRICES.worst(model, sent + spare, usage.output + spare, batch=batch)
    known, _ = PRICES.billed(model, usage, batch=batch)
    assert worst is not None
    assert known is not None
    assert known <= worst


def test_worst_takes_the_dearest_cache_write() -> None:
    # 2,100 x $0.20 + 4,096 x $0.50 in millionths.
    assert PRICES.worst("claude-haiku-5-5", 2_100, 4_096) == pico("0.002468")


def test_the_users_price_wins_and_is_named() -> None:
    prices = Prices({"claude-haiku-5-5": OWN})
    assert prices.billed("claude-haiku-5-5", Usage(input=MILLION)) == (3 * PICO, "rft.toml")
    assert prices.billed("claude-haiku-5-5", Usage(cache_read=4, output=1), batch=True) == (4_000_000, "rft.toml")
    assert prices.billed("claude-sonnet-5-5", Usage(input=1))[1].startswith("genai-prices ")


def test_the_users_price_holds_for_the_dated_name_in_the_reply() -> None:
    prices = Prices({"house-model": OWN})
    assert prices.billed("house-model-20261101", Usage(output=1)) == (7_000_000, "rft.toml")
    assert prices.billed("house-model-large", Usage(output=1))[0] is None


def test_a_number_of_a_toml_file_means_its_digits() -> None:
    written = tomllib.loads("input=0.1\noutput=0.5\ncache_write_5m=0.125\ncache_write_1h=0.2\ncache_read=0.01")
    prices = Prices({"m": Price(**written)})
    assert prices.billed("m", Usage(input=3)) == (300_000, "rft.toml")


@pytest.mark.parametrize("wrong", [Decimal(-1), Decimal("nan"), Decimal("inf")])
def test_a_price_that_is_no_price_is_refused(wrong: Decimal) -> None:
    with pytest.raises(JudgeConfigError, match="cache_read"):
        Price(Decimal(1), Decimal(1), Decimal(1), Decimal(1), wrong)


def test_an_unknown_model_has_no_price_and_never_a_free_one() -> None:
    known, source = PRICES.billed("claude-of-next-year", Usage(input=10))
    assert known is None
    assert source.startswith("no price known (genai-prices ")
    assert PRICES.worst("claude-of-next-year", 10, 10) is None


def test_require_gives_the_lines_to_add_and_they_work() -> None:
    with pytest.raises(JudgeConfigError, match="claude-of-next-year") as caught:
        PRICES.require("claude-of-next-year")
    assert '[judge.prices."claude-of-next-year"]' in caught.value.hint
    snippet = caught.value.hint.partition("\n\n")[2]
    table = tomllib.loads(snippet)["judge"]["prices"]
    prices = Prices({model: Price(**price) for model, price in table.items()})
    prices.require("claude-of-next-year")
    PRICES.require("claude-haiku-5-5")


OFFLINE = """
import socket, sys
assert "genai_prices" not in sys.modules
class Refused(socket.socket):
    def __init__(self, *args, **kwargs):
        raise AssertionError('a socket was opened')
def refuse(*args, **kwargs):
    raise AssertionError("a socket was opened")
socket.socket = Refused
socket.create_connection = refuse
socket.getaddrinfo = refuse
from judges.prices import Prices
from judges.calls import Usage
assert "genai_prices" not in sys.modules, "imported before anybody asked for a price"
print(Prices({}).billed("claude-haiku-5-5", Usage(input=1))[0])
"""


def _python(code: str) -> str:
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_no_socket_is_opened_and_the_table_is_read_late() -> None:
    assert _python(OFFLINE) == "100000"


def test_without_the_package_prices_are_unknown_and_say_why() -> None:
    code = (
        "import sys; sys.modules['genai_prices'] = None\n"
        "from judges.prices import Prices\nfrom judges.calls import Usage\n"
        "print(Prices({}).billed('claude-haiku-5-5', Usage(input=1)))"
    )
    assert _python(code) == "(None, 'no price known (genai-prices is not installed)')"
