"""Measuring one model, or stored replies, on one suite: what `rft eval` does."""
