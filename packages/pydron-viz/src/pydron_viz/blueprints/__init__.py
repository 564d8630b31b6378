"""The viewer's addresses, one blueprint per subject."""
