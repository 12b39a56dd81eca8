"""Read QR codes, as the camera of a phone does."""

import re

import zxingcpp

MODULE = 4  # pixels a side
BLACK, WHITE = b"\x00", b"\xff"


def scan(picture: str) -> str:
    """Return the text of a code in SVG, which must paint its own white background."""
    [(width, height)] = re.findall(r'viewBox="0 0 (\d+) (\d+)"', picture)
    [path] = re.findall(r'stroke="#000" d="([^"]+)"', picture)
    assert f'<path fill="#fff" d="M0 0h{width}v{height}h-{width}z"/>' in picture
    rows = [bytearray(WHITE * int(width) * MODULE) for _ in range(int(height))]
    for x, y, length in lines(path):
        rows[y][x * MODULE : (x + length) * MODULE] = BLACK * length * MODULE
    return read(b"".join(bytes(row) * MODULE for row in rows), int(width) * MODULE)


def lines(path: str) -> list[tuple[int, int, int]]:
    """Return the start (x, y) and the length of each line that a path draws."""
    drawn = []
    x = y = 0
    for command, numbers in re.findall(r"([Mmh])([-. \d]+)", path):
        first, *second = (float(number) for number in numbers.split())
        if command == "h":
            drawn.append((x, y, int(first)))
        elif command == "M":
            x = y = 0
        x += int(first)
        y += int(*second)  # lines run through the middle of their row
    return drawn


def read(grey: bytes, width: int) -> str:
    """Return the text of a code in a picture of one byte per pixel."""
    pixels = memoryview(grey).cast("B", (len(grey) // width, width))
    found = zxingcpp.read_barcode(pixels)
    assert found, "no code in sight"
    return found.text
