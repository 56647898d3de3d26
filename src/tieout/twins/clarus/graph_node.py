"""What GraphQL shows, as data (section 3.2 of the facts).

A field or filter is written `name:Kind`. Kinds: S string, I integer, N number, D time, Y date, B boolean, # id, L list
of strings, `E:<enum>` for filters, or the name of another node, found through the value `<name>_id`. A filter may read
elsewhere than its name says: `product_code=product.code:S`. `extra_*` are those the published reference does not list
(seam `GraphqlExtraFields`).
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Node:
    """One type of record. `root` is false for one that can only be reached through others, `extra_root` true for
    one whose list the published reference does not show."""

    name: str
    table: str
    filter_type: str = ""
    fields: str
    filters: str = ""
    extra_fields: str = ""
    extra_filters: str = ""
    root: bool = True
    extra_root: bool = False
