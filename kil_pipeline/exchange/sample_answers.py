"""What readers of the sample plan answered, and what a commissioner said to it."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from kil_pipeline.exchange.sample_deeds import Deed, SamplePast
from kil_pipeline.plan.queries import public_entry
from kil_pipeline.support.answer_replies import respond
from kil_pipeline.support.reader_answers import WrittenAnswer, confirm_answer, make_answer, question_of


class SampleAnswers(SamplePast):
    """Turns the sample's answers into deeds. No mail asks for confirmation: nobody is there to press its button."""

    def __init__(self, organisations: Mapping[str, uuid.UUID], now: datetime, references: Mapping[str, str]) -> None:
        """`references`: of entries, by their headlines; filled in once they are there."""
        super().__init__(organisations, now)
        self.references = references

    def answer_deeds(self, table: Mapping[str, Any]) -> Iterator[Deed]:
        """Yield the answers and the responses."""
        for row in table["answer"]:
            kept: dict[str, uuid.UUID] = {}
            yield Deed(self.ago(row["sent"]), self._answer(row, kept))
            if "responded" in row:
                yield Deed(self.ago(row["responded"]), self._response(row, kept))

    def _answer(self, row: Mapping[str, Any], kept: dict[str, uuid.UUID]) -> Callable[..., None]:
        def do(session: Session, at: datetime) -> None:
            entry = public_entry(session, self.references[row["about"]])
            written = WrittenAnswer(row["text"], row["email"], row["name"], row["may_publish"])
            answer = make_answer(session, entry, question_of(entry, row["field"]), written, at)
            session.add(answer)
            session.flush()
            confirm_answer(session, answer.id, at)
            kept["id"] = answer.id

        return do

    def _response(self, row: Mapping[str, Any], kept: dict[str, uuid.UUID]) -> Callable[..., None]:
        def do(session: Session, at: datetime) -> None:
            commissioner = public_entry(session, self.references[row["about"]]).commissioner
            respond(session, commissioner.id, kept["id"], row["response"], publish=True, approver=True, now=at)

        return do
