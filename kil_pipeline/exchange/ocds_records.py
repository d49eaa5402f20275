"""OCDS 1.1 records: the releases of an entry, one for each publication, and what merging them gives.

https://standard.open-contracting.org/1.1/en/schema/merging/ says how releases are merged: a field that a later release
leaves out stays, one that is null goes, and list items are told apart by their id. So a release says null of whatever
an earlier one said and it does not: of an object part by part, which leaves it empty. A key date that was taken out
keeps its id and its title, and loses all else.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from kil_pipeline.exchange.ocds import make_release
from kil_pipeline.exchange.ocds_answers import make_answers_release
from kil_pipeline.plan.histories import PublicHistory
from kil_pipeline.plan.public import PublicEntry
from kil_pipeline.support.public_answers import PublicAnswer

WHOLE_LISTS = frozenset({"additionalClassifications", "deliveryAddresses"})
"""Lists that a release replaces whole (`wholeListMerge` in the schema and in the location extension)."""
_OWN = frozenset({"ocid", "id", "date", "tag"})
"""What each release has for itself."""
Json = dict[str, Any]


def make_releases(history: PublicHistory, *, authority: str, base_url: str) -> tuple[Json, ...]:
    """Return a release for each publication, the first one first."""
    compiled: Json = {}
    releases = []
    for state in history.states():
        numbers = history.registered.get(state.commissioner.id, ())
        plain = make_release(state, authority=authority, base_url=base_url, identifiers=numbers)
        _say_what_is_settled(compiled, plain, state)
        release = say_what_went(compiled, plain)
        compiled = merge(compiled, release)
        releases.append(release)
    return tuple(releases)


def _say_what_is_settled(before: Json, plain: Json, entry: PublicEntry) -> None:
    """Say of each field that had a reason, and has none any more, how it stands now."""
    states = {fact.path: fact.state for fact in entry.facts()}
    now = plain.get("kil_disclosures", {})
    settled = {
        path: {"state": states.get(path, "not_stated")} for path in before.get("kil_disclosures", {}) if path not in now
    }
    if settled:
        plain["kil_disclosures"] = now | settled


def make_record(history: PublicHistory, answers: Sequence[PublicAnswer] = (), *, authority: str, base_url: str) -> Json:
    """Return an entry's record: where each release is, and what they come to. Readers' answers are a release too."""
    releases = make_releases(history, authority=authority, base_url=base_url)
    found = [(str(state.revision), release) for state, release in zip(history.states(), releases, strict=True)]
    answered = make_answers_release(history.entry, answers, ocid=releases[-1]["ocid"])
    if answered is not None:
        found.append(("answers", answered))
        found.sort(key=lambda named: datetime.fromisoformat(named[1]["date"]))  # releases are merged by their dates
    folder = f"{base_url}/data/releases/{history.entry.reference}"
    links = [
        {"url": f"{folder}/{name}.json#{release['id']}", "date": release["date"], "tag": release["tag"]}
        for name, release in found
    ]
    compiled = compile_releases(release for _, release in found)
    return {"ocid": releases[-1]["ocid"], "releases": links, "compiledRelease": compiled}


def compile_releases(releases: Iterable[Json]) -> Json:
    """Return what releases come to, merged in their order."""
    compiled: Json = {}
    for release in releases:
        compiled = merge(compiled, release) | {name: release[name] for name in _OWN}
    return compiled | {"id": f"{compiled['ocid']}-{compiled['date']}", "tag": ["compiled"]}


def merge(before: Json, later: Json) -> Json:
    """Return an object after a later one of the same thing."""
    merged = dict(before)
    for name, value in later.items():
        if value is None:
            merged.pop(name, None)
        elif isinstance(value, dict):
            merged[name] = merge(before.get(name, {}), value)
        elif _by_id(name, value):
            items = {item["id"]: item for item in before.get(name, [])}
            items |= {item["id"]: merge(items.get(item["id"], {}), item) for item in value}
            merged[name] = list(items.values())
        else:
            merged[name] = value
    return merged


def say_what_went(before: Json, now: Json) -> Json:
    """Return a release that, merged with what was before, leaves only what it says itself."""
    said = dict(now)
    for name, value in before.items():
        if name in _OWN:
            continue
        if name not in now:
            said[name] = _gone(name, value)
        elif isinstance(value, dict):
            said[name] = say_what_went(value, now[name])
        elif _by_id(name, value):
            old, new = ({item["id"]: item for item in items} for items in (value, now[name]))
            there = [say_what_went(old.get(key, {}), item) for key, item in new.items()]
            said[name] = there + [_emptied(item) for key, item in old.items() if key not in new]
    return said


def _gone(name: str, value: object) -> Any:
    """Return what takes a value away: null for each text or number in it, since the reference implementation
    (ocdsmerge) compares by the paths of those, and a null in the place of an object leaves what is below it.
    """
    if isinstance(value, dict):
        return {inner: _gone(inner, part) for inner, part in value.items()}
    if _by_id(name, value):
        return [_emptied(item) for item in value]  # type: ignore[attr-defined]  # `_by_id` says that it is a list
    return None


def _emptied(item: Json) -> Json:
    return {name: value if name in ("id", "title") else _gone(name, value) for name, value in item.items()}


def _by_id(name: str, value: object) -> bool:
    return isinstance(value, list) and name not in WHOLE_LISTS and any(isinstance(item, dict) for item in value)
