"""Facts of the Roblox engine API, as a table that is read on first use."""
