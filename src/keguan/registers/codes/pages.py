"""The pages of classifications. They are published standards: everybody may read them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404

from keguan.components.access import PUBLIC, page
from keguan.components.list_pages import list_page
from keguan.registers.codes import lists
from keguan.registers.codes.models import CodeNode, CodeTree


@page(PUBLIC)
def codes(request: HttpRequest) -> HttpResponseBase:
    """Every classification in its editions."""
    return list_page(request, lists.TREES, CodeTree.objects.all())


@page(PUBLIC)
def code_tree(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The codes of one edition."""
    tree = get_object_or_404(CodeTree, pk=pk)
    return list_page(request, lists.NODES, CodeNode.objects.filter(tree=tree))
