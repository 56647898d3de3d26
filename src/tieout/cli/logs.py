"""The log of a process that stays: lines on stderr, for people or, with `--json`, one JSON object each."""

import logging
import sys
from datetime import UTC, datetime

from sqlalchemy.exc import SQLAlchemyError

from tieout.cli.output import as_line, said, visible


def log_to_stderr(*, as_json: bool) -> None:
    """From now on, warnings of everybody and what tieout itself has to tell go to stderr."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if as_json else _Text("%(asctime)s %(levelname)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("tieout").setLevel(logging.INFO)


class _Text(logging.Formatter):
    """A database that is away is told in one line; a trace of where we noticed helps nobody."""

    def format(self, record: logging.LogRecord) -> str:
        error = record.exc_info[1] if record.exc_info else None
        if not isinstance(error, SQLAlchemyError):
            return visible(super().format(record))
        shorter = logging.makeLogRecord({**record.__dict__, "exc_info": None, "exc_text": None})
        return visible(f"{super().format(shorter)}: {said(error)}")


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"at": at, "level": record.levelname.lower(), "logger": record.name, "message": record.getMessage()}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return as_line(line)
