"""What a trace tells about why a run took as long as it did, and how long another one would take. Pure."""
