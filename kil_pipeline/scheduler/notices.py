"""Every notice by its name, with the function that writes it."""

from collections.abc import Mapping

from kil_pipeline.alerts import silences
from kil_pipeline.alerts.approval_notices import write_approval_answered, write_approval_wanted
from kil_pipeline.alerts.invitation_letters import write_invitation
from kil_pipeline.alerts.notices import WriteNotice
from kil_pipeline.alerts.release_notices import write_release_near
from kil_pipeline.alerts.role_notices import write_admin_made, write_member_removed, write_role_changed
from kil_pipeline.engagement import record_notices
from kil_pipeline.engagement.host_letters import HOST_NOTICES
from kil_pipeline.engagement.host_lists import LIST_NOTICES
from kil_pipeline.engagement.online_links import online_link_of
from kil_pipeline.engagement.registration_letters import make_writers
from kil_pipeline.engagement.session_proposals import PROPOSAL_NOTICES
from kil_pipeline.support.answer_letters import write_answer_answered, write_answer_confirm
from kil_pipeline.support.bulletin_letters import write_bulletin_ready
from kil_pipeline.support.bulletin_lists import write_bulletin, write_list_confirm
from kil_pipeline.support.data_letters import write_data_link
from kil_pipeline.support.help_letters import write_help_answered, write_help_confirm, write_help_passed_on
from kil_pipeline.support.interest_letters import (
    write_interest_confirm,
    write_introduction_agreed,
    write_introduction_asked,
    write_introduction_declined,
)
from kil_pipeline.support.profile_letters import write_profile_link

NOTICES: Mapping[str, WriteNotice] = {
    **HOST_NOTICES,
    **LIST_NOTICES,
    **PROPOSAL_NOTICES,
    **make_writers(online_link_of),
    "record_writer": record_notices.write_writer,
    "record_check": record_notices.write_check,
    "record_final": record_notices.write_final,
    "answers_moved": record_notices.write_moved,
    "answer_due": record_notices.write_due,
    "venue_facts": record_notices.write_venue_facts,
    silences.NOTICE: silences.write_silence,
    "admin_made": write_admin_made,
    "member_removed": write_member_removed,
    "role_changed": write_role_changed,
    "answer_answered": write_answer_answered,
    "answer_confirm": write_answer_confirm,
    "approval_answered": write_approval_answered,
    "approval_wanted": write_approval_wanted,
    "bulletin": write_bulletin,
    "bulletin_list": write_list_confirm,
    "bulletin_ready": write_bulletin_ready,
    "data_link": write_data_link,
    "help_answered": write_help_answered,
    "help_confirm": write_help_confirm,
    "help_passed_on": write_help_passed_on,
    "interest_confirm": write_interest_confirm,
    "introduction_agreed": write_introduction_agreed,
    "introduction_asked": write_introduction_asked,
    "introduction_declined": write_introduction_declined,
    "invitation": write_invitation,
    "profile_link": write_profile_link,
    "release_near": write_release_near,
}
