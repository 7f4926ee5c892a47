"""A migration operation that makes a table, and renders no other model anew for it."""

from __future__ import annotations

from django.db.migrations.operations import CreateModel
from django.db.migrations.state import ProjectState


class CreateTable(CreateModel):
    """Like Django's CreateModel, which renders every model anew that the new one leads to, and all that those lead to:
    with a hundred tables that is most of what migrating a fresh database costs.

    The state is then what Django calls delayed: who reads models through it (`RunPython`) has it rendered whole first.
    """

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        rendered = state.__dict__.pop("apps", None)
        super().state_forwards(app_label, state)
        if rendered is not None:
            state.apps = rendered
            state.is_delayed = True
            rendered.render_multiple([state.models[app_label, self.name_lower]])
