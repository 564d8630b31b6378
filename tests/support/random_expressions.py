"""Expressions of random programs: functional calls among everything that could get in their way.

They are over the variables ``a b c`` (numbers), ``l m`` (lists), ``d`` (a dict), ``o`` (an object), ``k`` (a tuple),
``v`` (something to go through), ``st`` (a set), ``arr`` (an array), ``vec`` (an object with operators) and ``loc`` (a
function). A program may rebind them to anything.
"""

from __future__ import annotations

from random_grammar import phrases

EXPRESSIONS = {
    "number": phrases(
        """
        1
        a
        b
        c
        2 x f(<a|b|c>)
        <0|5|True|2.5>
        """,
        """
        4 x f(<number>)
        2 x h(<list>)
        h(<list>, *m, k=<number>)
        (<number> <+|*|-|%|//> <number>)
        (<number> if <test> else <number>)
        2 x (<number> <and|or> <number>)
        <l[0]|m[-1]|l[a]|g(a)[1]|s(b)['k']|o.x|d['k']|k[0]>
        <len(l)|d.get('k', 0)|d.get(a)|sum(m)|max(a, f(b))|len(g(a))|abs(f(a))>
        inner(<number>, <l|m|list(m)|g(a)>)
        g(<number>, y=<number>)[0]
        <u(a)|u(f(b))|u(a).value>
        sum([f(x) for x in <list>])
        int(f'{<a|f(a)|f(b)>}')
        (<-|not |~><number>)
        2 x <consumed>
        <helper|effect|caller|decorated|other|partly|memo|attempted>(<number>)
        <reader()|sum(map(f, m[:3]))|sum(f(x) for x in l[:2])|max(map(f, [a, b]))>
        <next(iter([f(a)]))|d.pop('k', f(b))|len(v)|loc(a)|(st.pop() if st else f(a))|next(iter(v), f(b))>
        <bound>
        <gathered>
        <keyed>
        <vector>
        <array>
        run(<co|quick|waits>(<number>))
        sum(each(<number>))
        <ACCOUNT|Account(a)|Account.made(b)|Richer.made(f(a))>.<add|plain>(<number>)
        <ACCOUNT.double|ACCOUNT.limit|Account.made(b).x|ACCOUNT.cached|point.x|point.shifted(f(a)).x>
        (lambda x, y=<number>: <f(x)|x|y|f(y) + b|x + a>)(<number>)
        recursive(<2|3|f(a) % 3|len(l) % 3>, <list>)
        counted(<number>)
        """,
    ),
    "bound": phrases(
        """
        (<a|b|c> := f(<a|b|c>))
        len(f'{f(a)}{b!r:>{f(a)}}')
        len(f'{l}{f(b)=}')
        [y := f(a), y + 1][1]
        sum(y for x in m[:2] if (y := f(x)))
        int('%d' % f(a))
        len('{}-{k}'.format(f(a), k=b))
        """
    ),
    "gathered": phrases(
        """
        len({*g(a), f(b)})
        sum({*map(f, m[:2])})
        len({**s(a), 'x': f(b)})
        min({f(a), b, *l[:1]})
        len({f(x): g(x) for x in l[:2]})
        sum({f(x) for x in m[:3] if f(x) > 1})
        len(dict(s(a), z=f(b)))
        sum([f(x) * y for x in l[:2] for y in (x, a)])
        sum([[f(x) + y for y in g(x)][0] for x in m[:2]])
        sum(f(x) for x in g(a) for y in (b, x) if y)
        len([(x, y) for x in g(a) if f(x) > 1 for y in [f(x)] if y])
        """
    ),
    "keyed": phrases(
        """
        sorted(l[:3], key=f)[0]
        max([a, b], key=f)
        max([a, b], key=lambda x: -f(x))
        sum(x * y for x, y in zip(map(f, m[:2]), l))
        min((f(x) for x in l), default=a)
        max(g(a), g(b))[1]
        f(*[a])
        h(*[l, *m], **{'k': f(b)})
        functools.reduce(lambda x, y: x + f(y), m[:3], 0)
        sum(itertools.accumulate(f(x) for x in m[:3]))
        sum(itertools.chain(map(f, m[:2]), g(a)))
        operator.add(f(a), b)
        """
    ),
    "vector": phrases(
        """
        len(vec)
        vec[0]
        vec[<number>]
        sum(vec)
        sum(f(x) for x in vec)
        (vec + f(a)).total
        (f(a) + vec).total
        vec(f(b))
        vec.total
        (vec @ mk(b))
        mk(<number>).total
        len(mk(a) + mk(b))
        """
    ),
    "array": phrases(
        """
        int(arr.sum())
        int(arr[<0|-1|a % 4>])
        int((arr * f(a)).sum())
        int(arr[1:].max())
        int(na(<number>)[0])
        len(na(a))
        int((arr + na(b)).sum())
        int(np.dot(arr, na(f(a))))
        arr.shape[0]
        int(np.where(arr > f(a), arr, 0).sum())
        """
    ),
    "consumed": phrases(
        """
        <sum|max|min|any|all>(<elements>)
        sum(sorted(<elements>))
        len(<set|list|tuple>(<elements>))
        sum(list(<elements>))
        len(','.join(str(v) for v in (<elements>)))
        len(dict((i, i) for i in (<elements>)))
        sum(i * j for i, j in <zip|itertools.product>(<source>, (<elements>)))
        sum(i * j for i, j in enumerate(<elements>))
        """
    ),
    "elements": phrases("(<element> for i in <source><condition>)"),
    "element": phrases("<f(i)|u(i)|i|h(g(i))|f(i) * 0.5|caller(i)|f(i) + b>"),
    "source": phrases("<range(4)|m[:3]|l|[3, a, 0]|g(a)|d.values()>"),
    "condition": phrases("<||| if i| if f(i) - 2>"),
    "test": phrases(
        "<number> <gt> <2|4|a>",
        """
        2 x <number> <gt> <number>
        f(<number>)
        <number> in <list>
        not <number> == <number>
        1 <lt> <number> <lt> <number>
        <l|len(m) - 1|a is b|l is m|d|vec|o.x is None|isinstance(a, int)>
        (c := f(a)) <gt> 2
        f(a) <lt> (c := b)
        a in (m := l)
        <test> <and|or> <test>
        not (<test>)
        """,
    ),
    "gt": phrases(">\n>="),
    "lt": phrases("<\n<="),
    "any": phrases("2 x <number>\n<list>"),
    "list": phrases(
        "<l|m|[a]|[]|g(a)|o.items|OUT|list(l)|m[1:]>",
        """
        [<any>, <any>]
        g(<any>)
        <list> + [<number>]
        [<f(x)|g(x)|x|h([x, b])|(x, f(x))> for x in <range(3)|l|[a, b]|m[:3]>]
        [<f(x)|g(x)|x> for x in <range(3)|l|[a, b]> if <x|f(x) - 2|x and f(x)>]
        [[f(x) for x in y] for y in [l[:2], g(b)]]
        [f(x) for y in [l[:2], m[:1]] for x in y]
        <l[::-1]|[*l, *m]|[*g(a), b]|sorted([f(a), f(b)])|list(d.values())|[l, l]|l[:1] * 2|arr.tolist()|[*vec]>
        s(<number>)['v']
        list({f(x): x for x in [a, b]}.items())
        (<list> <or|and> <list>)
        <list(map(f, [a, b]))|[*map(g, [a])]|sorted({f(a), f(b)})|list(TABLE.values())|k[1]|push(m, f(a))>
        <list(v)|[x for x in v]|sorted(st)|list(zip(l, m))|list(enumerate(l))|BOX.items|list(each(a))|point.items>
        (<list> if <test> else <list>)
        list(<filter|map>(f, <list>))
        """,
    ),
}
"""Symbols for expressions."""
