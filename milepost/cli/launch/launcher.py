"""Runs everything in one terminal: locks, migrates, starts in order, shows what happens, stops in reverse."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Generic, TypeVar

from temporalio.client import Client

from milepost.cli.launch import demo_run, rehearsal_report
from milepost.cli.launch.account_table import print_account
from milepost.cli.launch.endpoints import Endpoints, choose_endpoints
from milepost.cli.launch.programs import web_program, worker_program
from milepost.cli.launch.shutdown import background, until_stopped
from milepost.cli.launch.up_options import DemoOptions, UpOptions
from milepost.cli.monitor.log_files import Logs
from milepost.cli.monitor.screen import Screen
from milepost.cli.monitor.watcher import Watcher
from milepost.cli.support.database import prepare_database
from milepost.cli.support.output import console
from milepost.demo.account import read_account
from milepost.demo.clock import check_real, signal_all
from milepost.demo.pacer import Pacer
from milepost.devserver.data_folder import DataFolder
from milepost.devserver.supervisor import Supervisor
from milepost.intake import mail_hold, operators_link, sign_in_links
from milepost.intake.intake import Intake
from milepost.planner.clock import JourneyClock
from milepost.planner.instants import moment
from milepost.store import customers, mail_switches, maps, timeline
from milepost.store.compiled_maps import CompiledMaps
from milepost.store.database import Store, open_store
from milepost.store.followed_clock import FollowedClock
from milepost.store.mail_switches import Scope
from milepost.temporal.connection import connect
from milepost.temporal.logs import keep_quiet

T = TypeVar("T")
Read = Callable[[Store, CompiledMaps], Awaitable[T]]
"""Reads the account of what was played."""


async def run(options: UpOptions) -> bool:
    """Run until somebody asks to stop or the time is over; False: the sample didn't show all that it must.

    Raises:
        FolderInUseError: another `milepost up` has the data folder.
        PortTakenError: a port is taken.
        MixedTimeError: the folder holds a demo and real people are wanted, or the other way round.
        ProgramFailedError: a program did not start.
    """
    result = await run_here(options, Screen(console()), read_account)
    if result is None:
        return True
    print_account(console(), result.account, complete=result.complete)
    return not (result.complete and result.account.missing)


async def run_here(options: UpOptions, screen: Screen, read: Read[T]) -> PlayedResult[T] | None:
    """Run as `run` does; returns what `read` says of the people that were played, if there were any."""
    keep_quiet()
    with DataFolder.open(options.settings.data) as folder, closing(Logs(folder.path / "logs")) as logs:
        endpoints = choose_endpoints(options, folder)
        await prepare_database(endpoints.settings)
        async with open_store(endpoints.settings.database, durable=endpoints.settings.durable) as store:
            return await _Run(options, endpoints, store, screen, logs, read).run()


@dataclass(frozen=True, slots=True)
class PlayedResult(Generic[T]):
    """The end of a demo or rehearsal; `complete` if it ran for its whole time."""

    account: T
    complete: bool


@dataclass(frozen=True, slots=True)
class _Run(Generic[T]):
    """One run of `milepost up`, or of a rehearsal."""

    options: UpOptions
    endpoints: Endpoints
    store: Store
    screen: Screen
    logs: Logs
    read: Read[T]

    async def run(self) -> PlayedResult[T] | None:
        """Run everything; returns the result of the demo, if there was one and it got as far as its beginning."""
        clock = await self._clock()
        await self._hold_mail(clock)
        result = None
        async with Supervisor(on_line=self.logs.write, on_change=self.screen.change) as supervisor:
            client = await self._start(supervisor, clock)
            compiled_maps = CompiledMaps(self.store)
            async with self.store.reading() as session:
                last = await timeline.last_serial(session)
            watcher = Watcher(self.store, compiled_maps, self.screen.console, after=last)
            if self.options.demo is None or not isinstance(clock, FollowedClock):
                await self._print_next_steps()
                async with background(watcher.watch()) as watching:
                    await until_stopped(supervisor, self.options.seconds, watching)
            else:
                async with background(watcher.watch()), background(clock.follow()):
                    complete = await self._play(supervisor, compiled_maps, client, clock, self.options.demo)
                if complete:
                    await demo_run.settle(self.store)
                result = PlayedResult(await self.read(self.store, compiled_maps), complete)
        return result

    async def _clock(self) -> JourneyClock | FollowedClock:
        if self.options.demo is None:
            await check_real(self.store)
            return JourneyClock()
        return await demo_run.set_clock(self.store, self.options.demo)

    async def _hold_mail(self, clock: JourneyClock | FollowedClock) -> None:
        """Hold all mail if that is asked for, before anything can go; say so as long as mail is held."""
        intake = Intake(self.store, None, clock)
        if self.options.hold_mail:
            await mail_hold.hold_all(intake.context, self.options.hold_first)
        async with self.store.reading() as session:
            held = [each for each in await mail_switches.current(session) if each.switch.is_held]
        if held:
            whose = "All mail" if Scope() in [each.scope for each in held] else "Some mail"
            self.screen.say(f"{whose} is held until somebody releases it: `milepost mail`, or the page Mail.", "bold")

    async def _start(self, supervisor: Supervisor, clock: JourneyClock | FollowedClock) -> Client:
        endpoints = self.endpoints
        if endpoints.embedded is not None:
            await supervisor.start(endpoints.embedded.program())
        client = await connect(endpoints.temporal, identity="milepost-up")
        if isinstance(clock, FollowedClock):
            await signal_all(self.store, client, clock.kept.asked)
        await supervisor.start(worker_program(endpoints.settings, endpoints.temporal, endpoints.environment))
        await supervisor.start(web_program(endpoints.settings, endpoints.environment))
        endpoints.folder.announce(**endpoints.announcement)
        self.screen.links({**await self._way_in(clock), **endpoints.links})
        return client

    async def _way_in(self, clock: JourneyClock | FollowedClock) -> dict[str, str]:
        """Makes the link that signs in whoever sits here, where there is no other way in; a demo is open."""
        settings = self.endpoints.settings
        if self.options.demo is not None or settings.desk_password is not None or settings.oidc_issuer is not None:
            return {}
        secret = await operators_link.make(Intake(self.store, None, clock).context)
        return {"Sign in, once": sign_in_links.url_of(secret, settings.links_begin_with)}

    async def _play(
        self,
        supervisor: Supervisor,
        compiled_maps: CompiledMaps,
        client: Client,
        clock: FollowedClock,
        demo: DemoOptions,
    ) -> bool:
        """Play the demo until it is over or stopped; True: it ran for its whole time."""
        self.screen.say(
            f"{'Rehearsal' if demo.book else 'Demo'}: {demo.speed:g} days of journey per second, with made-up people "
            f"(seed {demo.seed}). "
            f"On the journeys it is {moment(clock.current.journey_epoch):%d %B %Y}.",
            "bold",
        )
        intake = Intake(self.store, client, clock, compiled_maps=compiled_maps)
        await demo_run.start_demo(self.store, intake, clock, demo)
        reporting = rehearsal_report.keep_writing(self.store, demo.report, self.endpoints.web)
        async with (
            background(
                demo_run.play(self.endpoints.settings, demo, clock, Pacer(self.store, client, clock), self.logs)
            ) as playing,
            background(demo_run.until_opened(self.store, demo.until)) as reached,
            background(demo_run.until_played(clock, self.options.seconds)) as played,
            background(reporting),
        ):
            await until_stopped(supervisor, None, playing, reached, played)
            return reached.done() or played.done()

    async def _print_next_steps(self) -> None:
        async with self.store.reading() as session:
            some_maps = bool(await maps.current(session))
            some_customers = bool(await customers.count(session))
        if not some_maps:
            self.screen.say("Next, in a second terminal: `milepost publish MAP_FOLDER`. `milepost new` makes a map.")
        elif not some_customers:
            self.screen.say("Next, in a second terminal: `milepost import BOOK.csv`.")
        self.screen.say("Everything that happens is shown here. Ctrl-C stops it all; nothing is lost.", "dim")
