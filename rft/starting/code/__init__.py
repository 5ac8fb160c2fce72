"""Tasks from a person's own Luau: functions are found, cut out, tested where tests are found, and proved."""
