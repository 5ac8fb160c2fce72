"""A task file of each kind as `rft tasks new` writes it."""
