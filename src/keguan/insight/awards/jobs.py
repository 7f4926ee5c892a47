"""The jobs of charts, run by the worker."""

from __future__ import annotations

from procrastinate.contrib.django import app


@app.task(name="insight.draw_chart")
def draw_chart(source: str) -> None:
    """Draw one chart."""
    # Imported when it runs: finding the jobs at start must not load the rooms.
    from keguan.insight.charts import draw

    draw(source)


@app.periodic(cron="47 19 * * *")  # 03:47 in Beijing; cron counts in UTC
@app.task(name="insight.forget_charts", queueing_lock="insight.forget_charts")
def forget_charts(timestamp: int = 0) -> None:
    """Delete pictures that were drawn more than a month ago; those still wanted are drawn again."""
    from keguan.insight.charts import forget
    from keguan.kernel import clock

    forget(clock.now())
