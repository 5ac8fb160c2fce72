"""`rft doctor --selftest`: on the user's own device, what the tests check elsewhere."""
