import { test } from 'vitest';
import { asks, heard, TwoServers } from '../../scene/two-servers.ts';

test('probe', async () => {
  await using two = await TwoServers.open({ accounts: ['admin'] }, { accounts: ['admin', 'juliet'], admins: ['admin'], settings: {'external-services.services': 'turn:turn.example.org:3478?transport=udp', 'external-services.secret': 'geheimgeheim'} });
  const stranger = await two.login('admin', 'a');
  const juliet = await two.login('juliet', 'b');
  juliet.sends('<presence/>');
  console.log((await asks(stranger, `<iq type='get' to='b.example'><query xmlns='http://jabber.org/protocol/disco#items'/></iq>`)).toXml());
  console.log((await asks(stranger, `<iq type='get' to='b.example'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>`)).toXml());
  const P: [string,string,string][] = [
   ['get','','<query xmlns="jabber:iq:version"/>'],['get','','<time xmlns="urn:xmpp:time"/>'],['get','','<query xmlns="jabber:iq:last"/>'],
   ['get','','<query xmlns="jabber:iq:register"/>'],['set','','<query xmlns="jabber:iq:register"><username>x</username><password>abcabcabc</password></query>'],
   ['set','','<query xmlns="jabber:iq:register"><remove/></query>'],
   ['get','','<query xmlns="http://jabber.org/protocol/disco#items" node="http://jabber.org/protocol/commands"/>'],
   ['get','','<query xmlns="http://jabber.org/protocol/disco#items" node="announce/online"/>'],
   ['get','','<services xmlns="urn:xmpp:extdisco:2"/>'],
   ['get','','<query xmlns="urn:xmpp:delegation:2"/>'],
   ['get','upload.','<request xmlns="urn:xmpp:http:upload:0" filename="a" size="3"/>'],
   ['get','proxy.','<query xmlns="http://jabber.org/protocol/bytestreams"/>'],
   ['get','directory.','<query xmlns="jabber:iq:search"/>'],
   ['get','rooms.','<query xmlns="http://jabber.org/protocol/disco#items"/>'],
   ['get','pubsub.','<query xmlns="http://jabber.org/protocol/disco#items"/>'],
   ['set','pubsub.','<pubsub xmlns="http://jabber.org/protocol/pubsub"><create node="x"/></pubsub>'],
   ['set','pubsub.','<pubsub xmlns="http://jabber.org/protocol/pubsub"><publish node="x"><item><a xmlns="b"/></item></publish></pubsub>'],
   ['set','','<session xmlns="urn:ietf:params:xml:ns:xmpp-session"/>'],
   ['set','','<bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/>'],
   ['get','','<query xmlns="jabber:iq:auth"/>'],
  ];
  const A = ['<query xmlns="http://jabber.org/protocol/disco#info"/>','<query xmlns="http://jabber.org/protocol/disco#items"/>','<vCard xmlns="vcard-temp"/>','<query xmlns="jabber:iq:roster"/>','<query xmlns="jabber:iq:last"/>','<query xmlns="jabber:iq:private"><a xmlns="b"/></query>','<pubsub xmlns="http://jabber.org/protocol/pubsub"><items node="urn:xmpp:bookmarks:1"/></pubsub>','<pubsub xmlns="http://jabber.org/protocol/pubsub"><items node="none"/></pubsub>','<pubsub xmlns="http://jabber.org/protocol/pubsub"><subscriptions/></pubsub>','<pubsub xmlns="http://jabber.org/protocol/pubsub#owner"><affiliations node="x"/></pubsub>','<pubsub xmlns="http://jabber.org/protocol/pubsub"><affiliations/></pubsub>','<blocklist xmlns="urn:xmpp:blocking"/>','<prefs xmlns="urn:xmpp:mam:2"/>','<metadata xmlns="urn:xmpp:mam:2"/>','<query xmlns="jabber:iq:version"/>','<time xmlns="urn:xmpp:time"/>','<ping xmlns="urn:xmpp:ping"/>','<list xmlns="urn:xmpp:cam:0"/>','<query xmlns="urn:xmpp:mam:2"/>','<query xmlns="jabber:iq:register"/>', '<foo xmlns="bar"/>'];
  const S = ['<enable xmlns="urn:xmpp:carbons:2"/>','<query xmlns="urn:xmpp:mam:2"/>','<query xmlns="jabber:iq:roster"><item jid="a@b"/></query>','<vCard xmlns="vcard-temp"/>','<enable xmlns="urn:xmpp:push:0" jid="p.x"/>','<block xmlns="urn:xmpp:blocking"><item jid="a@b"/></block>','<pubsub xmlns="http://jabber.org/protocol/pubsub"><create node="x"/></pubsub>','<pubsub xmlns="http://jabber.org/protocol/pubsub"><publish node="x"><item><a xmlns="b"/></item></publish></pubsub>','<pubsub xmlns="http://jabber.org/protocol/pubsub"><subscribe node="x" jid="admin@a.example"/></pubsub>','<command xmlns="http://jabber.org/protocol/commands" node="x"/>','<privileged_iq xmlns="urn:xmpp:privilege:2"/>','<query xmlns="jabber:iq:register"><remove/></query>','<prefs xmlns="urn:xmpp:mam:2" default="never"/>','<query xmlns="jabber:iq:private"><a xmlns="b"/></query>'];
  const show = (e: any) => e.attr('type') + ' ' + e.elements.map((x: any)=> x.name==='error' ? x.elements.map((y:any)=>y.name + (y.name==='text' ? ':'+y.text():'')).join(',') : x.toXml()).join(' ');
  for (const [t,h,x] of P) console.log(t,h,x,'\n   =>',show(await asks(stranger, `<iq type='${t}' to='${h}b.example'>${x}</iq>`)));
  for (const [t,xs] of [['get',A],['set',S]] as const) for (const x of xs) for (const sfx of ['', '/client']) {
    const got = show(await asks(stranger, `<iq type='${t}' to='juliet@b.example${sfx ? '/nowhere':''}'>${x}</iq>`));
    const no = show(await asks(stranger, `<iq type='${t}' to='nobody@b.example${sfx ? '/nowhere':''}'>${x}</iq>`));
    const adm = show(await asks(stranger, `<iq type='${t}' to='admin@b.example${sfx ? '/nowhere':''}'>${x}</iq>`));
    if (got !== no || adm !== no) console.log('DIFF', t, sfx, x, '\n   juliet ', got, '\n   admin ', adm, '\n   nobody ', no);
  }
  for (const m of ['<message to="%" type="normal"><body>x</body></message>', '<message to="%" type="groupchat"><body>x</body></message>','<message to="%/x" type="groupchat"><body>x</body></message>','<message to="%/x" type="chat"><body>x</body></message>','<message to="%" type="headline"><body>x</body></message>','<message to="%" type="chat"><composing xmlns="http://jabber.org/protocol/chatstates"/></message>','<message to="%"><request xmlns="urn:xmpp:receipts"/></message>','<presence to="%"/>','<presence to="%" type="probe"/>','<presence to="%" type="subscribe"/>','<presence to="%" type="unsubscribe"/>','<presence to="%" type="subscribed"/>','<presence to="%" type="unsubscribed"/>','<presence to="%" type="unavailable"/>','<presence to="%/x" type="probe"/>','<presence to="%/client" type="probe"/>']) {
    const r: string[] = [];
    for (const who of ['admin','nobody']) { stranger.sends(m.replace('%', `${who}@b.example`)); r.push((await heard(two, stranger)).map((e)=>e.toXml()).join('|').replaceAll(`${who}@`,'WHO@')); }
    if (r[0] !== r[1]) console.log('MDIFF', m, '\n   acct  ', r[0], '\n   nobody', r[1]);
  }
});
