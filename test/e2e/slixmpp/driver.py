"""slixmpp, driven over lines of JSON: {"id", "do", …} comes in, {"id", "result" | "error"} and {"event", …} go out."""
import asyncio
import contextlib
import json
import logging
import os
import socket
import struct
import sys

from slixmpp import JID, ClientXMPP
from slixmpp.exceptions import IqError, IqTimeout
from slixmpp.plugins.xep_0048 import Bookmarks

from driver_bytestreams import Bytestreams
from driver_component import Components
from driver_multicast import Multicast
from driver_commands import Commands
from driver_pep import Pep
from driver_rooms import Rooms

ANSWER_S = 10
PLUGINS = ["0012", "0030", "0045", "0048", "0049", "0054", "0060", "0084", "0092", "0191", "0198", "0199", "0202", "0203", "0280"]


LINES = sys.stdout
# COMPAT(slixmpp, 1.8.3): it prints what it finds in a room's history.
sys.stdout = open(os.devnull, "w")


def say(line):
    LINES.write(json.dumps(line) + "\n")
    LINES.flush()


def tell(event, **facts):
    say({"event": event, **facts})


class Client(ClientXMPP):
    async def get_dns_records(self, domain, port=None):
        """The address is given; a test asks no name server."""
        return []


class Driver(Rooms, Commands, Pep, Bytestreams, Multicast, Components):
    tell = staticmethod(tell)

    def __init__(self):
        self.client = None
        self.address = None
        self.is_direct_tls = False

    # -- what can be asked for

    async def login(self, jid, password, host, port, directTls, caFile, streamManagement=True, priority=0, plugins=()):
        client = self.client = Client(jid, password)
        self.address, self.is_direct_tls = (host, port), directTls
        client.default_domain = client.boundjid.host  # the name that the certificate is checked against
        client.ca_certs = caFile
        client.auto_authorize = None
        client.auto_subscribe = False
        for number in [*PLUGINS, *plugins]:
            if number != "0198" or streamManagement:
                client.register_plugin("xep_" + number)
        self._report(client)
        self.report_rooms(client, tell)
        self.report_pep(client, tell)
        self.report_bytestreams(client, tell)
        self.report_multicast(client, tell)
        ended = asyncio.get_running_loop().create_future()

        def settle(outcome):
            if not ended.done():
                ended.set_result(outcome)

        async def started(_):
            await client.get_roster()
            client.send_presence(ppriority=priority)
            await client["xep_0199"].ping(JID(client.boundjid.host))  # its answer comes after the presence was dealt with
            settle(None)

        client.add_event_handler("session_start", started)
        client.add_event_handler("failed_all_auth", lambda _: settle("not-authorized"))
        client.add_event_handler("connection_failed", lambda reason: settle("connection failed: %s" % reason))
        client.add_event_handler("ssl_invalid_chain", lambda reason: settle("certificate refused: %s" % reason))
        self._connect()
        failure = await asyncio.wait_for(ended, ANSWER_S)
        if failure is not None:
            with contextlib.suppress(AttributeError):  # asyncio's, when the server has ended the connection already
                client.abort()
            raise Refused(failure)
        tls = client.socket
        return {"jid": client.boundjid.full, "tls": tls.version(), "mechanism": client["feature_mechanisms"].mech.name}

    async def cut(self):
        """Ends the TCP connection with a reset: no </stream:stream>, no close_notify, no FIN."""
        raw = self.client.transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        gone = self._next("disconnected")
        self.client.transport.abort()
        await gone

    async def resume(self):
        resumed = self._next("session_resumed")
        self._connect()
        await resumed
        return {"jid": self.client.boundjid.full}

    async def logout(self):
        gone = self._next("disconnected")
        self.client.disconnect()
        await gone

    async def message(self, to, body, type="chat"):
        stanza = self.client.make_message(mto=to, mbody=body, mtype=type)
        stanza.send()
        return {"id": stanza["id"]}

    async def presence(self, to=None, type=None, show=None, status=None):
        self.client.send_presence(pto=to, ptype=type, pshow=show, pstatus=status)

    async def roster(self):
        await self.client.get_roster()  # with roster versioning, the answer holds only what is new
        items = self.client.client_roster
        return {
            jid: {key: items[jid][key] for key in ("subscription", "name", "groups")} for jid in items.keys()
        }

    async def disco(self, jid):
        info = (await self.client["xep_0030"].get_info(jid=jid, cached=False))["disco_info"]
        identities = [[category, type] for category, type, _, _ in info["identities"]]
        return {"features": sorted(info["features"]), "identities": identities}

    async def version(self, jid):
        answer = (await self.client["xep_0092"].get_version(jid))["software_version"]
        return {"name": answer["name"], "version": answer["version"]}

    async def ping(self, jid):
        return {"seconds": await self.client["xep_0199"].ping(jid)}

    async def time(self, jid):
        answer = (await self.client["xep_0202"].get_entity_time(jid))["entity_time"]
        # COMPAT(slixmpp, 1.8.3): its own reader of <utc/> expects no "Z", which XEP-0202 demands.
        return {"utc": answer.xml.findtext("{urn:xmpp:time}utc")}

    async def lastActivity(self, jid):
        answer = (await self.client["xep_0012"].get_last_activity(jid))["last_activity"]
        return {"seconds": answer["seconds"]}

    async def setVcard(self, name):
        card = self.client["xep_0054"].make_vcard()
        card["FN"] = name
        await self.client["xep_0054"].publish_vcard(card)

    async def vcard(self, jid):
        answer = await self.client["xep_0054"].get_vcard(jid, cached=False)
        return {"name": answer["vcard_temp"]["FN"]}

    async def storeBookmark(self, room, name):
        bookmarks = Bookmarks()
        bookmarks.add_conference(room, "nick", name=name)
        await self.client["xep_0048"].set_bookmarks(bookmarks, method="xep_0049")

    async def bookmarks(self):
        answer = await self.client["xep_0048"].get_bookmarks(method="xep_0049")
        return [{"room": str(c["jid"]), "name": c["name"]} for c in answer["private"]["bookmarks"]["conferences"]]

    async def block(self, jid):
        await self.client["xep_0191"].block(jid)

    async def unblock(self, jid):
        await self.client["xep_0191"].unblock(jid)

    async def blocked(self):
        answer = await self.client["xep_0191"].get_blocked()
        return sorted(jid.full for jid in answer["blocklist"]["items"])

    async def enableCarbons(self):
        await self.client["xep_0280"].enable()

    async def inactive(self):
        await self.client.waiting_queue.join()  # it goes past the queue of stanzas
        self.client["xep_0352"].send_inactive()

    async def active(self):
        await self.client.waiting_queue.join()
        self.client["xep_0352"].send_active()

    async def askForAck(self):
        await self.client.waiting_queue.join()  # the request goes past the queue of stanzas
        self.client["xep_0198"].request_ack()

    # -- how it is done

    def _connect(self):
        self.client.connect(self.address, use_ssl=self.is_direct_tls, force_starttls=not self.is_direct_tls)

    def _next(self, event):
        happened = asyncio.get_running_loop().create_future()
        done = lambda facts: happened.done() or happened.set_result(facts)
        self.client.add_event_handler(event, done, disposable=True)
        return asyncio.wait_for(happened, ANSWER_S)

    def _report(self, client):
        def message(stanza):
            delay = stanza["delay"]["stamp"] if stanza.get_plugin("delay", check=True) else None
            tell("message", id=stanza["id"], type=stanza["type"], body=stanza["body"],
                 **{"from": stanza["from"].full, "to": stanza["to"].full},
                 stamp=delay.isoformat() if delay else None)

        def carbon(direction):
            def received(stanza):
                inner = stanza["carbon_" + direction]
                tell("carbon", direction=direction, body=inner["body"],
                     **{"from": inner["from"].full, "to": inner["to"].full})
            return received

        def presence(stanza):
            tell("presence", type=stanza["type"], show=stanza["show"], status=stanza["status"],
                 **{"from": stanza["from"].full, "to": stanza["to"].full})

        def roster(iq):
            if iq["type"] == "set":
                for jid, item in iq["roster"]["items"].items():
                    tell("roster-push", jid=jid.full, subscription=item["subscription"], ask=item["ask"])

        client.add_event_handler("message", lambda stanza: stanza["type"] == "groupchat" or message(stanza))
        client.add_event_handler(
            "message_error", lambda stanza: tell("message-error", id=stanza["id"], condition=stanza["error"]["condition"]))
        client.add_event_handler("carbon_received", carbon("received"))
        client.add_event_handler("carbon_sent", carbon("sent"))
        for kind in ["available", "away", "chat", "dnd", "xa", "unavailable",
                     "subscribe", "subscribed", "unsubscribe", "unsubscribed", "error"]:
            client.add_event_handler("presence_" + kind, presence)
        client.add_event_handler("roster_update", roster)
        client.add_event_handler("stanza_acked", lambda stanza: tell("acked", id=stanza["id"]))
        client.add_event_handler(
            "stream_error", lambda error: tell("stream-error", condition=error["condition"], text=error["text"]))
        client.add_event_handler("disconnected", lambda _: tell("disconnected"))


class Refused(Exception):
    pass


async def answer(driver, request):
    number, verb = request.pop("id"), request.pop("do")
    try:
        say({"id": number, "result": await getattr(driver, verb)(**request)})
    except IqError as error:
        say({"id": number, "error": error.condition})
    except (IqTimeout, asyncio.TimeoutError):
        say({"id": number, "error": "no answer to %s within the time" % verb})
    except Refused as error:
        say({"id": number, "error": str(error)})
    except Exception as error:  # a mistake of this driver or of slixmpp: the test must see it and not wait
        say({"id": number, "error": "%s: %r" % (verb, error)})


async def main():
    logging.basicConfig(level=logging.CRITICAL, stream=sys.stderr)
    loop = asyncio.get_running_loop()
    lines = asyncio.StreamReader(limit=2**20)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    driver, tasks = Driver(), set()
    say({"event": "ready"})
    while line := await lines.readline():
        task = asyncio.ensure_future(answer(driver, json.loads(line)))
        tasks.add(task)
        task.add_done_callback(tasks.discard)


asyncio.run(main())
