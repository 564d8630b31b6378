"""Failures: attempts with handlers, tracebacks, what is kept of a call that has failed."""
