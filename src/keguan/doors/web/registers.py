"""The page that leads to all registers one may read."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse

from keguan.components.access import SIGNED_IN, actor_on, opens, page
from keguan.kernel.bilingual import Text


@dataclass(frozen=True, slots=True)
class Entry:
    """One register and what is in it."""

    title: Text
    what: Text
    url_name: str
    href: str = ""


ENTRIES = (
    Entry(
        Text("单位", "Organisations"),
        Text(
            "依托单位、推荐单位、企业，含曾用名与隶属",
            "Hosts, recommending bodies and firms, with former names and hierarchy",
        ),
        "organisations",
    ),
    Entry(
        Text("项目", "Projects"),
        Text("公布的与本平台立项的项目", "Published projects and those of this platform"),
        "projects",
    ),
    Entry(
        Text("证书", "Certificates"), Text("认定证书及有效期", "Certificates and how long they hold"), "certificates"
    ),
    Entry(Text("经费拨付", "Payments"), Text("应付与已付的款项", "What is due and what was paid"), "payments"),
    Entry(
        Text("评审费", "Fees for reviews"),
        Text("评审专家的应付评审费", "What reviewers are owed"),
        "review_fees",
    ),
    Entry(Text("人员", "People"), Text("负责人、成员与工作人员", "Investigators, members and staff"), "people"),
    Entry(Text("任职", "Duties"), Text("谁在何时承担何种职责", "Who holds which role, and when"), "duties"),
    Entry(Text("专家", "Experts"), Text("评审专家库", "The pool of reviewers"), "experts"),
    Entry(
        Text("分类代码", "Classifications"),
        Text("学科与资助领域的代码及版本", "Codes of fields, in their editions"),
        "codes",
    ),
    Entry(Text("文件", "Documents"), Text("提交的附件", "Files that were handed in"), "documents"),
    Entry(Text("诚信惩戒", "Sanctions"), Text("诚信记录与惩戒", "Integrity records and sanctions"), "sanctions"),
    Entry(
        Text("利害关系", "Ties"),
        Text(
            "师生、顾问、持股、争议等，评审时据此回避",
            "Advisers, shares, disputes and the like, by which reviewers keep out",
        ),
        "ties",
    ),
    Entry(Text("痕迹", "Trace"), Text("谁在何时做了什么", "Who did what, and when"), "trace"),
    Entry(Text("导入", "Imports"), Text("从表格导入名录", "Bring registers in from spreadsheets"), "imports"),
)


@page(SIGNED_IN)
def registers(request: HttpRequest) -> HttpResponseBase:
    """All registers this person may open."""
    actor = actor_on(request)
    shown = []
    for entry in ENTRIES:
        try:
            href = reverse(entry.url_name)
        except NoReverseMatch:
            continue
        if opens(href, actor):
            shown.append(Entry(entry.title, entry.what, entry.url_name, href))
    return render(request, "web/registers.html", {"entries": shown})
