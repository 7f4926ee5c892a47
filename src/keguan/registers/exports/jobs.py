"""The jobs of exports, run by the worker."""

from __future__ import annotations

from procrastinate.contrib.django import app


@app.task(name="exports.write")
def write_export(export: int) -> None:
    """Write one spreadsheet."""
    # Imported when it runs: finding the jobs at start must not load the rooms.
    from keguan.registers.exports import services

    services.write(export)


@app.periodic(cron="27 19 * * *")  # 03:27 in Beijing; cron counts in UTC
@app.task(name="exports.clear", queueing_lock="exports.clear")
def clear_exports(timestamp: int = 0) -> None:
    """Every night: throw away what was asked for three days ago."""
    from keguan.registers.exports import services

    services.clear()
