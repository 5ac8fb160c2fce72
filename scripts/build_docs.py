"""Writes the pages of docs/ that are made from the program itself: configuration.md and commands.md.

python -m scripts.build_docs
"""

from pathlib import Path

from scripts import commands_page, settings_page

DOCS = Path(__file__).resolve().parent.parent / "docs"


def pages() -> dict[Path, str]:
    """File -> what has to stand in it."""
    return {DOCS / made.NAME: made.page() for made in (settings_page, commands_page)}


def main() -> None:
    """Write them."""
    for file, text in pages().items():
        file.write_text(text, encoding="utf-8")
        print(f"docs/{file.name}: {len(text.splitlines())} lines")


if __name__ == "__main__":
    main()
