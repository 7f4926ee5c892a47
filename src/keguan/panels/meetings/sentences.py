"""What happened in meetings, as sentences. A vote is told as one that was cast, never as what it was."""

from __future__ import annotations

from keguan.kernel.bilingual import Text
from keguan.registers.trace.sentences import sentences

sentences(
    {
        "meeting:sitting:planned": Text(
            "安排了{code}的第{n}次会议，{items}个议项，{members}名成员",
            "planned meeting {n} of {code}; items: {items}, members: {members}",
        ),
        "meeting:sitting:opened": Text("宣布会议开始，到会{present}人", "opened the meeting, {present} being present"),
        "meeting:sitting:resumed": Text("恢复会议，到会{present}人", "resumed the meeting, {present} being present"),
        "meeting:sitting:adjourned": Text("休会", "adjourned the meeting"),
        "meeting:sitting:closed": Text("宣布会议结束，审议{done}项", "closed the meeting; items dealt with: {done}"),
        "meeting:sitting:changed": Text(
            "把第{n}次会议改到{at}，{place}（原为{was}，{place_was}）",
            "changed meeting {n} to {at}, {place} (before: {was}, {place_was})",
        ),
        "meeting:sitting:cancelled": Text("取消了第{n}次会议：{reason}", "cancelled meeting {n}: {reason}"),
        "meeting:sitting:refused": Text("在会议上的一次操作被拒绝", "was refused something in a meeting"),
        "meeting:member:came": Text("登记人员 {person} 号到会", "noted that person {person} came"),
        "meeting:member:left": Text("登记人员 {person} 号离会", "noted that person {person} left"),
        "meeting:member:sent-out": Text(
            "登记人员 {person} 号对{number}回避：{reason}", "noted that person {person} keeps out of {number}: {reason}"
        ),
        "meeting:agenda:added": Text("把{items}件加入议程", "put cases on the agenda: {items}"),
        "meeting:agenda:moved": Text("把{number}移到第{place}项", "moved {number} to place {place}"),
        "meeting:agenda:dropped": Text("把{number}撤下议程", "took {number} off the agenda"),
        "meeting:item:taken-up": Text("提请审议{number}", "took up {number}"),
        "meeting:item:again": Text("再次提请审议{number}", "took up {number} once more"),
        "meeting:opinion:given": Text("对{number}提交了书面意见", "gave a written opinion on {number}"),
        "meeting:ballot:opened": Text("对{number}发起第{ballot}次表决", "opened ballot {ballot} on {number}"),
        "meeting:ballot:cast": Text("参加了对{number}的第{ballot}次表决", "voted in ballot {ballot} on {number}"),
        "meeting:ballot:closed": Text(
            "结束了对{number}的第{ballot}次表决：投票{cast}人，到会{present}人，应到{members}人",
            "closed ballot {ballot} on {number}: votes cast {cast}, present {present} of {members} who may vote",
        ),
        "meeting:ballot:void": Text("第{ballot}次表决作废（{number}）", "made ballot {ballot} on {number} void"),
        "meeting:ballot:dissent": Text(
            "把对{number}第{ballot}次表决的不同意见记入会议记录",
            "had their dissent from ballot {ballot} on {number} recorded",
        ),
        "meeting:slots:set": Text(
            "设定了{n}个答辩时段，每项{minutes}分钟", "set slots for defences: {n}, of {minutes} minutes each"
        ),
        "meeting:slots:proposed": Text(
            "请系统排出答辩顺序：{placed}件已排，{left}件未排",
            "had an order of the defences proposed: {placed} placed, {left} not",
        ),
        "meeting:slots:moved": Text("把{number}的答辩调整到{at}", "moved the defence of {number} to {at}"),
        "meeting:slots:told": Text(
            "确认了答辩时间，通知{n}件的申报方", "confirmed the defences; cases whose people were told: {n}"
        ),
        "meeting:minutes:signed": Text("签署了第{n}次会议的记录", "signed the minutes of meeting {n}"),
        "meeting:absence:announced": Text(
            "登记人员 {person} 号请假：{begins}至{ends}", "noted that person {person} is away from {begins} to {ends}"
        ),
        "meeting:absence:withdrawn": Text("取消了人员 {person} 号的请假", "took back the absence of person {person}"),
    }
)
