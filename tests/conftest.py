"""What all tests share: properties are checked without a deadline, as test machines may be busy with other work."""

from hypothesis import settings

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
