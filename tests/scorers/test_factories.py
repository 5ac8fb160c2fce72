"""One scorer at a time gives what all four together give."""

from collections.abc import Callable

import pytest

from scorers import score
from scorers.errors import SettingsError
from scorers.factories import Judge, api, bugs, quality, syntax

CODE = """
local part = Instance.new("Prat")
local unused = 1
while true do print(part) end
"""


@pytest.mark.parametrize(("factory", "name"), [(syntax, "syntax"), (api, "api"), (bugs, "bugs"), (quality, "quality")])
@pytest.mark.parametrize("code", [CODE, "local x = (", "", "return 1"])
def test_same_value_as_all_four(factory: Callable[[], Judge], name: str, code: str) -> None:
    alone, together = factory()(code), score(code)
    assert alone.value == pytest.approx(together.scores[name])
    assert alone.diagnostics == tuple(found for found in together.diagnostics if found.scorer == name)


def test_a_check_can_be_switched_off() -> None:
    assert "infinite-loop-no-yield" in {found.check for found in bugs()(CODE).diagnostics}
    assert "infinite-loop-no-yield" not in {found.check for found in bugs({"infinite-loop-no-yield": "off"})(CODE).diagnostics}


def test_an_unknown_check_is_refused() -> None:
    with pytest.raises(SettingsError, match="no check `infinite-lop`"):
        bugs({"infinite-lop": "off"})
