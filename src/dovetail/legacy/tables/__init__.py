"""Old names as data."""
