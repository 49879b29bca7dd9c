"""What the driver does with bytestreams: slixmpp's plugin for XEP-0065, through the server's proxy."""
import hashlib

from slixmpp import JID

CHUNK = 65536


class Bytestreams:
    def report_bytestreams(self, client, tell):
        """Whoever is offered a stream takes it, and tells at its end what came."""
        if "xep_0065" not in client.plugin:
            return
        client["xep_0065"].auto_accept = True
        received = {"bytes": 0, "hash": hashlib.sha256()}

        def data(chunk):
            received["bytes"] += len(chunk)
            received["hash"].update(chunk)

        client.add_event_handler("socks5_stream", lambda _: tell("stream"))
        client.add_event_handler("socks5_data", data)
        client.add_event_handler(
            "socks5_closed",
            lambda _: tell("stream-closed", bytes=received["bytes"], sha256=received["hash"].hexdigest()))

    async def proxies(self):
        found = await self.client["xep_0065"].discover_proxies()
        return [{"jid": str(jid), "host": host, "port": int(port)} for jid, (host, port) in found.items()]

    async def sendBytes(self, to, bytes):
        """Offers a stream, sends so many bytes and closes it."""
        stream = await self.client["xep_0065"].handshake(JID(to))
        sent = hashlib.sha256()
        for number in range(0, bytes, CHUNK):
            chunk = hashlib.sha256(str(number).encode()).digest() * (CHUNK // 32)
            chunk = chunk[:bytes - number]
            sent.update(chunk)
            await stream.write(chunk)
        stream.transport.close()
        return {"sha256": sent.hexdigest()}
