"""Reads one hexadecimal document per line; answers per line 1 if libexpat finds it well-formed (namespaces included), 0 if not."""

import sys
from xml.parsers import expat


def is_well_formed(document: bytes) -> bool:
    # A form feed cannot occur in XML, so it separates namespace and name without doubt.
    parser = expat.ParserCreate("UTF-8", namespace_separator="\f")
    try:
        parser.Parse(document, True)
    except expat.ExpatError:
        return False
    return True


for line in sys.stdin:
    print("1" if is_well_formed(bytes.fromhex(line)) else "0")
