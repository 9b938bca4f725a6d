"""Everything in one terminal: locked, migrated, started in order, shown while it runs, stopped in reverse."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass

from temporalio.client import Client

from milepost.cli.launch import demo_run
from milepost.cli.launch.account_table import tell_account
from milepost.cli.launch.endpoints import Parts, choose
from milepost.cli.launch.programs import web_program, worker_program
from milepost.cli.launch.shutdown import running, until_stopped
from milepost.cli.launch.up_options import DemoOptions, UpOptions
from milepost.cli.monitor.log_files import Logs
from milepost.cli.monitor.screen import Screen
from milepost.cli.monitor.watcher import Watcher
from milepost.cli.support.output import console
from milepost.demo.account import Account, read_account
from milepost.demo.clock import check_real, signal_clock
from milepost.devserver.data_folder import DataFolder
from milepost.devserver.supervisor import Supervisor
from milepost.planner.clock import JourneyClock
from milepost.planner.instants import moment
from milepost.store import customers, maps, timeline
from milepost.store.compiled_maps import CompiledMaps
from milepost.store.database import Store, open_store
from milepost.store.schema_upgrade import upgrade
from milepost.temporal.connection import connect
from milepost.temporal.logs import keep_quiet


async def run(wish: UpOptions) -> bool:
    """Run until somebody asks to stop or the time is over; whether all was seen that was to be seen.

    Raises:
        FolderInUseError: another `milepost up` has the data folder.
        PortTakenError: a port is taken.
        MixedTimeError: the folder holds the demo and real people are wanted, or the other way round.
        ProgramFailedError: a program did not start, or died too often.
    """
    keep_quiet()
    screen = Screen(console())
    with DataFolder.open(wish.settings.data) as folder, closing(Logs(folder.path / "logs")) as logs:
        parts = choose(wish, folder)
        await upgrade(parts.settings.database)
        store = open_store(parts.settings.database)
        try:
            played = await _Everything(wish, parts, store, screen, logs).run()
        finally:
            await store.close()
    if played is None:
        return True
    tell_account(screen.console, played.account, complete=played.complete)
    return not (played.complete and played.account.missing)


@dataclass(frozen=True, slots=True)
class _Played:
    """What the demo came to; `complete` if it ran as long as it should."""

    account: Account
    complete: bool


@dataclass(frozen=True, slots=True)
class _Everything:
    wish: UpOptions
    parts: Parts
    store: Store
    screen: Screen
    logs: Logs

    async def run(self) -> _Played | None:
        """What the demo came to, if there was one and it got as far as its beginning."""
        clock = await self._clock()
        played = None
        async with Supervisor(on_line=self.logs.write, on_change=self.screen.change) as supervisor:
            client = await self._start(supervisor, clock)
            compiled_maps = CompiledMaps(self.store)
            async with self.store.reading() as session:
                watcher = Watcher(
                    self.store, compiled_maps, self.screen.console, after=await timeline.last_serial(session)
                )
            if self.wish.demo is None:
                await self._say_what_next()
                async with running(watcher.watch()) as watching:
                    await until_stopped(supervisor, self.wish.seconds, watching)
            else:
                async with running(watcher.watch()):
                    complete = await self._play_demo(supervisor, compiled_maps, client, clock, self.wish.demo)
                if complete:
                    await demo_run.settle(self.store)
                played = _Played(await read_account(self.store, compiled_maps), complete)
        return played

    async def _clock(self) -> JourneyClock:
        if self.wish.demo is None:
            await check_real(self.store)
            return JourneyClock()
        return await demo_run.set_clock(self.store, self.wish.demo)

    async def _start(self, supervisor: Supervisor, clock: JourneyClock) -> Client:
        parts = self.parts
        if parts.embedded is not None:
            await supervisor.start(parts.embedded.program())
        client = await connect(parts.place, encryption_keys=parts.encryption_keys, identity="milepost-up")
        if self.wish.demo is not None:
            await signal_clock(self.store, client, clock)
        parts.folder.announce(**parts.listens)
        await supervisor.start(worker_program(parts.settings, parts.place, parts.environment))
        await supervisor.start(web_program(parts.settings, parts.environment))
        self.screen.links(parts.links)
        return client

    async def _play_demo(
        self,
        supervisor: Supervisor,
        compiled_maps: CompiledMaps,
        client: Client,
        clock: JourneyClock,
        demo: DemoOptions,
    ) -> bool:
        self.screen.say(
            f"Demo: {demo.speed:g} days of journey a second, people are played (seed {demo.seed}). "
            f"On the journeys it is {moment(clock.journey_epoch):%d %B %Y}.",
            "bold",
        )
        await demo_run.start_demo(self.store, compiled_maps, client, clock)
        async with running(demo_run.play(self.parts.settings, demo, clock, self.logs)) as playing:
            return await until_stopped(supervisor, self.wish.seconds, playing)

    async def _say_what_next(self) -> None:
        async with self.store.reading() as session:
            some_maps = bool(await maps.current(session))
            some_customers = bool(await customers.count(session))
        if not some_maps:
            self.screen.say("Next, in a second terminal: `milepost publish MAP_FOLDER`, such as one of maps/.")
        elif not some_customers:
            self.screen.say("Next, in a second terminal: `milepost import BOOK.csv`.")
        self.screen.say("What happens is shown here. Ctrl-C stops everything; nothing is lost.", "dim")
