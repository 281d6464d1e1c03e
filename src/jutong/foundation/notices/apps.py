"""Plugs notices into Django and the bell into the header."""

from django.apps import AppConfig

from jutong.kernel.text import N_


class NoticesConfig(AppConfig):
    name = "jutong.foundation.notices"
    label = "notices"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from jutong.ui import navigation, slots

        slots.register("every", "bell", "notices:bell", title=N_("通知"), visible=navigation.signed_in)
        navigation.register(navigation.WORKBENCH, title=N_("我的通知"), url_name="notices:inbox", order=50, icon="bell")
