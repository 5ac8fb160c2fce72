"""Stand-ins that the tests run against."""
