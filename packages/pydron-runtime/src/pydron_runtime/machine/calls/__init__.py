"""Calls: running in line, deferred, unfolded, or handed out as tasks."""
