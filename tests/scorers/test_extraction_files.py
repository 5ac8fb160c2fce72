"""Replies with several files."""

import pytest

from scorers.extraction import ExtractedFile, extract_files

SHOP = "return {}"


def fence(code: str = SHOP, info: str = "luau") -> str:
    return f"```{info}\n{code}\n```"


HEADERS = {
    "heading": f"### src/server/Shop.luau\n\n{fence()}",
    "heading in backticks": f"## `src/server/Shop.luau`\n{fence()}",
    "heading with a number and a remark": f"### 1. `src/server/Shop.luau` (server)\n{fence()}",
    "bold in backticks": f"**`src/server/Shop.luau`**\n{fence()}",
    "bold with a colon": f"**src/server/Shop.luau:**\n{fence()}",
    "bare": f"src/server/Shop.luau\n{fence()}",
    "label": f"File: src/server/Shop.luau\n{fence()}",
    "list item": f"- `src/server/Shop.luau`\n{fence()}",
    "sentence": f"Put this into `src/server/Shop.luau`:\n\n{fence()}",
    "windows path": f"File: src\\server\\Shop.luau\n{fence()}",
    "info after a colon": fence(info="luau:src/server/Shop.luau"),
    "info as title": fence(info='lua title="src/server/Shop.luau"'),
    "info alone": fence(info="src/server/Shop.luau"),
    "info after a space": fence(info="luau ./src/server/Shop.luau"),
}


@pytest.mark.parametrize("reply", HEADERS.values(), ids=HEADERS.keys())
def test_headers(reply: str) -> None:
    assert extract_files(reply) == (ExtractedFile("src/server/Shop.luau", SHOP, truncated=False),)


@pytest.mark.parametrize("comment", ["-- File: a/B.server.luau", "-- a/B.server.luau", "--[[ a/B.server.luau ]]"])
def test_first_comments(comment: str) -> None:
    code = f"{comment}\n{SHOP}"
    assert extract_files(fence(code)) == (ExtractedFile("a/B.server.luau", code, truncated=False),)
    assert extract_files(code) == (ExtractedFile("a/B.server.luau", code, truncated=False),)


@pytest.mark.parametrize(
    "header",
    [
        "It is like src/a.luau but shorter.",
        "### a.luau and b.luau",
        "### ../../etc/a.luau",
        "### /etc/a.luau",
        "### src//a.luau",
        "### .luau",
        "### Shop",
        "",
    ],
)
def test_no_header(header: str) -> None:
    assert extract_files(f"{header}\n{fence()}") == (ExtractedFile(None, SHOP, truncated=False),)


def test_a_comment_about_a_file_is_no_header() -> None:
    assert extract_files(fence("-- requires a.luau to run\nf()"))[0].path is None


def test_several_files_in_order() -> None:
    reply = (
        "<think>### wrong.luau\n```luau\nwrong()\n```</think>Two files.\n"
        "### src/A.luau\n```luau\nreturn 1\n```\n### src/B.luau\n```luau\nreturn 2\n```\n"
        "Output:\n```\n1 2\n```\nRun:\n```bash\nrojo build\n```\nAlso:\n```lua\nprint(3)\n```"
    )
    assert [(file.path, file.code) for file in extract_files(reply)] == [
        ("src/A.luau", "return 1"),
        ("src/B.luau", "return 2"),
        (None, "print(3)"),
    ]


def test_a_header_belongs_to_the_next_block_only() -> None:
    assert [file.path for file in extract_files(f"### a.luau\n{fence()}\n{fence()}")] == ["a.luau", None]


def test_a_later_version_takes_the_place_of_the_former() -> None:
    files = extract_files(f"a.luau\n{fence('return 1')}\nFixed:\n\na.luau\n{fence('return 2')}")
    assert files == (ExtractedFile("a.luau", "return 2", truncated=False),)


def test_only_the_unclosed_file_is_truncated() -> None:
    files = extract_files(f"a.luau\n{fence()}\nb.luau\n```luau\nreturn", finish_reason="length")
    assert [(file.path, file.truncated) for file in files] == [("a.luau", False), ("b.luau", True)]


@pytest.mark.parametrize(("reply", "codes"), [("", []), ("<think>", []), (SHOP, [SHOP]), (fence(info="json"), [])])
def test_replies_without_files(reply: str, codes: list[str]) -> None:
    assert [file.code for file in extract_files(reply)] == codes


def test_untagged_blocks_count_where_nothing_better_is() -> None:
    assert [file.code for file in extract_files(f"{fence('x()', '')}\n{fence('y()', '')}")] == ["x()", "y()"]
