"""Where the parts listen, and what the programs are told of it."""

from __future__ import annotations

from dataclasses import dataclass

from temporalio.envconfig import ClientConfigProfile

from milepost.cli.launch.programs import Environment, environment_of
from milepost.cli.launch.up_options import UpOptions
from milepost.devserver.address import address_of
from milepost.devserver.data_folder import DataFolder
from milepost.devserver.ports import check_web_port
from milepost.devserver.server import TemporalServer
from milepost.settings import Settings
from milepost.temporal.connection import TemporalAddress, TemporalSettingsError


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What runs where; `embedded` is None where Temporal is somebody else's."""

    settings: Settings
    folder: DataFolder
    embedded: TemporalServer | None
    place: TemporalAddress

    @property
    def web(self) -> str:
        """Where the web application listens."""
        return f"http://{self.settings.host}:{self.settings.port}"

    @property
    def encryption_keys(self) -> str | None:
        keys = self.settings.encryption_keys
        return keys.get_secret_value() if keys else None

    @property
    def environment(self) -> Environment:
        """The changes to the environment that give the other programs the same settings."""
        return {**environment_of(self.settings), **(self.embedded.environment() if self.embedded else {})}

    @property
    def listens(self) -> dict[str, str]:
        """What other commands on this folder are told."""
        out = {"web": self.web}
        if self.embedded is not None:
            out["temporal"] = self.embedded.address
            if self.embedded.ui_url:
                out["ui"] = self.embedded.ui_url
        return out

    @property
    def links(self) -> dict[str, str]:
        """Where everything is, for people."""
        links = {
            "Colleagues' desk": f"{self.web}/desk",
            "Operations": f"{self.web}/ops/customers",
            "Outbox": f"{self.web}/ops/outbox",
            "API": f"{self.web}/api/docs",
        }
        if self.settings.api_key_file is not None:
            links["API key"] = f"in {self.settings.api_key_file}"
        if self.embedded is not None and self.embedded.ui_url:
            links["Temporal"] = self.embedded.ui_url
        return {**links, "Logs": str(self.folder.path / "logs")}


def choose(wish: UpOptions, folder: DataFolder) -> Parts:
    """Settle where everything listens.

    Raises:
        PortTakenError: a port that was asked for is taken.
        TemporalSettingsError: Temporal's own settings cannot be read.
    """
    settings = wish.settings
    port = check_web_port(settings.port, host=settings.host)
    settings = settings.model_copy(update={"port": port, "data": folder.path})
    place = address_of(settings)
    if _is_told(place):
        return Parts(settings=settings, folder=folder, embedded=None, place=place)
    embedded = TemporalServer.choose(folder, port=wish.temporal_port, ui_port=wish.temporal_ui_port)
    return Parts(settings=settings, folder=folder, embedded=embedded, place=embedded.place)


def _is_told(place: TemporalAddress) -> bool:
    """Whether an option, a setting, a variable or Temporal's profile names a server."""
    if place.address is not None:
        return True
    try:
        return ClientConfigProfile.load(place.profile).address is not None
    except (RuntimeError, OSError) as error:
        raise TemporalSettingsError(f"Can't read the Temporal settings: {error}.") from error
