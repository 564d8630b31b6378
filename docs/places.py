"""Which places the headings of a page are, for links to them."""

from __future__ import annotations

import re


def slug(heading: str) -> str:
    """The name of a heading's place.

    ``PD101: ...`` is ``pd101``, as the anchors in reasons.md say. The others are named as code hosts name them: in
    lower case, hyphens for spaces, and no punctuation.
    """
    code = re.match(r"PD\d+(?=:)", heading)
    if code:
        return code[0].lower()
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")
