"""Statements of random programs: bindings, modifications, effects, branches and loops."""

from __future__ import annotations

from random_grammar import passages, phrases

SIMPLE = {
    "simple": passages(
        """
        <bind>

        <bind>

        <modify>

        <modify>

        <augment>

        <effect>

        <unpack>

        <odd>
        """
    ),
    "bind": phrases(
        """
        <a|b|c> = <number>
        <a|b|c> = <number>
        <l|m> = <list>
        <l|m> = <list>
        d = <s(a)|dict(k=b)|TABLE|{**d, 'k': f(a)}|dict(d, **s(b))|{}>
        <m = l|l = m|a = b|m = OUT|o = BOX|l = o.items|vec = mk(a)|arr = na(b)|arr = arr[1:]|o = vec|o = point>
        """
    ),
    "modify": phrases(
        """
        3 x <place>.append(<any>)
        <place>.extend(<list>)
        <place>.insert(0, <number>)
        <l|m>[<0|-1|a|0:1>] = <any>
        <d|TABLE>[<1|'k'|a|f(a)>] = <any>
        o.x = <any>
        <d|TABLE>.setdefault(<1|a>, []).append(<number>)
        <del l[0]|c = m.pop()|l.reverse()|m.clear()|l.sort(key=str)|del d['k']|del l[:1]|del o.x|l.remove(a)>
        d.update(<s(a)|{1: f(b)}|TABLE>)
        m[0] = l
        arr[<0|1:3|-1|a|:>] = <number>
        <l[:] = m|m = l[:]|l, m = m, l|l = l * 2|d = dict(d, k=f(a))>
        BOX.<x|y|items> = <any>
        vec[<0|a>] = <number>
        point.x = <number>
        st.<add|discard>(<number>)
        ACCOUNT.items[:] = [f(a), *ACCOUNT.items[:2]]
        setattr(o, 'x', <any>)
        """
    ),
    "place": phrases("<l|m|OUT|o.items|d['v']|BOX.items|TABLE.setdefault(a, [])>"),
    "augment": phrases(
        """
        3 x <a|b|c> <+|*|-|//|%>= <number>
        <l|m> += <list>
        d['k'] += <number>
        l[0] += <number>
        o.x += <[1]|f(a)|[f(b)]>
        o.x <+|->= <number>
        arr[<0|1:3|-1>] += <number>
        arr <+|*>= <f(a)|na(b)|2>
        vec <+|-|*>= <number>
        ACCOUNT.x += <number>
        GLOBAL += <number>
        c += sum(<elements>)
        """
    ),
    "effect": phrases(
        """
        note(<any>)
        print(<number>)
        note(l, d, o)
        note(OUT, arr, vec)
        note(a, b, c, m)
        print(*m, f(a), sep=',')
        print(<number>, <list>, end=';')
        """
    ),
    "unpack": phrases(
        """
        a, b = <number>, <number>
        a, b = b, a
        a, c = g(b)
        a, *m = <list>
        a, (b, c) = f(a), g(c)
        a = b = <number>
        *m, a = <list>
        a, *m, b = *g(a), *l
        d['k'], l[0] = f(a), b
        o.x, (a, *m) = b, g(c)
        for l[0] in (f(a), b): pass
        k = <number>, <list>
        [a, [b, *m]] = f(a), [f(b), f(c)]
        """
    ),
    "odd": passages(
        """
        v = <d.values()|l|iter(m)|enumerate(l)|d.items()|map(f, m[:3])|zip(l, m)|(f(x) for x in l)|each(2)>

        append = <l.append|OUT.append|o.items.append|st.add>
        append(<number>)

        k[1].append(<number>)

        assert a is not None, f(1)

        c = u(<number>) + 1

        c = GLOBAL

        GLOBAL = <number>

        note(GLOBAL)

        del w

        w = <number>

        if <test>: w = f(b)

        w += f(a)

        note(w)

        c = w

        import math as <mm|c>

        a: int = <number>

        pass

        push(push(m, 1), f(2))

        m = <l[:2]|list(map(ACCOUNT.plain, m[:2]))|[ACCOUNT.x, f(a)]>
        """
    ),
}
"""Symbols for statements of their own."""

COMPOUND = {
    "leave": phrases(
        """
        if <test>: return <any>
        if <test>: return *<list>, a
        if <test>: raise RuntimeError(<number>)
        if <test>: raise <ValueError|KeyError(a)|IndexError(f(a))>
        """
    ),
    "leave loop": phrases("3 x if <test>: <break|continue>\nif <test>: return <any>"),
    "compound": passages(
        """
        if <test>:
            <block>

        if <test>:
            <block>
        else:
            <block>

        if <test>:
            <block>
        elif <test>:
            <block>
        else:
            <block>

        for c in <range(3)|[4, 0, 2]|list(l)|g(a)|l[:2]|d.values()|m[:4]|vec|each(3)|arr[:3]>:
            <turn>

        n# = 0
        for <a|b|c> in <list>:
            n# += 1
            if n# == 5: break
            <turn>

        for c in <range(3)|g(a)|l[:2]>:
            <turn>
        else:
            <block>

        for i, c in <enumerate(m[:3])|d.items()|enumerate(map(f, l[:2]))|enumerate(f(x) for x in m[:3])>:
            <turn>

        for c, b in zip(<l[:3]|map(f, m[:3])|range(3)>, <m|g(a)|each(3)>):
            <turn>

        for i in range(<2|3|f(a) % 4>):
            l.append(f(<i|a|l[-1]>))
            <turn>

        for i, x in enumerate(l[:3]):
            <l[i]|d[i]|arr[i]|a|m[0]> <=|+=|=> f(x)
            <simple>

        n# = 0
        while (<test>) and n# - 3:
            n# += <1|1 + f(a) * 0>
            <turn>

        n# = 0
        while n# not in (3, 4):
            n# += 1
            <turn>
        else:
            <block>

        n# = 0
        while True:
            n# += 1
            if n# in (5, 6): break
            <turn>

        n# = 0
        it# = iter(<list>)
        for c in it#:
            n# += 1
            if n# == 5: break
            <turn>
        note(next(it#, None))

        n# = 0
        q# = [a, 2]
        while q# and n# - 6:
            n# += 1
            c = q#.pop(<0|>)
            if f(c) in (1, 4): q#.append(<c - 1|0>)
            <turn>

        2 x match <subject>:
            case <pattern>:
                <block>
            case <pattern><guard>:
                <block>
            case _:
                <block>

        match <subject>:
            case <pattern><guard>:
                <block>
            case <c|m>:
                <simple>
        """
    ),
    "subject": phrases(
        """
        <f(a)|g(a)|s(b)|u(a)|l|o|d|k|mk(a)|point>
        f(a), g(b)
        <number>
        <list>
        """
    ),
    "pattern": phrases(
        """
        1 | 2
        [a, *m]
        [b]
        <{'k': c}|{'k': a, **d}|Box(x=c)|int(b)|Loud(x=a)|Loud(value=5)|a, [b, c]|BOX.x|list()|[Loud(), *_]>
        (1, _) | [_, 2]
        str() | None
        <Box(items=[a, *_])|Point(a, b)|Point(x=1)|[[a, b], *m]|(int() as a)|[a, b, *_] as m|{}|(_, list(m))>
        """
    ),
    "guard": phrases("<|| if a| if f(b) in (1, 4)| if not f(a)>"),
}
"""Symbols for branches and loops."""
