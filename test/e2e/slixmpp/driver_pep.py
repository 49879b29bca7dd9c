"""What the driver does with nodes: slixmpp's plugins for XEP-0060, XEP-0163 and what people publish through them."""
from xml.etree import ElementTree

from slixmpp import JID
from slixmpp.plugins.xep_0048 import Bookmarks


class Pep:
    async def publish(self, node, payload, item=None, options=None, jid=None):
        """`payload` is XML; `options` are fields of publish-options by their names without the prefix."""
        form = None
        if options is not None:
            form = self.client["xep_0004"].make_form(ftype="submit")
            form.add_field(var="FORM_TYPE", ftype="hidden", value="http://jabber.org/protocol/pubsub#publish-options")
            for name, value in options.items():
                form.add_field(var="pubsub#" + name, value=value)
        await self.client["xep_0060"].publish(
            JID(jid) if jid else None, node, id=item, payload=ElementTree.fromstring(payload), options=form)

    async def items(self, node, jid=None):
        answer = await self.client["xep_0060"].get_items(JID(jid) if jid else None, node)
        return [{"id": item["id"], "payload": ElementTree.tostring(item["payload"], encoding="unicode")}
                for item in answer["pubsub"]["items"]["substanzas"]]

    async def retract(self, node, item, jid=None):
        await self.client["xep_0060"].retract(JID(jid) if jid else None, node, item, notify=True)

    async def createNode(self, node, jid):
        await self.client["xep_0060"].create_node(JID(jid), node)

    async def subscribe(self, node, jid):
        answer = await self.client["xep_0060"].subscribe(JID(jid), node)
        return {"subscription": answer["pubsub"]["subscription"]["subscription"]}

    async def publishTune(self, artist, title):
        await self.client["xep_0118"].publish_tune(artist=artist, title=title)

    async def publishNick(self, nick):
        await self.client["xep_0172"].publish_nick(nick)

    async def publishAvatar(self, hex, type, access):
        picture = bytes.fromhex(hex)
        id = self.client["xep_0084"].generate_id(picture)
        options = self.client["xep_0004"].make_form(ftype="submit")
        options.add_field(var="FORM_TYPE", ftype="hidden", value="http://jabber.org/protocol/pubsub#publish-options")
        options.add_field(var="pubsub#access_model", value=access)
        await self.client["xep_0084"].publish_avatar(picture, options=options)
        await self.client["xep_0084"].publish_avatar_metadata(
            {"id": id, "type": type, "bytes": len(picture)}, options=options)
        return {"id": id}

    async def avatar(self, jid, item):
        answer = await self.client["xep_0084"].retrieve_avatar(JID(jid), item)
        return {"hex": answer["pubsub"]["items"]["item"]["avatar_data"]["value"].hex()}

    async def setVcardAvatar(self, hex, type):
        await self.client["xep_0153"].set_avatar(avatar=bytes.fromhex(hex), mtype=type)

    async def vcardAvatar(self, jid):
        photo = (await self.client["xep_0054"].get_vcard(JID(jid), cached=False))["vcard_temp"]["PHOTO"]
        return {"hex": (photo["BINVAL"] or b"").hex(), "type": photo["TYPE"]}

    async def storePepBookmark(self, room, name):
        bookmarks = Bookmarks()
        bookmarks.add_conference(room, "nick", name=name)
        await self.client["xep_0048"].set_bookmarks(bookmarks, method="xep_0223")

    async def pepBookmarks(self):
        answer = await self.client["xep_0048"].get_bookmarks(method="xep_0223")
        return [{"room": str(c["jid"]), "name": c["name"]}
                for c in answer["pubsub"]["items"]["item"]["bookmarks"]["conferences"]]

    def report_pep(self, client, tell):
        def published(stanza):
            items = stanza["pubsub_event"]["items"]
            for item in items["substanzas"]:
                payload = item["payload"] if item.name == "item" else None
                tell("published" if item.name == "item" else "retracted", node=items["node"], id=item["id"],
                     payload=None if payload is None else ElementTree.tostring(payload, encoding="unicode"),
                     **{"from": stanza["from"].full})

        client.add_event_handler("pubsub_publish", published)
        client.add_event_handler("pubsub_retract", published)
        client.add_event_handler(
            "vcard_avatar_update",
            lambda stanza: tell("vcard-avatar", hash=stanza["vcard_temp_update"]["photo"], **{"from": stanza["from"].full}))
