"""Links as pictures that the camera of a phone can read."""

from io import BytesIO

import segno

from watchparty.party.errors import InvalidRequest

QUIET = 4  # modules of white around the code, which scanners need (ISO/IEC 18004 section 9.1)


def svg(text: str) -> str:
    """Draw a text as an SVG without a size. Raises InvalidRequest when it is too long for one."""
    try:
        code = segno.make_qr(text)
    except segno.DataOverflowError:
        raise InvalidRequest("The address of this server is too long for a QR code.") from None
    picture = BytesIO()
    code.save(picture, "svg", border=QUIET, light="#fff", omitsize=True, xmldecl=False, nl=False)
    return picture.getvalue().decode()
