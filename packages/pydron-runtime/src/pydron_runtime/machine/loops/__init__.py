"""Loops that are run another way than turn by turn: plain, as ranges, as streams."""
