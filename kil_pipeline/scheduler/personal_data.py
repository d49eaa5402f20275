"""Every source of personal data: what “What do you hold about my address?” shows and erases."""

from kil_pipeline.support.data_requests import PersonalDataSource
from kil_pipeline.support.data_sources import SUPPORT_SOURCES

SOURCES: tuple[PersonalDataSource, ...] = SUPPORT_SOURCES
