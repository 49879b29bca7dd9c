"""slixmpp makes an account with the xmpp: link of an invitation (XEP-0401, XEP-0445): the domain and the token come from
the link alone. Arguments: link, name, password, address, port, file of the authority. Prints one line of JSON."""
import asyncio
import json
import logging
import sys
from urllib.parse import unquote
from xml.etree import ElementTree

from slixmpp import ClientXMPP
from slixmpp.exceptions import IqError
from slixmpp.stanza import StreamFeatures
from slixmpp.xmlstream import ElementBase, register_stanza_plugin

logging.disable()
link, name, password, address, port, authority = sys.argv[1:]


def read(link):
    """The JID of the link, what it asks for, and its parameters."""
    target, _, query = link.partition("?")
    action, *pairs = query.split(";")
    return unquote(target.removeprefix("xmpp:")), action, dict(pair.split("=", 1) for pair in pairs)


class TokenFeature(ElementBase):
    """XEP-0445 section 3: the server takes tokens."""
    name = "register"
    namespace = "urn:xmpp:ibr-token:0"
    plugin_attrib = "ibr_token"
    interfaces = set()


class Client(ClientXMPP):
    async def get_dns_records(self, domain, port=None):
        """A machine that runs tests has no name for the server; the address is given."""
        return []


async def main():
    jid, action, parameters = read(link)
    if action != "register" and parameters.get("ibr") != "y":
        return print(json.dumps({"outcome": "the link gives no account"}))
    localpart, _, domain = jid.rpartition("@")
    client = Client("%s@%s" % (localpart if action == "register" and localpart else name, domain), password)
    client.default_domain = domain
    client.ca_certs = authority
    client._always_send_everything = True  # COMPAT(slixmpp, 1.8.3): it would keep requests until there is a session
    client.register_plugin("xep_0077")
    plugin = client["xep_0077"]
    ended = asyncio.get_running_loop().create_future()

    def settle(**facts):
        if not ended.done():
            ended.set_result(facts)

    async def present_and_register(features):
        try:
            preauth = client.make_iq_set(ito=domain)
            preauth.append(ElementTree.Element("{urn:xmpp:pars:0}preauth", {"token": parameters["preauth"]}))
            await preauth.send()
            form = await plugin.get_registration(jid=domain)
            answer = client.make_iq_set(ito=domain)
            answer["register"]["username"] = form["register"]["username"] or client.boundjid.local
            answer["register"]["password"] = password
            await answer.send()
            settle(outcome="registered", jid=client.boundjid.bare, contact=localpart if action == "roster" else "")
        except IqError as error:
            settle(outcome=error.condition, text=error.iq["error"]["text"])
        return True

    client.unregister_feature("register", plugin.order)  # the token opens what may be shut otherwise
    register_stanza_plugin(StreamFeatures, TokenFeature)
    client.register_feature(TokenFeature.plugin_attrib, present_and_register, restart=False, order=plugin.order)
    client.add_event_handler("ssl_invalid_chain", lambda reason: settle(outcome="certificate refused: %s" % reason))
    client.add_event_handler("connection_failed", lambda reason: settle(outcome="connection failed: %s" % reason))
    client.connect((address, int(port)))
    try:
        facts = await asyncio.wait_for(ended, 12)
    except asyncio.TimeoutError:
        facts = {"outcome": "timeout"}
    print(json.dumps(facts), flush=True)
    client.abort()


asyncio.get_event_loop().run_until_complete(main())
