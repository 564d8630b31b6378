"""Text of a program whose operands write down all that is done to them, in order."""

LOUD = '''
class Loud:
    """Writes every operation on it into ``log``. What an operation gives is loud again, named by the operation."""
    def __init__(self, name, truth=True):
        self.__dict__.update(name=name, truth=truth)
    def __repr__(self):
        return self.name
    def __eq__(self, other):
        return self._say(f"{self.name}=={other!r}")
    __hash__ = object.__hash__
    def _say(self, text):
        log.append(text)
        return Loud(f"({text})", self.truth)
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self._say(f"{self.name}.{name}")
    def __setattr__(self, name, value):
        log.append(f"{self.name}.{name}={value!r}")
    def __delattr__(self, name):
        log.append(f"del {self.name}.{name}")
    def __getitem__(self, key):
        if isinstance(key, int) and key > 2:
            raise IndexError
        return self._say(f"{self.name}[{key!r}]")
    def __setitem__(self, key, value):
        log.append(f"{self.name}[{key!r}]={value!r}")
    def __delitem__(self, key):
        log.append(f"del {self.name}[{key!r}]")
    def __iter__(self):
        log.append(f"iter {self.name}")
        return iter([Loud(f"{self.name}_{n}", n == 1) for n in range(2)])
    def __bool__(self):
        log.append(f"bool {self.name}")
        return self.truth
    def __contains__(self, item):
        log.append(f"{item!r} in {self.name}")
        return self.truth
    def __call__(self, *args, **kwargs):
        return self._say(f"{self.name}(*{args!r}, **{kwargs!r})")
    def __format__(self, spec):
        log.append(f"format {self.name}:{spec}")
        return f"<{self.name}>"
    def keys(self):
        log.append(f"keys {self.name}")
        return ["k", "l"]
    def __neg__(self):
        return self._say(f"-{self.name}")

def _operator(name):
    def operate(self, other):
        return self._say(f"{self.name} {name} {other!r}")
    return operate

for _name in "add sub mul iadd lt gt le radd rsub rmul".split():
    setattr(Loud, f"__{_name}__", _operator(_name))

def c(name, truth=True, *rest, **more):
    log.append(f"call {name} {rest} {more}")
    return Loud(name, truth)

def quiet(*args, **kwargs):
    log.append(f"quiet {args} {kwargs}")
    return False

def change():
    """Gives the globals another meaning."""
    global g
    log.append("change")
    g = Loud("g2")
    return g

g = Loud("g")
'''
