"""Between tests the queue is emptied as well, also where the clock has just put off a job of its own."""

from __future__ import annotations

from itertools import permutations

import pytest
from django.db import connection
from tests import own_database

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_refers_to_something_is_emptied_before_it() -> None:
    bound = [("defers", "jobs"), ("events", "jobs"), ("jobs", "workers"), ("regions", "regions"), ("jobs", "elsewhere")]
    for tables in permutations(["jobs", "defers", "workers", "regions"]):
        order = own_database.referring_first(tables, bound)
        assert sorted(order) == sorted(tables)
        assert order.index("defers") < order.index("jobs") < order.index("workers")


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
