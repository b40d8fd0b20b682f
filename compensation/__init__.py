"""Wiring, the pure policy core and the kernel that every app uses."""
