"""Every source of personal data: what “What do you hold about my address?” shows and erases."""

from kil_pipeline.engagement.data_sources import ENGAGEMENT_SOURCES
from kil_pipeline.support.data_requests import PersonalDataSource
from kil_pipeline.support.data_sources import SUPPORT_SOURCES

SOURCES: tuple[PersonalDataSource, ...] = (*ENGAGEMENT_SOURCES, *SUPPORT_SOURCES)
