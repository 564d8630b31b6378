"""Looking ahead: calls that are asked for before it is known whether the program comes to them."""
