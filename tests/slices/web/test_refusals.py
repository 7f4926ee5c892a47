"""Every no has its status, says why in the reader's language, and loses nothing that was typed."""

from __future__ import annotations

import logging

import pytest
from django.test import Client
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.slices.web.some_urls")]


@pytest.fixture(autouse=True)
def _quiet() -> None:
    logging.getLogger("django.request").setLevel(logging.CRITICAL)


@pytest.mark.parametrize(("how", "status"), [("refused", 422), ("conflict", 409)])
def test_a_refusal_shows_every_problem_and_what_was_typed(client: Client, how: str, status: int) -> None:
    response = client.post(f"/no/{how}/", {"proposal.title": "棉花 <i>🌱", "password": "geheim", "key": "k"})
    said = response.content.decode()
    assert response.status_code == status
    for part in (
        "太少",
        "&lt;3&gt;",
        "第4条",
        "多一些",
        'href="#field-proposal-asked"',
        "棉花 &lt;i&gt;🌱",
        "proposal.title",
    ):
        assert part in said
    assert "geheim" not in said


def test_a_reader_of_english_is_refused_in_english(client: Client) -> None:
    said = client.post("/no/refused/?lang=en", {"a": "b"}).content.decode()
    assert "too little" in said
    assert "太少" not in said
    assert '<html lang="en"' in said


def test_a_machine_gets_the_problems_as_json(client: Client) -> None:
    response = client.get("/no/refused/", headers={"accept": "application/json"})
    assert response.status_code == 422
    assert response.json()["problems"][0] | {"say": None} == {
        "code": "x.y",
        "say": None,
        "where": "proposal.asked",
        "value": "<3>",
        "source": "第4条",
        "fix": {"zh": "多一些", "en": "more"},
    }


@pytest.mark.parametrize("address", ["/no/missing/", "/nowhere/", "/registers/nothing/1/"])
def test_what_is_not_there_gets_a_page_of_the_site(client: Client, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 404
    assert "没有这个页面" in response.content.decode()
    assert 'class="brand"' in response.content.decode()


def test_a_bug_shows_the_number_of_the_request_in_both_languages(client: Client) -> None:
    client.raise_request_exception = False
    response = client.get("/no/broken/")
    said = response.content.decode()
    assert response.status_code == 500
    assert response["X-Request-Id"] in said
    assert "系统出错" in said
    assert "Something broke" in said
    assert "RuntimeError" not in said


def test_a_body_that_is_too_large_is_a_413(client: Client, settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    response = client.post("/no/refused/", {"a": "x" * 2000})
    assert response.status_code == 413
    assert "发送的内容过大" in response.content.decode()


def test_a_failed_csrf_check_keeps_what_was_typed_and_says_what_to_do() -> None:
    browser = Client(enforce_csrf_checks=True)
    response = browser.post("/no/ok/", {"proposal.title": "题目"})
    said = response.content.decode()
    assert response.status_code == 403
    assert "题目" in said
    assert "刷新" in said


@pytest.mark.parametrize(
    ("sent_to", "opened"),
    [("/no/conflict/?step=review", "/no/conflict/?step=review"), ("/known/do/now/", "/known/")],
    ids=["a page with a form", "an address that only takes submissions"],
)
def test_a_refused_submission_leads_to_a_page_that_opens(client: Client, sent_to: str, opened: str) -> None:
    said = client.post(sent_to, {"a": "b"}).content.decode()
    assert f'<a class="button" href="{opened}">' in said


def test_a_notice_is_shown_once_on_the_next_page(client: Client) -> None:
    client.get("/no/ok/")
    assert "已保存" in client.get("/").content.decode()
    assert "已保存" not in client.get("/").content.decode()


SAYS_WHAT_TO_DO = {
    400: ("请返回上一页重试", "Go back and try again"),
    403: ("这次尝试已记入痕迹", "The attempt was recorded"),
    404: ("请从首页或列表查找", "Look for it from the home page"),
    405: ("请从页面上的链接或按钮进入", "Come to it by a link or button"),
    500: ("请求编号告诉管理员", "give the number below to the administrator"),
    503: ("它们会自己重试保存", "they try again by themselves"),
}
"""What each page says to do. 409, 413, 422 and 429 are shown above and where they arise."""


@pytest.mark.parametrize("language", [0, 1])
@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/no/unreadable/", 400),
        ("/registrars/", 403),
        ("/no/missing/", 404),
        ("/sign-out/", 405),
        ("/no/broken/", 500),
        ("/no/away/", 503),
    ],
)
def test_each_error_says_what_happened_and_what_to_do(address: str, status: int, language: int) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(make.account())
    response = client.get(address, {"lang": ("zh", "en")[language]})
    assert response.status_code == status
    assert SAYS_WHAT_TO_DO[status][language] in response.content.decode()


def test_where_the_database_is_away_the_page_says_when_to_come_back_and_shows_what_was_typed() -> None:
    response = Client(raise_request_exception=False).post(
        "/no/away/", {"proposal.title": "棉花 <i>", "password": "geheim"}
    )
    said = response.content.decode()
    assert response.status_code == 503
    assert response["Retry-After"] == "60"
    assert "棉花 &lt;i&gt;" in said
    assert "geheim" not in said
    assert response["X-Request-Id"] in said


def test_a_bug_shows_what_was_typed() -> None:
    response = Client(raise_request_exception=False).post("/no/broken/", {"proposal.title": "写了很久的题目"})
    assert response.status_code == 500
    assert "写了很久的题目" in response.content.decode()
