"""Between tests the queue is emptied as well, also where the clock has just put off a job of its own."""

from __future__ import annotations

import pytest
from django.db import connection
from tests import own_database

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_job_that_the_clock_put_off_stands_in_nobodys_way() -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_jobs (queue_name, task_name) VALUES ('default', 'tick') RETURNING id")
        (job,) = cursor.fetchone()
        cursor.execute(
            "INSERT INTO procrastinate_periodic_defers (task_name, defer_timestamp, job_id) VALUES ('tick', 1, %s)",
            [job],
        )
    own_database.empty()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs")
        assert cursor.fetchone() == (0,)
