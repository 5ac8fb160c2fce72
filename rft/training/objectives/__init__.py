"""What a round may learn beside the best answers alone; `rft.training.objective` has the default."""
