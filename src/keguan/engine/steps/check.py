"""check 检查验收: delivered work is examined against rules, as screening examines an application."""

from keguan.engine.steps.screen import decide, enter, offers, verbs

__all__ = ["decide", "enter", "offers", "verbs"]
