"""Progress: how far a long run is, per loop, in the terminal or the notebook in which the program runs."""
