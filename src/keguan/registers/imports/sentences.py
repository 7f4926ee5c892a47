"""What the events of this register say to people."""

from __future__ import annotations

from keguan.kernel.bilingual import Text
from keguan.registers.trace.sentences import sentences

sentences(
    {
        "imports:import:done": Text(
            "导入“{file}”：读入 {read} 行，新增 {created}，更新 {updated}，未变 {unchanged}",
            "imported “{file}”: rows {read}, new {created}, changed {updated}, as before {unchanged}",
        ),
        "imports:import:refused": Text(
            "导入“{file}”未通过：{problems} 处问题，未写入",
            "tried to import “{file}”, nothing saved; problems: {problems}",
        ),
        "imports:import:changed": Text("导入“{file}”时更新了 {rows} 行", "changed rows by importing “{file}”: {rows}"),
    }
)
