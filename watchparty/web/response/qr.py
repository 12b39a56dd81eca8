"""QR codes: links that the camera of a phone can read."""

from io import BytesIO

import segno

from watchparty.party.errors import InvalidRequest

QUIET_ZONE = 4  # modules of white border, which scanners need (ISO/IEC 18004 section 9.1)


def svg(text: str) -> str:
    """Return the QR code of a text as an SVG without a size. Raises InvalidRequest if too long."""
    try:
        code = segno.make_qr(text)
    except segno.DataOverflowError:
        raise InvalidRequest("The address of this server is too long for a QR code.") from None
    file = BytesIO()
    code.save(file, "svg", border=QUIET_ZONE, light="#fff", omitsize=True, xmldecl=False, nl=False)
    return file.getvalue().decode()
