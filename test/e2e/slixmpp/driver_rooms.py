"""What the driver does in rooms: slixmpp's plugin for XEP-0045, and XEP-0313 for their archives and for one's own."""
from slixmpp import JID
from slixmpp.exceptions import IqError, PresenceError

ANSWER_S = 10


class Refusal(IqError):
    """So that an error presence is told like any other error."""

    def __init__(self, presence):
        super().__init__(presence)


class Rooms:
    async def join(self, room, nick, password=None, maxstanzas=None):
        try:
            own, subject, occupants, history = await self.client["xep_0045"].join_muc_wait(
                JID(room), nick, password=password, maxstanzas=maxstanzas, timeout=ANSWER_S)
        except PresenceError as error:
            raise Refusal(error.presence) from error
        return {
            "nick": own["from"].resource,
            "role": own["muc"]["role"],
            "affiliation": own["muc"]["affiliation"],
            "codes": sorted(own["muc"]["status_codes"]),
            "subject": subject["subject"],
            "occupants": sorted(presence["muc"]["nick"] for presence in occupants),
            "history": [{"nick": message["from"].resource, "body": message["body"]} for message in history],
        }

    async def leave(self, room, nick):
        self.client["xep_0045"].leave_muc(JID(room), nick)

    async def subject(self, room, text):
        self.client["xep_0045"].set_subject(JID(room), text)

    async def configure(self, room, fields):
        """Fetches the room's form, changes these fields and sends it back, as clients do."""
        form = await self.client["xep_0045"].get_room_config(JID(room))
        form["type"] = "submit"
        for name, value in fields.items():
            form.get_fields()[name]["value"] = value
        await self.client["xep_0045"].set_room_config(JID(room), form)

    async def affiliate(self, room, jid, affiliation):
        await self.client["xep_0045"].set_affiliation(JID(room), affiliation, jid=JID(jid))

    async def affiliated(self, room, affiliation):
        return sorted(str(jid) for jid in await self.client["xep_0045"].get_users_by_affiliation(JID(room), affiliation))

    async def setRole(self, room, nick, role):
        await self.client["xep_0045"].set_role(JID(room), nick, role)

    async def invite(self, room, jid, reason):
        self.client["xep_0045"].invite(JID(room), JID(jid), reason)

    async def destroy(self, room):
        await self.client["xep_0045"].destroy(JID(room))

    async def archive(self, jid=None, with_jid=None, page=None):
        """The whole archive, oldest first, in pages of that size."""
        messages = self.client["xep_0313"].iterate(
            jid=JID(jid) if jid else None, with_jid=JID(with_jid) if with_jid else None, rsm={"max": page} if page else None)
        found = []
        async for message in messages:
            inner = message["mam_result"]["forwarded"]["stanza"]
            found.append({"from": inner["from"].full, "to": inner["to"].full, "body": inner["body"]})
        return found

    def report_rooms(self, client, tell):
        def message(stanza):
            tell("groupchat", body=stanza["body"], room=stanza["from"].bare, nick=stanza["from"].resource)

        def subject(stanza):
            tell("subject", text=stanza["subject"], room=stanza["from"].bare, nick=stanza["from"].resource)

        def presence(stanza):
            tell("occupant", type=stanza["type"], room=stanza["from"].bare, nick=stanza["from"].resource,
                 role=stanza["muc"]["role"], affiliation=stanza["muc"]["affiliation"], codes=sorted(stanza["muc"]["status_codes"]))

        def invited(stanza):
            tell("invitation", room=stanza["from"].bare, by=stanza["muc"]["invite"]["from"].bare,
                 reason=stanza["muc"]["invite"]["reason"])

        client.add_event_handler("groupchat_message", message)
        client.add_event_handler("groupchat_subject", subject)
        client.add_event_handler("groupchat_presence", presence)
        client.add_event_handler("groupchat_invite", invited)
