"""Asynchronous requests: carried out a while after they were taken, kept with their answers (9)."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from tieout.twins.netsuite.call import Answer, Call, link
from tieout.twins.netsuite.errors import Refusal, bad_content, no_record, not_allowed
from tieout.twins.netsuite.schema import is_list, is_object
from tieout.twins.netsuite.settings import Settings
from tieout.twins.netsuite.state import TIME
from tieout.twins.wire import Clock

MOST_RECORDS = 100


@dataclass
class Task:
    """One request of a job, and how it ended."""

    call: Call
    answer: Answer | None = None


@dataclass
class Job:
    """What was taken at once: one request, or a batch of them, done one after the other."""

    number: int
    taken_at: datetime
    due_at: datetime
    tasks: list[Task] = field(default_factory=list[Task])

    @property
    def done(self) -> bool:
        """Whether every task has ended."""
        return all(task.answer is not None for task in self.tasks)


class Jobs:
    """All jobs of the account. Their results are kept for good (assumption)."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._jobs: dict[int, Job] = {}
        self._keys: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._jobs)

    def accept(self, call: Call) -> Answer:
        """Takes a request for later. Raises `Refusal` for a key that was used before."""
        where = f"{call.base}/async/v1/job/"
        key = call.headers.get("x-netsuite-idempotency-key", "")
        if key in self._keys:
            first = (("Location", f"{where}{self._keys[key]}"),)
            text = "A request with this idempotency key has been sent before."  # text: assumption
            raise Refusal(text, "IDEMPOTENCY_ERROR", headers=first, title="Conflict")
        number = len(self._jobs) + 1
        now = self._clock()
        tasks = [Task(one) for one in _requests(_plain(call))]
        self._jobs[number] = Job(number, now, now + timedelta(seconds=self._settings.job_s), tasks)
        if key:
            self._keys[key] = number
        return Answer(202, headers=(("Preference-Applied", "respond-async"), ("Location", f"{where}{number}")))

    def run_due(self, carry_out: Callable[[Call], Answer]) -> None:
        """Carries out what is due, in the order it was taken."""
        now = self._clock()
        for job in self._jobs.values():
            for task in job.tasks if job.due_at <= now and not job.done else []:
                task.answer = carry_out(task.call)

    def answer(self, call: Call) -> Answer:
        """`async/v1/job/5`, its tasks, one of them, and its result. Raises `Refusal`."""
        if call.method != "GET":
            raise not_allowed(call.method)
        parts = call.path[2:]
        if len(parts) < 2 or parts[0] != "job" or not parts[1].isdigit() or int(parts[1]) not in self._jobs:
            raise no_record()
        job, own = self._jobs[int(parts[1])], f"{call.base}/async/v1/job/{parts[1]}"
        if len(parts) == 2:
            return Answer(200, self._job(job, own))
        if parts[2] != "task":
            raise no_record()
        if len(parts) == 3:
            items = [
                {"links": [link("self", f"{own}/task/{one}")], "id": str(one)} for one in range(1, len(job.tasks) + 1)
            ]
            head = {"links": [link("self", call.url)], "count": len(items), "hasMore": False, "items": items}
            return Answer(200, head | {"offset": 0, "totalResults": len(items)}, kind="collection")
        if not parts[3].isdigit() or not 1 <= int(parts[3]) <= len(job.tasks):
            raise no_record()
        task = job.tasks[int(parts[3]) - 1]
        if parts[4:] == ("result",) and task.answer is not None:
            return task.answer
        if len(parts) > 4:
            raise no_record()
        return Answer(200, self._task(job, task, f"{own}/task/{parts[3]}", parts[3]))

    def _job(self, job: Job, own: str) -> dict[str, Any]:
        good = all(task.answer is not None and task.answer.status < 400 for task in job.tasks)
        progress = "pending" if not job.done else "succeeded" if good else "failed"
        told: dict[str, Any] = {"id": str(job.number), "completed": job.done, "progress": progress}
        return told | {"links": [link("self", own)], "task": {"links": [link("self", f"{own}/task")]}}

    def _task(self, job: Job, task: Task, own: str, number: str) -> dict[str, Any]:
        told: dict[str, Any] = {"id": number, "completed": task.answer is not None, "links": [link("self", own)]}
        if task.answer is None:
            return told | {"progress": "pending"}
        told["progress"] = "succeeded" if task.answer.status < 400 else "failed"
        told["links"].append(link("related", f"{own}/result"))
        return told | {"startTime": job.taken_at.strftime(TIME), "endTime": job.due_at.strftime(TIME)}


def _plain(call: Call) -> Call:
    """The call as it will be carried out: at once."""
    words = [part for part in call.headers.get("prefer", "").split(",") if part.strip().lower() != "respond-async"]
    return replace(call, headers={**call.headers, "prefer": ",".join(words)})


def _requests(call: Call) -> list[Call]:
    """The requests of a batch, of a hundred records of one type at most; any other call is the only one."""
    on_type = call.path[:2] == ("record", "v1") and len(call.path) == 3
    if on_type and call.method == "DELETE":
        return [replace(call, path=(*call.path, one), options={}) for one in _bounded(_ids(call))]
    media = call.headers.get("content-type", "").replace(" ", "")
    if not on_type or "type=collection" not in media or call.method not in ("POST", "PATCH", "PUT"):
        return [call]
    body = call.json()
    items = body.get("items") if is_object(body) else None
    if not is_list(items):
        raise bad_content("Invalid content in the request body: 'items' is expected.", "items")
    return [_one(call, item) for item in _bounded(items)]


def _ids(call: Call) -> list[str]:
    return [one.strip() for one in call.options.get("ids", "").split(",") if one.strip()]


def _bounded(items: list[Any]) -> list[Any]:
    if not 1 <= len(items) <= MOST_RECORDS:
        raise bad_content(f"A batch has 1 to {MOST_RECORDS} records.", "items")  # text: assumption
    return items


def _one(call: Call, item: Any) -> Call:
    given: dict[str, Any] = item if is_object(item) else {}
    if call.method == "PUT":
        if not given.get("externalId"):
            raise bad_content("A batch of PUT goes by 'externalId' only.", "items")  # text: assumption
        return call.with_body(given, *call.path, f"eid:{given['externalId']}")
    if call.method == "PATCH":
        named = given.get("id") or f"eid:{given.get('externalId')}"
        return call.with_body(given, *call.path, str(named))
    return call.with_body(item, *call.path)
