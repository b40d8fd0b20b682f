"""The console of grant jobs, for operations."""
