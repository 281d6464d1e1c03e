"""Lets working days pass for one case of a running platform: what was written about it moves into the past.

Nothing in the platform knows of this. The clock of the machine stays what it is, so that all processes agree, and the
keeper of time tells what has become due as it would have told it on its day. Only whoever may write to the platform's
database can do this.
"""

from datetime import date, datetime, timedelta

from jutong.config.environment import ADMIN_ROLE
from jutong.kernel.clock import SHANGHAI
from tests.support.people import PersonClient
from tests.support.platforms import Platform

# Moments and days of a case, by table; `{case}` gives the case's row.
MOMENTS = {
    "procedures_case": ("opened_at", "entered_at", "held_at"),
    "procedures_clock": ("started_at", "ended_at"),
    "procedures_caseevent": ("at",),
    "procedures_innerrun": ("entered_at", "proposed_at", "ended_at"),
    "procedures_innerstep": ("asked_at", "done_at"),
    "procedures_innerseat": ("at",),
    "sharing_datarequest": ("submitted_at", "decided_at", "closed_at"),
}
DAYS = {"procedures_clock": ("started_on", "due_on", "ended_on")}
CASE = "(SELECT id FROM procedures_case WHERE case_no = '{case_no}')"
RUNS = "SELECT id FROM procedures_innerrun WHERE case_id = {case}"
OF_CASE = {
    "procedures_case": "id = {case}",
    "procedures_clock": "case_id = {case}",
    "procedures_caseevent": "case_id = {case}",
    "procedures_innerrun": "case_id = {case}",
    "procedures_innerstep": f"run_id IN ({RUNS})",
    "procedures_innerseat": f"step_id IN (SELECT id FROM procedures_innerstep WHERE run_id IN ({RUNS}))",
    "sharing_datarequest": "case_no = '{case_no}'",
}
LOOK = "UPDATE procedures_clock SET look_on = current_date - 1 WHERE case_id = {case} AND ended_at IS NULL;"
KEEP_TIME = """
INSERT INTO procrastinate_jobs (queue_name, task_name, args)
VALUES ('default', 'procedures.keep_time', '{"timestamp": 0}') RETURNING id;
"""
# The server waits, not a program that asks again and again: each would have to be started.
KEPT = """
DO $$ BEGIN
    FOR tries IN 1..600 LOOP
        EXIT WHEN (SELECT status FROM procrastinate_jobs WHERE id = {job}) IN ('succeeded', 'failed');
        PERFORM pg_sleep(0.1);
    END LOOP;
END $$;
SELECT status FROM procrastinate_jobs WHERE id = {job};
"""


class Time:
    """Time of one running platform. `anybody` reads its calendar."""

    def __init__(self, platform: Platform, anybody: PersonClient):
        self.platform = platform
        self.off = _departures(anybody)

    @property
    def works_today(self) -> bool:
        """On a day off, what arrives counts as received on the next working day."""
        return self._is_workday(datetime.now(SHANGHAI).date())

    def pass_for(self, case_no: str, workdays: int) -> None:
        """So many working days pass for a case; what became due on the way is told before this returns."""
        case = CASE.format(case_no=case_no)
        job = self._sql(self._back(workdays) + self._moves(case, case_no) + LOOK.format(case=case) + KEEP_TIME)
        assert self._sql(KEPT.format(job=int(job))) == "succeeded"

    def _back(self, workdays: int) -> str:
        """A function that tells how many days back a day goes: to the working day so many working days before it."""
        today = datetime.now(SHANGHAI).date()
        days = [today + timedelta(days=ahead) for ahead in range(-150, 60)]
        known = ", ".join(f"(date '{day}', {(day - self._earlier(day, workdays)).days})" for day in days)
        return f"""
            CREATE FUNCTION pg_temp.back(day date) RETURNS integer LANGUAGE sql AS $$
                SELECT gap FROM (VALUES {known}) AS known (day, gap) WHERE known.day = $1 $$;
            CREATE FUNCTION pg_temp.back(moment timestamptz) RETURNS interval LANGUAGE sql AS $$
                SELECT make_interval(days => pg_temp.back((moment AT TIME ZONE 'Asia/Shanghai')::date)) $$;
            """

    def _moves(self, case: str, case_no: str) -> str:
        told = ["SET session_replication_role = replica;"]  # the past is written once; here it is moved as a whole
        for table, columns in MOMENTS.items():
            moved = [f"{name} = {name} - pg_temp.back({name})" for name in (*columns, *DAYS.get(table, ()))]
            where = OF_CASE[table].format(case=case, case_no=case_no)
            told.append(f"UPDATE {table} SET {', '.join(moved)} WHERE {where};")
        return "\n".join([*told, "RESET session_replication_role;"])

    def _earlier(self, day: date, workdays: int) -> date:
        while not self._is_workday(day):
            day -= timedelta(days=1)
        while workdays:
            day -= timedelta(days=1)
            workdays -= self._is_workday(day)
        return day

    def _is_workday(self, day: date) -> bool:
        return self.off.get(day.isoformat(), day.weekday() < 5)

    def _sql(self, text: str) -> str:
        done = self.platform.call(
            "postgres", "psql", "-U", ADMIN_ROLE, "-XqAt", "-v", "ON_ERROR_STOP=1", "-1", "-c", text
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


def _departures(anybody: PersonClient) -> dict[str, bool]:
    """Days that depart from Monday to Friday, this year and the last: whether people work."""
    this = datetime.now(SHANGHAI).year
    found = [anybody.get("/rulebook/calendar", year=year) for year in (this - 1, this)]
    return {entry["day"]: entry["is_workday"] for answer in found for entry in answer["days"]}
