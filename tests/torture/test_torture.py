"""Killed, cut off and deserted for some seconds, the server keeps its promises."""

from pathlib import Path

from tests.torture.rounds import KILLS, torture

SECONDS = 8


async def test_nothing_is_lost_doubled_or_silently_missing(tmp_path: Path) -> None:
    report = await torture(tmp_path, SECONDS)
    assert report.is_clean, report.table()
    assert report.kills >= KILLS
    assert report.replays > 0
    assert report.acknowledged > report.unseen
