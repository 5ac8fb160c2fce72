"""What lies on disk of runs and adapters: listing it, removing it, and which adapter is in force."""
