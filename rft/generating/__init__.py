"""Asking a model by hand: what `rft generate` and `rft chat` do."""
