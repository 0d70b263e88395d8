"""What the launcher says: steps, errors as sentences, and the page that ./baum alone prints."""

import argparse
import sys
from typing import NoReturn

USAGE = """\
Baumkataster: Bäume, Kontrollen und Maßnahmen einer Stadt.

  ./baum up       richtet alles ein und startet das Produkt (beim ersten Mal mit Demo-Stadt)
                  --port N (8000)  --host ADRESSE (127.0.0.1)  --detach (im Hintergrund)
                  --no-demo (leer)  --demo-trees N (etwa 6000)
  ./baum down     beendet alles, was von dieser Installation läuft
  ./baum backup [ORDNER]  sichert Datenbank, Fotos, Einstellungen und Geheimnisse in eine Datei
                  --keep N behält die neuesten N; --verify DATEI prüft eine Sicherung
  ./baum restore DATEI  spielt eine Sicherung ein; --replace ersetzt vorhandene Daten
  ./baum update   bringt Pakete, Tabellen und Browserdateien auf den Stand des Klons (mit Sicherung)
  ./baum web, ./baum worker  ein Prozess allein, für mehrere Rechner; --host, --port
  ./baum install-units  schreibt die systemd-Units mit den Pfaden dieses Klons; --several-hosts
  ./baum test     richtet die Prüfwerkzeuge ein und führt alle Prüfungen aus
                  --quick lässt Browser und QGIS weg; alles andere geht an pytest
  ./baum reset    löscht alle Daten dieser Installation; fragt vorher (--yes fragt nicht)
  ./baum db       startet nur die Datenbank
  ./baum psql     SQL-Konsole mit den Rechten der Anwendung
  ./baum manage … Befehle der Anwendung, z. B. ./baum manage import_trees DATEI --profile wesel
  ./baum bench    alle Messungen, etwa eine Stunde; --trees 10000 100000 misst kleinere Städte,
                  ./baum bench tiles nur eine Messung

Alle Daten liegen im Ordner var/. Mehr dazu steht in README.md.

In short: `./baum up` sets up and starts the tree cadastre, `./baum test` runs every check.
"""


class LaunchError(Exception):
    """Something a person has to mend; the text is a whole German sentence that says what."""


class Parser(argparse.ArgumentParser):
    """Complains in a sentence instead of ending the process."""

    def error(self, message: str) -> NoReturn:
        """Turn argparse's complaint into ours."""
        raise LaunchError(f"So geht es nicht: {message}. `./baum` allein zeigt, was es gibt.")


def say(text: str) -> None:
    """Tell the person at the terminal what happens now (standard error: output stays clean)."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def answer(text: str) -> None:
    """Print what was asked for (standard output)."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
