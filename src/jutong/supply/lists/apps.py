"""Plugs the three lists into Django, the menu, the pages of the catalogue and the rooms below."""

from django.apps import AppConfig

from jutong.kernel.text import N_


class ListsConfig(AppConfig):
    """The three lists (三张清单)."""

    name = "jutong.supply.lists"
    label = "lists"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from jutong.supply.catalogue import api as catalogue
        from jutong.supply.lists import policy, procedures, queries, reform
        from jutong.supply.lists.services import demands, exclusions, responsibilities, rounds
        from jutong.ui import navigation, slots

        assert procedures.ListedDemand.name == demands.DEMAND
        assert procedures.DemandAnswer.name == demands.ANSWER
        assert procedures.ListPublication.name == rounds.PUBLICATION
        assert procedures.ResponsibilityConfirmation.name == responsibilities.CONFIRMATION
        assert procedures.SharingCessation.name == exclusions.CESSATION

        catalogue.plug_closures(queries.Closures())
        reform.plug_in()

        def reads(subject: object) -> bool:
            return getattr(subject, "post", None) in policy.READERS

        add, section = navigation.register, navigation.SUPPLY_DEMAND
        add(section, title=N_("三张清单"), url_name="lists:overview", order=30, visible=reads, icon="list-check")
        add(section, title=N_("需求清单"), url_name="lists:demands", order=31, visible=reads, icon="message-2")
        add(section, title=N_("责任清单"), url_name="lists:responsibilities", order=32, visible=reads)
        add(section, title=N_("负面清单"), url_name="lists:exclusions", order=33, visible=navigation.signed_in)
        add(section, title=N_("清单核对问题"), url_name="lists:findings", order=34, visible=reads)
        add(
            navigation.CATALOGUE,
            title=N_("已发布清单"),
            url_name="lists:editions",
            order=80,
            visible=navigation.anyone,
            icon="list-details",
        )
        slots.register("resource", "aside", "lists:panel", title=N_("三张清单"), order=18, visible=navigation.signed_in)
