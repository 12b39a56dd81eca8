"""The server loses no acknowledged message through kills, broken connections and lost clients."""

from pathlib import Path

from tests.torture.rounds import KILLS, torture

SECONDS = 8


async def test_no_message_is_lost_doubled_or_missing_without_notice(tmp_path: Path) -> None:
    report = await torture(tmp_path, SECONDS)
    assert report.is_clean, report.table()
    assert report.kills >= KILLS
    assert report.replays > 0
    assert report.acknowledged > report.unseen
