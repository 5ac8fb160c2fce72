"""The judge in the loop: whom it asks about what, what comes of it, and what a person sees of that."""
