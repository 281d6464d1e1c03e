"""Plugs the portal in: the doors of the layout and its own menu entries."""

from django.apps import AppConfig

from jutong.kernel.text import N_


class PortalConfig(AppConfig):
    """The portal (门户)."""

    name = "jutong.portal"
    label = "portal"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from jutong.ui import navigation, slots

        navigation.plug(
            home="portal:home",
            language="portal:language",
            elder="portal:elder",
            workbench="portal:workbench",
            find="portal:find",
            api_docs="api:openapi-view",
        )
        navigation.register(
            navigation.HOME, title=N_("首页"), url_name="portal:home", order=0, visible=navigation.anyone
        )
        navigation.register(navigation.WORKBENCH, title=N_("个人工作台"), url_name="portal:workbench", order=0)
        slots.register(
            "workbench", "main", "portal:tasks", title=N_("待办事项"), order=10, visible=navigation.signed_in
        )
        slots.register("home", "tasks", "portal:first_tasks", order=10, visible=navigation.signed_in)
