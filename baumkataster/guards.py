"""How the database guards a table, said once at the model; read by grants.py after every migrate.

A model states ``guard = Guard(...)``; models that say nothing may be changed freely by the app role.
"""

from dataclasses import dataclass
from typing import Literal

Protection = Literal["free", "no_delete", "append_only", "log", "history", "read_only"]


@dataclass(frozen=True, kw_only=True)
class Guard:
    """What the app role may do to a table, and what the database records of it by itself."""

    #: free: all; no_delete: no DELETE/TRUNCATE; append_only: SELECT and INSERT;
    #: log: as append_only, but a function of the owner may forget what is old;
    #: history and read_only: SELECT.
    protection: Protection = "no_delete"
    #: Keep every change in baumkataster_change (also bulk and raw SQL).
    tracked: bool = True
    #: Columns that never enter the history (secrets, noise).
    untracked_columns: tuple[str, ...] = ()
    #: Count ``version`` up and set ``changed_at`` at every UPDATE (ETag of the API).
    versioned: bool = False
    #: Columns whose value may never change (codes that old records refer to).
    frozen_columns: tuple[str, ...] = ()


#: Evidence in court: added, never changed.
EVIDENCE = Guard(protection="append_only", tracked=False)
