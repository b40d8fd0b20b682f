"""The outside world, as far as merchants need it."""
