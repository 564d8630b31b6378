"""Operations that are put off, take turns, or go out: what they do is done in program order."""
