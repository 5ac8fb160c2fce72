"""Models as a person picks them: which there are, what they need here, fetching and importing them, what they can be told."""
