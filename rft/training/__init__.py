"""Supervised training of a LoRA adapter in a child process."""
