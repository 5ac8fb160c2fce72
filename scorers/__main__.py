"""`python -m scorers`: the same as `luau-score`."""

from scorers.cli import main

if __name__ == "__main__":
    main("python -m scorers")
