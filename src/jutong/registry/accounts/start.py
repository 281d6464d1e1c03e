"""The first people: one for each post of the bureau, the centre and the departments, with passwords of chance.

Nothing here knows a password before it is made. What was made is written once, to a file that only the platform's
operator may read; a second start finds the people there and leaves them and the file as they are.
"""

import json
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from jutong.kernel.actors import PLATFORM
from jutong.kernel.clock import local_day
from jutong.kernel.policy import POST_NAMES, Post
from jutong.registry.accounts import domain, services
from jutong.registry.accounts.models import Person
from jutong.registry.accounts.values import StartPerson
from jutong.registry.organisations import api as organisations

TOKEN_DAYS = 365
