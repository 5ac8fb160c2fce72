"""Task files as a person writes them: a new one to fill in, and a watch that proves each as it is saved."""
