"""What a value is to the machine: whether it is there yet, what looking at it can run, when it ends."""
