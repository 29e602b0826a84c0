"""The Celery application and the one timetable of periodic tasks."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, Final

from celery import Celery
from celery.schedules import crontab
from celery.signals import after_task_publish, beat_init, before_task_publish, worker_ready

from ganzhou import broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ganzhou.settings")
broker.use()

app = Celery("ganzhou")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@dataclass(frozen=True)
class Periodic:
    """One line of the timetable.  ``label`` and ``purpose`` are what the page 运行状态 shows; ``key`` names its runs."""

    key: str
    task: str
    #: Seconds between two runs, or a crontab in Beijing time.
    schedule: float | crontab
    label: str
    purpose: str


#: Tasks take no personal data, and each is safe to run twice and at the same time as itself.
TIMETABLE: Final = (
    Periodic("heartbeat", "common.tasks.heartbeat", 30.0, "心跳", "报告后台任务在运行；停了，本页和 /healthz 会说明"),
    Periodic("outbox", "common.tasks.relay_outbox", 5.0, "消息投递", "把办理中产生的消息逐条送达，失败的隔一段时间再送"),
    Periodic("deliveries", "notices.tasks.send_deliveries", 15.0, "邮件和短信", "把紧急的事和摘要发到邮箱、手机，免打扰时段顺延"),
    Periodic(
        "digests", "notices.tasks.write_digests", crontab(minute="*/10", hour="8-11"),
        "每日摘要", "工作日 8:00 给每人写一份待办摘要；后几次只接着写没写完的",
    ),
    Periodic(
        "messages", "notices.tasks.prune", crontab(hour="3", minute="50"),
        "清理消息", "删除一年前办结的消息和三个月前的发送记录",
    ),
    Periodic(
        "sweep", "disputes.tasks.sweep", 60.0, "期限警示", "到期的提醒、黄牌、红牌、领导关注各发一次，四级七天期满升级"
    ),
    Periodic(
        "reckon", "disputes.tasks.reckon_clocks", crontab(hour="2", minute="20"),
        "核算期限", "按推算的日历算出的期限，日历公布后重算",
    ),
    Periodic(
        "imports", "imports.tasks.look_after", 10.0, "导入", "接着办后台中断的导入，删除 24 小时没有确认的文件"
    ),
    Periodic(
        "endings", "posts.tasks.warn_of_endings", crontab(hour="7", minute="30"),
        "任期届满提醒", "六员任期届满前 30 天、7 天各提醒一次乡镇综治中心；已续任的不提醒",
    ),
    Periodic(
        "sessions", "accounts.tasks.end_idle_sessions", crontab(minute="*/10"),
        "结束闲置登录", "超过闲置时限、到了最长时限的登录自动退出",
    ),
    Periodic(
        "drafts", "disputes.tasks.drop_old_drafts", crontab(hour="3", minute="20"),
        "清理登记草稿", "删除三十天没有完成的登记草稿（个人信息保护法第十九条）",
    ),
    Periodic(
        "prune", "common.tasks.prune", crontab(hour="3", minute="40"),
        "清理运行记录", "删除三十天前已送达的消息和过期的运行记录",
    ),
)  # fmt: skip

app.conf.beat_schedule = {entry.key: {"task": entry.task, "schedule": entry.schedule} for entry in TIMETABLE}


# -- Who is alive?  The beat says so itself, before it talks to the broker and again when the broker took the message;
# the worker when it starts, and then by running the heartbeat.  So a page can tell which of the three is away without
# asking Redis.


@beat_init.connect
def show_the_pulse_of_beat(**kwargs: Any) -> None:
    from common import pulses  # models can be loaded only after django.setup()

    before_task_publish.connect(pulses.beat_is_alive, weak=False)
    after_task_publish.connect(pulses.broker_is_alive, weak=False)


@worker_ready.connect
def show_the_pulse_of_the_worker(**kwargs: Any) -> None:
    from common import pulses

    pulses.worker_is_ready()
