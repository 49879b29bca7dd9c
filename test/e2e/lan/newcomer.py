"""slixmpp as Conversations connects: SRV and addresses by unicast DNS, and where that finds nothing, the bare name to
the system's resolver and port 5222. Arguments: JID, password, file of the authority. Prints one line of JSON."""
import asyncio
import json
import logging
import socket
import sys

import aiodns
from slixmpp import ClientXMPP

logging.disable()
jid, password, authority = sys.argv[1:]


class Client(ClientXMPP):
    steps = []

    async def get_dns_records(self, domain, port=None):
        resolver = aiodns.DNSResolver(timeout=1, tries=1)
        for service in ("_xmpp-client", "_xmpps-client"):
            try:
                await resolver.query("%s._tcp.%s" % (service, domain), "SRV")
                self.steps.append(service + " found")
            except aiodns.error.DNSError:
                self.steps.append(service + " not found")
        found = await self.loop.getaddrinfo(domain, 5222, family=socket.AF_INET, type=socket.SOCK_STREAM)
        self.steps.append(found[0][4][0])
        return [(domain, found[0][4][0], 5222)]


async def main():
    client = Client(jid, password)
    client.ca_certs = authority
    ended = asyncio.get_running_loop().create_future()

    def settle(outcome):
        if not ended.done():
            ended.set_result(outcome)

    async def started(_):
        await client.get_roster()
        certificate = client.transport.get_extra_info("ssl_object").getpeercert()
        names = [value for kind, value in certificate["subjectAltName"] if kind == "DNS"]
        settle("in as %s, %s" % (client.boundjid.bare, names[0]))

    client.add_event_handler("session_start", started)
    client.add_event_handler("failed_all_auth", lambda _: settle("not-authorized"))
    client.add_event_handler("ssl_invalid_chain", lambda reason: settle("certificate refused: %s" % reason))
    client.connect()
    try:
        outcome = await asyncio.wait_for(ended, 12)
    except asyncio.TimeoutError:
        outcome = "timeout"
    print(json.dumps({"steps": client.steps[:3], "outcome": outcome}), flush=True)
    client.abort()


asyncio.get_event_loop().run_until_complete(main())
