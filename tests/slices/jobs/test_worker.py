"""A job put off in a transaction is done by the worker, as the application's role."""

from __future__ import annotations

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from keguan.doors.jobs.tidy import KEPT_HOURS, forget_finished_jobs
from keguan.doors.jobs.worker import work

pytestmark = pytest.mark.django_db(transaction=True)


@app.task(name="test.note")
def note(word: str) -> None:
    ContentType.objects.create(app_label="noted", model=word)


@app.task(name="test.stumble")
def stumble() -> None:
    raise RuntimeError("it stumbled")


def test_a_job_put_off_in_a_transaction_is_done_once() -> None:
    with transaction.atomic():
        note.defer(word="hello")
        assert not ContentType.objects.filter(app_label="noted").exists()
    work(once=True)
    work(once=True)
    assert list(ContentType.objects.filter(app_label="noted").values_list("model", flat=True)) == ["hello"]
    ContentType.objects.filter(app_label="noted").delete()


def test_a_job_put_off_in_a_transaction_that_is_rolled_back_is_never_done() -> None:
    with transaction.atomic():
        note.defer(word="never")
        transaction.set_rollback(True)
    work(once=True)
    assert not ContentType.objects.filter(app_label="noted").exists()


def test_a_job_that_stumbles_is_kept_as_failed_and_the_next_one_is_done() -> None:
    stumble.defer()
    note.defer(word="after")
    work(once=True)
    assert ProcrastinateJob.objects.get(task_name="test.stumble").status == "failed"
    assert ContentType.objects.filter(app_label="noted", model="after").exists()
    ContentType.objects.filter(app_label="noted").delete()


def test_finished_jobs_are_forgotten_after_three_days_and_failed_ones_are_not() -> None:
    note.defer(word="old")
    stumble.defer()
    work(once=True)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_events SET at = at - make_interval(hours => %s)", [KEPT_HOURS + 1])
    note.defer(word="young")
    forget_finished_jobs.defer()
    work(once=True)
    left = set(ProcrastinateJob.objects.values_list("task_name", "status"))
    assert ("test.stumble", "failed") in left
    assert [job.args["word"] for job in ProcrastinateJob.objects.filter(task_name="test.note")] == ["young"]
    ContentType.objects.filter(app_label="noted").delete()
