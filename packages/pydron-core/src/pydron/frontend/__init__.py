"""From a Python function to its graph in normal form: ``pydron.frontend.build.build_graph``.

source          finds the text of a live function                      (the one file that reads files)
prepare         copies its syntax and spells out what depends on where it stands
scopes, names   whose each name is
lowering        the state of taking a function apart; what every rule needs
rules           the tables of rules: statements, assignments, loops, operands, calls, choices,
                comprehensions, texts, definitions, native
draft           what the rules emit
liveness, ports give the regions of a draft what they receive and hand on
whole           functions that are not taken apart
"""
