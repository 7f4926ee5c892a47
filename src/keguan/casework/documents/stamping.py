"""Pages that carry their reader's name: what a reviewer takes away says on every page who took it, and when.

The stamp is a page of our own, set once and laid over each page. Nothing of what a file says about its maker (author,
program, dates) comes along.
"""

from __future__ import annotations

from datetime import datetime
from io import BytesIO

from keguan.casework.documents.typesetting import typeset

BYTES_MOST = 40_000_000
"""A larger file is not stamped while somebody waits."""
PATIENCE_SECONDS = 10.0
_A4 = (595.0, 842.0)


class Unstampable(Exception):  # noqa: N818 - says what is found, as the house does
    """The file is no PDF that can be read, or too large."""


def stamped(body: bytes, said: str, at: datetime) -> bytes:
    """The PDF with these words across every page, and without what it said about its maker. Raises Unstampable."""
    from pypdf import PdfReader, PdfWriter, Transformation
    from pypdf.errors import PdfReadError

    if len(body) > BYTES_MOST:
        raise Unstampable
    over = PdfReader(BytesIO(typeset("stamp", {"title": said, "said": said}, at, patience=PATIENCE_SECONDS))).pages[0]
    try:
        source = PdfReader(BytesIO(body))
        if source.is_encrypted and not source.decrypt(""):
            raise Unstampable
        made = PdfWriter()
        for page in source.pages:
            kept = made.add_page(page)
            kept.transfer_rotation_to_content()
            box = kept.mediabox
            fit = Transformation().scale(float(box.width) / _A4[0], float(box.height) / _A4[1])
            kept.merge_transformed_page(over, fit.translate(float(box.left), float(box.bottom)))
        made.metadata = None
        out = BytesIO()
        made.write(out)
    except (PdfReadError, ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
        raise Unstampable from error
    return out.getvalue()
