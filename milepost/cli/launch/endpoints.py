"""The addresses at which the parts of `milepost up` listen, and the environment that passes them on."""

from __future__ import annotations

from dataclasses import dataclass

from temporalio.envconfig import ClientConfigProfile

from milepost.cli.launch.programs import Environment, environment_of
from milepost.cli.launch.up_options import UpOptions
from milepost.devserver.data_folder import DataFolder, address_of
from milepost.devserver.ports import check_port
from milepost.devserver.server import TemporalServer
from milepost.settings import Settings
from milepost.temporal.connection import TemporalAddress, TemporalSettingsError


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """The address of each part; `embedded` is None where Temporal runs elsewhere."""

    settings: Settings
    folder: DataFolder
    embedded: TemporalServer | None
    temporal: TemporalAddress

    @property
    def web(self) -> str:
        """The address of the web application."""
        return f"http://{self.settings.host}:{self.settings.port}"

    @property
    def environment(self) -> Environment:
        """The changes to the environment that give the other programs the same settings."""
        return {**environment_of(self.settings), **(self.embedded.environment() if self.embedded else {})}

    @property
    def announcement(self) -> dict[str, str]:
        """The addresses that other commands on this folder need."""
        addresses = {"web": self.web}
        if self.settings.database_url is None and self.settings.api_key_file is not None:
            addresses["commands"] = self.web
        if self.embedded is not None:
            addresses["temporal"] = self.embedded.address
            if self.embedded.ui_url:
                addresses["ui"] = self.embedded.ui_url
        return addresses

    @property
    def links(self) -> dict[str, str]:
        """Addresses and places, for people."""
        links = {
            "Start here": f"{self.web}/",
            "Colleagues' desk": f"{self.web}/desk",
            "Operations": f"{self.web}/ops/customers",
            "Mail": f"{self.web}/ops/mail",
            "API": f"{self.web}/api/docs",
        }
        if self.settings.api_key_file is not None:
            links["API key"] = f"in {self.settings.api_key_file}"
        if self.embedded is not None and self.embedded.ui_url:
            links["Temporal"] = self.embedded.ui_url
        return {**links, "Logs": str(self.folder.path / "logs")}


def choose_endpoints(options: UpOptions, folder: DataFolder) -> Endpoints:
    """Settle where everything listens.

    Raises:
        PortTakenError: a port that was asked for is taken.
        TemporalSettingsError: Temporal's own settings can't be read.
    """
    settings = options.settings
    port = check_port(settings.port, "the web application", "--port", host=settings.host)
    settings = settings.model_copy(update={"port": port, "data": folder.path})
    temporal = address_of(settings)
    if _names_a_server(temporal):
        return Endpoints(settings=settings, folder=folder, embedded=None, temporal=temporal)
    embedded = TemporalServer.choose(folder, port=options.temporal_port, ui_port=options.temporal_ui_port)
    return Endpoints(settings=settings, folder=folder, embedded=embedded, temporal=embedded.temporal_address)


def _names_a_server(temporal: TemporalAddress) -> bool:
    """Returns True if an option, a setting, a variable or Temporal's profile names a server."""
    if temporal.address is not None:
        return True
    try:
        return ClientConfigProfile.load(temporal.profile).address is not None
    except (RuntimeError, OSError) as error:
        raise TemporalSettingsError(f"Can't read the Temporal settings: {error}.") from error
