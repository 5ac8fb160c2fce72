"""Adapter folders in mlx-lm's format: written whole or not at all, known by their hash, promoted by an atomic swap."""
