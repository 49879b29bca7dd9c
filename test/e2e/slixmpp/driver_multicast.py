"""What the driver does with several addressees: slixmpp's plugin for XEP-0033."""
from slixmpp import JID


class Multicast:
    def report_multicast(self, client, tell):
        if "xep_0033" not in client.plugin:
            return

        def addressed(stanza):
            if stanza.get_plugin("addresses", check=True):
                tell("addressed", body=stanza["body"], addresses=[
                    [address["type"], str(address["jid"]), bool(address["delivered"])]
                    for address in stanza["addresses"]["addresses"]])

        client.add_event_handler("message", addressed)

    async def multicastService(self):
        """As section 2.2 finds it: the server itself, or one of its items."""
        host = self.client.boundjid.host
        items = (await self.client["xep_0030"].get_items(jid=host))["disco_items"]["items"]
        for jid in [host, *(str(item[0]) for item in items)]:
            info = await self.client["xep_0030"].get_info(jid=JID(jid), cached=False)
            if "http://jabber.org/protocol/address" in info["disco_info"]["features"]:
                return {"jid": jid}
        return None

    async def sendToMany(self, service, body, **addressees):
        stanza = self.client.make_message(mto=JID(service), mbody=body, mtype="chat")
        for type, jids in addressees.items():
            for jid in jids:
                stanza["addresses"].add_address(atype=type, jid=JID(jid))
        stanza.send()
