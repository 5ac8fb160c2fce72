"""What a new workspace begins with, as it is written there."""
