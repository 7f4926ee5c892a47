"""What even readers of a proposal must not learn: whom the applicant does not want, who objects, and before a double-blind
reviewer who applies."""

from __future__ import annotations

from dataclasses import replace

from keguan.casework.models import Answers, Case, Draft
from keguan.casework.pages.answers import Named, ids_in
from keguan.casework.permissions import answers_for, is_blinded, is_own
from keguan.casework.versions import definition_of
from keguan.components import reader
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.language.schema import Decide, Review


def sees_identity(actor: Actor, case: Case) -> bool:
    """Whether the actor may know who opened the case. Of an objection only those who decide it know; of a case under
    double-blind review its reviewers do not."""
    if is_blinded(actor, case):
        return False
    if case.parent_id is None or case.programme.code != "object" or is_own(actor, case):
        return True
    steps = definition_of(case.programme).programme.steps
    return any(isinstance(step, Decide) and actor.holds(step.by, programme=case.code) for step in steps)


def hidden_answers(actor: Actor, case: Case) -> frozenset[str]:
    """The fields, as `form.field`, whose answers this reader must not see: unwelcome reviewers are for those who write the
    form and for the officer, an objector's particulars for those who decide; whatever tells who applies is not for
    double-blind reviewers."""
    if actor.person is not None and actor.person in (case.applicant_id, case.principal_id, *case.editors):
        return frozenset()
    programme = definition_of(case.programme).programme
    hidden: set[str] = set()
    if is_own(actor, case) or not actor.holds("officer", programme=case.code):
        named = [step.panel.named for step in programme.steps if isinstance(step, Review) and step.panel.named]
        hidden |= {".".join(name.split(".")[:2]) for name in named}
    if is_own(actor, case):
        return frozenset(hidden)
    if is_blinded(actor, case):
        hidden |= {f"{form.form}.{field}" for form in programme.forms for field in form.telling}
    elif not sees_identity(actor, case):
        hidden |= {f"{form.form}.{one.field}" for form in programme.forms for one in form.fields if one.personal}
    return frozenset(hidden)


_FILE = Text("附件{n}", "attachment-{n}")


def as_told(names: Named, actor: Actor, case: Case) -> Named:
    """The same names for this reader: before a double-blind reviewer files are called by their number, for what somebody
    calls a file often tells who they are."""
    if not is_blinded(actor, case):
        return names
    files = {
        pk: replace(file, name=neutral_name(n, file.name))
        for n, (pk, file) in enumerate(sorted(names.files.items()), 1)
    }
    return replace(names, files=files)


def neutral_name(n: int, name: str) -> str:
    """What the n-th file is called before a double-blind reviewer: its kind, and nothing that somebody wrote."""
    kind = name.rpartition(".")[2].lower()
    return reader.said(_FILE.filled(n=n)) + (f".{kind}" if kind in ("pdf", "docx", "xlsx", "png", "jpg", "zip") else "")


def open_files(actor: Actor, case: Case) -> frozenset[int]:
    """The files of a case that this reader of its forms may open: those in answers that are not hidden from them, as they
    were ever handed in. What still lies in a draft is for those who write it."""
    programme, hidden = definition_of(case.programme).programme, hidden_answers(actor, case)
    kept = list(Answers.objects.filter(case=case).values_list("form", "values"))
    if is_own(actor, case) or answers_for(actor, case):
        kept += [(one.form, one.values) for one in Draft.objects.filter(case=case).prefetch_related("fields")]
    found: set[int] = set()
    for name, values in kept:
        seen = {field: value for field, value in values.items() if f"{name}.{field}" not in hidden}
        found |= ids_in(programme.form(name), seen, ("file",))
    return frozenset(found)
