"""What a register of organisations must not hold: e-mail, telephone and identity numbers."""

from __future__ import annotations

import re

_PREFIX = r"(?<![\d-])(?:(?:\+|00)46[\s-]?(?:\(0\)[\s-]?)?|0[\s-]?)"

PERSONAL_DATA = re.compile(
    # an e-mail address; begun only where a word begins, so that long texts take linear time
    r"(?<![\w.+-])[\w.+-]+@[\w-]+\.\w+"
    rf"|{_PREFIX}7\d(?:[\s-]?\d){{7}}(?!\d)"  # a Swedish mobile number
    rf"|{_PREFIX}[1-9]\d{{0,2}}[\s-]\d{{2,3}}(?:[\s-]?\d{{2,3}}){{1,3}}(?!\d)"  # a land line
    r"|(?<!\d)(?:19|20)?\d{6}[-+]\d{4}(?!\d)"  # a personal identity number
)
"""E-mail, telephone and identity numbers: a register of organisations holds none of them."""
