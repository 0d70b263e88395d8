"""One installation: places, database and the environment that the application reads."""

import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from launch import people, places, roles
from launch.cluster import Cluster
from launch.holders import Holders
from launch.people import Account
from launch.places import Places
from launch.words import LaunchError

#: Raised when provision() learns something new: older installations run it again.
PROVISIONED = "provisioned-1"
#: Folders that web and worker write to.
SERVICE_FOLDERS = ("media", "mail", "home")


class Installation:
    """What ./baum works on: the clone, its state folder and its database."""

    def __init__(self, clone: Path, env: Mapping[str, str]) -> None:
        """Decide places and accounts; the database is not started.

        Raises:
            LaunchError: half a database address, or a cluster of another user.
        """
        self.external = existing_server(env)
        self.env = dict(env)
        if self.external:
            self.places: Places = places.for_existing_server(clone)
            self.cluster: Cluster | None = None
        else:
            self.places = places.find(clone)
            self.cluster = Cluster(self.places)
        self.holders = Holders(self.places.state / "holders")
        self.service = self._service_account()

    def _service_account(self) -> Account:
        """Who runs web and worker; as root also makes the folders that they write to theirs."""
        who = people.service_account(self.cluster.account if self.cluster else None)
        for name in SERVICE_FOLDERS:
            people.own(self.places.state / name, who, 0o750)
        return who

    def addresses(self) -> tuple[str, str]:
        """Database addresses of the app and of the owner."""
        if self.external:
            return self.external
        words = roles.passwords(self.places.secrets)
        run = self.places.run
        return roles.url(roles.APP, words.app, run), roles.url(roles.OWNER, words.owner, run)

    def environment(self, *, owner: bool) -> dict[str, str]:
        """Everything that the application reads; with ``owner`` also how to migrate."""
        app_url, owner_url = self.addresses()
        env = {
            **self.env,
            "DATABASE_URL": app_url,
            "BAUM_VAR": str(self.places.state),
            "BAUM_SECRET_KEY_FILE": str(self.places.secrets / "django-secret-key"),
            "DJANGO_SETTINGS_MODULE": "baumkataster.settings",
            "PYTHONUTF8": "1",
        }
        env.pop("DATABASE_OWNER_URL", None)
        if owner:
            env["DATABASE_OWNER_URL"] = owner_url
        if not self.external:
            env["BAUM_TEMPLATE_DB"] = roles.TEMPLATE
        return env

    def secret_key(self, account: Account) -> None:
        """Make the application's secret key once (0600); it belongs to who runs the web."""
        path = self.places.secrets / "django-secret-key"
        if not path.exists():
            roles.write_secret(path, secrets.token_urlsafe(50))
        if os.geteuid() == 0:
            os.chown(path, account.uid, account.gid)

    def hand_database_to(self, pid: int) -> None:
        """Detached: from now on the supervisor holds the database, not this launcher."""
        if self.cluster:
            with self.holders.lock():
                self.holders.enter(pid)
                self.holders.leave(os.getpid())

    @contextmanager
    def database(self) -> Iterator[None]:
        """Have the database up while the block runs; stop it after if nobody else needs it."""
        self.start_database()
        try:
            yield
        finally:
            self.stop_database()

    def start_database(self, *, keep: bool = False) -> None:
        """Make and start the own cluster if needed, enter the holders, check the app role."""
        if self.cluster:
            with self.holders.lock():
                if not self.cluster.exists():
                    self.cluster.create()
                if not self.cluster.runs():
                    self.cluster.start()
                self._provision(self.cluster)
                self.holders.enter(os.getpid())
                if keep:
                    self.holders.keep(True)
        app_url, owner_url = self.addresses()
        roles.refuse_unsafe(app_url, owner_url, self.env)

    def stop_database(self, *, force: bool = False) -> None:
        """Leave the list; the last one stops the cluster. ``force`` takes back `./baum db` too."""
        if not self.cluster:
            return
        with self.holders.lock():
            self.holders.leave(os.getpid())
            if force:
                self.holders.keep(False)
            if not self.holders.others() and self.cluster.runs():
                self.cluster.stop()

    def _provision(self, cluster: Cluster) -> None:
        """Make roles and databases once per cluster (the mark lies beside it and dies with it)."""
        mark = self.places.cluster / PROVISIONED
        if people.can(cluster.account, "-f", mark):
            return
        roles.provision(cluster, roles.passwords(self.places.secrets))
        people.succeeds(cluster.account, ["touch", str(mark)])


def existing_server(env: Mapping[str, str]) -> tuple[str, str] | None:
    """The two addresses of a server that somebody else runs; None if none is given.

    Raises:
        LaunchError: only one of the two is given.
    """
    app, owner = env.get("DATABASE_URL", ""), env.get("DATABASE_OWNER_URL", "")
    if bool(app) != bool(owner):
        raise LaunchError(
            "Für einen vorhandenen Datenbankserver braucht es beide: DATABASE_URL (Rolle der"
            " Anwendung) und DATABASE_OWNER_URL (Besitzerin der Tabellen)."
        )
    return (app, owner) if app else None
