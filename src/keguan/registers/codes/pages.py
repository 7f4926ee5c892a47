"""The pages of classifications. They are published standards: whoever signs in may read them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404

from keguan.components.access import SIGNED_IN, page
from keguan.components.list_pages import list_page
from keguan.registers.codes import lists
from keguan.registers.codes.models import CodeNode, CodeTree


@page(SIGNED_IN)
def codes(request: HttpRequest) -> HttpResponseBase:
    """Every classification in its editions."""
    return list_page(request, lists.TREES, CodeTree.objects.all())


@page(SIGNED_IN)
def code_tree(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The codes of one edition."""
    tree = get_object_or_404(CodeTree, pk=pk)
    return list_page(request, lists.NODES, CodeNode.objects.filter(tree=tree))
