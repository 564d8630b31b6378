"""Statements of random programs that make scopes: functions, classes, generators, coroutines and decorated functions."""

from __future__ import annotations

from random_grammar import passages, phrases

SCOPES = {
    "scope": passages(
        """
        3 x def loc(z, y=<number>):
            <local>

        2 x def inc(z=1):
            nonlocal <c, b|b, c, m>
            <c += z|c = f(z)|b = b, z|c = z; b = c|c = f(z) + b|c = [z for z in m[:1]]>
            <pass|if z: return b|for c in range(2): pass|b = [c for c in (z, b)]|note(b, c)>
            return <c|f(c)|z>
        <a = inc(f(b))|inc()|a = inc() + inc(b)|note(inc(a), c)|m = [inc(x) for x in l[:2]]|c = max(map(inc, m[:2]))>

        class Own<|(Box)|(Account)>:
            k = <f(a)|b|[f(x) for x in m[:2]]|g(b)|f(l)>
            <items = [k, k]|k += 1|w = [f(i) for i in range(2)]|note(k)|x = f(a)|k = k, b>
            def get(self, y=<f(a)|b|caller(c)>): return self.k + <y|f(y)|b>
        <c = Own.k|c = Own(a).get()|o = Own(b)|c = Own.get(Own)|note(Own.__qualname__, Own.k)>

        2 x def gen(n=2):
            <note(n)|x = f(n)|pass|nonlocal c>
            for i in range(n):
                <yield f(i)|x = yield i; note(x)|yield i + b|l.append(i); yield i|c = f(i); yield c>
            <return n|note(n)|yield from m[:2]|yield from (f(i) for i in m[:2])>
        <gone>

        fs = [<lambda x, i=i: f(x) + i|lambda x: x + f(i)> for i in range(2)]
        <c = sum(q(a) for q in fs)|m = [q(b) for q in fs]|b = fs[0](a)|c = fs[-1](f(a))>

        fs = [lambda x: x + b, f]
        b = fs[<0|1>](<number>)

        @<noted|functools.lru_cache(None)|twice>
        def dec(x):
            return <f(x)|x + b|helper(f(x))|h([x, *m])>
        c = <dec(a)|dec(f(b)) + dec(1)|sum(map(dec, [1, 2]))|[dec(x) for x in m[:2]][-1]>

        @schedule
        def sub(x, xs=m):
            <xs.append(f(x))|c = f(x)|note(x)|x = f(x)>
            return <f(x)|x|len(xs)|h(xs)|c>
        c = <sub(a)|sub(f(b)) + sub(1)|sum(map(sub, [1, 2]))|sub(b, l)|sum(sub(x) for x in m[:2])>

        @functional
        def pure(x, y=<number>):
            return <x * 2|f(x) + 1|(x, y)|[x, f(y)]|max(x, y)>
        c = <pure(a)|pure(f(b), f(a))|len(str(pure(b)))|[pure(x) for x in m[:3]]>

        async def task(n):
            <await waits(1)|x = await quick(n); note(x)|async for x in aeach(2): note(f(x))|async with Async(n): l.append(f(n))>
            return f(n)
        c = run(task(<number>))

        p = lambda z: <z + 1|f(z)|z + b|[f(x) for x in (z, b)][0]>
        c = p(<number>)

        c = (lambda *xs, **ks: h(xs, **ks))(*m, k=f(a))

        c = functools.partial(g, f(a))(y=<number>)[1]

        m = [x for x, _ in zip(each(8), range(3))]
        """
    ),
    "gone": phrases(
        """
        m = list(gen())
        c = sum(x for x in gen() if type(x) is int)
        m = [*gen(f(1))]
        m = [f(x) for x in gen()]
        c = next(gen())
        m = [x for x, _ in zip(gen(9), range(3))]
        for c in gen(3): note(c, b)
        v = gen(3)
        """
    ),
    "local": passages(
        """
        return <z + y|f(z) + b|z + a|h([z, *l])|sum(f(x) for x in (z, y))|z + GLOBAL>

        l.append(z)
        return y

        if f(z) in (1, 4): return y
        return z + f(y)

        for x in l[:2]:
            if f(x) == z: return x
        return y

        try: return f(z)
        except ValueError: return y

        z += f(y)
        m.append(z)
        return z
        """
    ),
}
"""Symbols for statements that make scopes."""
