"""What the driver does as an external component: slixmpp's ComponentXMPP with its plugin for XEP-0356."""
import asyncio
from xml.etree import ElementTree

from slixmpp import JID, ComponentXMPP
from slixmpp.exceptions import IqError
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import StanzaPath

JOINING_S = 10


async def answered(iq):
    """COMPAT(slixmpp, 1.8.3): a component takes every error for its default, because it looks in another namespace."""
    try:
        return await iq.send()
    except IqError as error:
        condition = error.iq.xml.find("{jabber:component:accept}error")[0].tag.split("}")[1]
        raise RuntimeError(condition) from error


class Components:
    async def componentJoins(self, jid, secret, host, port):
        """Gives `None` once the server has accepted the handshake, else the condition of its stream error."""
        component = self.component = ComponentXMPP(jid, secret, host, port)
        for plugin in ["xep_0030", "xep_0199", "xep_0297", "xep_0356"]:
            component.register_plugin(plugin)
        tell = self.tell
        ended = asyncio.get_running_loop().create_future()

        def settle(outcome):
            if not ended.done():
                ended.set_result(outcome)

        def stream_error(error):
            settle(error["condition"])
            tell("component-error", condition=error["condition"])

        def message(stanza):
            if stanza["body"]:
                tell("component-message", body=stanza["body"],
                     **{"from": stanza["from"].full, "to": stanza["to"].full})

        def pushed(iq):
            tell("component-push", of=iq["from"].full, jids=[jid.full for jid in iq["roster"]["items"]])
            iq.reply().send()

        def presence(stanza):
            tell("component-presence", type=stanza["type"], **{"from": stanza["from"].full, "to": stanza["to"].full})

        component.register_handler(Callback("Pushes", StanzaPath("iq@type=set/roster"), pushed))
        component.add_event_handler("session_start", lambda _: settle(None))
        component.add_event_handler("stream_error", stream_error)
        component.add_event_handler("disconnected", lambda _: (settle("disconnected"), tell("component-gone")))
        component.add_event_handler("message", message)
        for kind in ["available", "unavailable"]:
            component.add_event_handler("presence_" + kind, presence)
        component.add_event_handler(
            "privileges_advertised",
            lambda *_: tell("privileges", granted=dict(component["xep_0356"].granted_privileges)))
        component.connect(host, port)
        component.server_host = jid.split(".", 1)[1]  # whom the plugin for XEP-0356 writes to
        return await asyncio.wait_for(ended, JOINING_S)

    async def componentLeaves(self):
        gone = asyncio.get_running_loop().create_future()
        self.component.add_event_handler("disconnected", lambda _: gone.done() or gone.set_result(None))
        self.component.disconnect()
        await gone

    async def componentSays(self, sender, to, body):
        self.component.send_message(mfrom=sender, mto=to, mbody=body, mtype="chat")

    async def componentPings(self, jid):
        component = self.component
        await component["xep_0199"].send_ping(JID(jid), ifrom=component.boundjid)

    async def componentReadsRoster(self, jid):
        answer = await answered(self.component["xep_0356"]._make_get_roster(jid))
        return {item.full: {"name": entry["name"], "groups": sorted(entry["groups"])}
                for item, entry in answer["roster"]["items"].items()}

    async def componentChangesRoster(self, jid, contact, name, groups):
        items = {contact: {"name": name, "subscription": "none", "groups": groups}}
        await answered(self.component["xep_0356"]._make_set_roster(jid, items))

    async def componentSpeaksFor(self, sender, to, body):
        message = self.component.make_message(mto=to, mfrom=sender, mbody=body, mtype="chat")
        self.component["xep_0356"]._make_privileged_message(message).send()

    async def componentAsksFor(self, jid, to, payload):
        """XEP-0356 section 6, which this slixmpp has no plugin for: `payload` is that of a `get`."""
        iq = self.component.make_iq_get(ito=jid, ifrom=self.component.boundjid.bare)
        enclosed = ElementTree.Element("{jabber:client}iq", {"type": "get", "id": "enclosed", "to": to})
        enclosed.append(ElementTree.fromstring(payload))
        wrapped = ElementTree.Element("{urn:xmpp:privilege:2}privileged_iq")
        wrapped.append(enclosed)
        iq.append(wrapped)
        answer = await answered(iq)
        inner = answer.xml.find("{urn:xmpp:privilege:2}privilege/{urn:xmpp:forward:0}forwarded/{jabber:client}iq")
        return {"type": inner.get("type"), "from": inner.get("from"), "id": inner.get("id")}
