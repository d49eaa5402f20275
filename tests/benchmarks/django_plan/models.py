"""The tables of the Django site that feeds are measured against (`tests.benchmarks.django_sites`)."""

from django.db import models


class Commissioner(models.Model):  # type: ignore[misc]  # Django is not typed
    """Who plans."""

    name = models.CharField(max_length=200, unique=True)


class Category(models.Model):  # type: ignore[misc]
    """A theme."""

    name = models.CharField(max_length=200, unique=True)


class Entry(models.Model):  # type: ignore[misc]
    """What a feed says of one planned opportunity."""

    title = models.CharField(max_length=300)
    link = models.URLField()
    guid = models.CharField(max_length=200)
    said = models.TextField()
    commissioner = models.ForeignKey(Commissioner, models.CASCADE)
    categories = models.ManyToManyField(Category)
    published = models.DateTimeField()
    updated = models.DateTimeField(db_index=True)
