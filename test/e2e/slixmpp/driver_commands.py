"""Ad-hoc commands as slixmpp's plugins for XEP-0050 and XEP-0004 run them."""
from slixmpp import JID


class Commands:
    async def command(self, to, node, values):
        """Runs a command to its end, with the form filled in where there is one."""
        plugin = self.client["xep_0050"]
        answer = (await plugin.send_command(JID(to), node))["command"]
        forms = []
        if answer["status"] == "executing":
            asked = answer["form"]
            forms.append({"title": asked["title"], "fields": list(asked.get_fields().keys())})
            form = self.client["xep_0004"].make_form(ftype="submit")
            form.add_field(var="FORM_TYPE", ftype="hidden", value="http://jabber.org/protocol/admin")
            for name, given in values.items():
                form.add_field(var=name, ftype=asked.get_fields()[name]["type"], value=given)
            session = answer["sessionid"]
            answer = (await plugin.send_command(JID(to), node, action="complete", payload=form, sessionid=session))["command"]
        result = answer["form"].get_values() if answer.get_plugin("form", check=True) else {}
        result.pop("FORM_TYPE", None)
        return {"status": answer["status"], "forms": forms, "result": result}

    async def commands(self, to):
        items = await self.client["xep_0050"].get_commands(JID(to))
        return sorted(node for _, node, _ in items["disco_items"]["items"])
