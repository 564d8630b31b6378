"""Iterables: what a loop will come to, and iterators that are the machine's."""
