import { describe, expect, test } from 'vitest';
import { intoTemp, intoVcard4 } from '../../server/modules/vcard4/merge.ts';
import { parseXml } from '../../server/xml/parse.ts';

/** Without the white space between elements, so that texts can be compared. */
const squeeze = (xml: string) => xml.replace(/>\s+</g, '><').trim();
const temp = (content: string) => parseXml(squeeze(`<vCard xmlns='vcard-temp'>${content}</vCard>`));
const vcard4 = (content: string) =>
  parseXml(squeeze(`<vcard xmlns='urn:ietf:params:xml:ns:vcard-4.0'>${content}</vcard>`));

/** Of the example in XEP-0292 section 3.1.1 what both formats can say. */
const TEMP = `
  <FN>Peter Saint-Andre</FN>
  <N><FAMILY>Saint-Andre</FAMILY><GIVEN>Peter</GIVEN></N>
  <NICKNAME>stpeter</NICKNAME><NICKNAME>psa</NICKNAME>
  <BDAY>1966-08-06</BDAY>
  <ADR><WORK/><PREF/><EXTADD>Suite 600</EXTADD><STREET>1899 Wynkoop Street</STREET><LOCALITY>Denver</LOCALITY>
    <REGION>CO</REGION><PCODE>80202</PCODE><CTRY>USA</CTRY></ADR>
  <TEL><WORK/><VOICE/><PREF/><NUMBER>+1-303-308-3282</NUMBER></TEL>
  <TEL><HOME/><FAX/><NUMBER>ask at the door</NUMBER></TEL>
  <EMAIL><WORK/><INTERNET/><USERID>psaintan@cisco.com</USERID></EMAIL>
  <JABBERID>stpeter@jabber.org</JABBERID>
  <TZ>America/Denver</TZ>
  <GEO><LAT>39.59</LAT><LON>-105.01</LON></GEO>
  <TITLE>Executive Director</TITLE><ROLE>Patron Saint</ROLE>
  <ORG><ORGNAME>XMPP Standards Foundation</ORGNAME><ORGUNIT>Council</ORGUNIT></ORG>
  <CATEGORIES><KEYWORD>xmpp</KEYWORD><KEYWORD>saints</KEYWORD></CATEGORIES>
  <DESC>More information about me is located on my personal website</DESC>
  <URL>https://stpeter.im/</URL>
  <UID>urn:uuid:1</UID>
  <KEY><CRED>a key</CRED></KEY>`;
const VCARD4 = `
  <fn><text>Peter Saint-Andre</text></fn>
  <n><surname>Saint-Andre</surname><given>Peter</given></n>
  <nickname><text>stpeter</text></nickname><nickname><text>psa</text></nickname>
  <bday><date>1966-08-06</date></bday>
  <adr><parameters><type><text>work</text></type><pref><integer>1</integer></pref></parameters>
    <ext>Suite 600</ext><street>1899 Wynkoop Street</street><locality>Denver</locality>
    <region>CO</region><code>80202</code><country>USA</country></adr>
  <tel><parameters><type><text>work</text><text>voice</text></type><pref><integer>1</integer></pref></parameters>
    <uri>tel:+1-303-308-3282</uri></tel>
  <tel><parameters><type><text>home</text><text>fax</text></type></parameters><text>ask at the door</text></tel>
  <email><parameters><type><text>work</text></type></parameters><text>psaintan@cisco.com</text></email>
  <impp><uri>xmpp:stpeter@jabber.org</uri></impp>
  <tz><text>America/Denver</text></tz>
  <geo><uri>geo:39.59,-105.01</uri></geo>
  <title><text>Executive Director</text></title><role><text>Patron Saint</text></role>
  <org><text>XMPP Standards Foundation</text><text>Council</text></org>
  <categories><text>xmpp</text><text>saints</text></categories>
  <note><text>More information about me is located on my personal website</text></note>
  <url><uri>https://stpeter.im/</uri></url>
  <uid><uri>urn:uuid:1</uri></uid>
  <key><text>a key</text></key>`;

test('each format says the same as the other (XEP-0292 section 8)', () => {
  expect(intoTemp(vcard4(VCARD4), undefined).toXml()).toBe(temp(TEMP).toXml());
  expect(intoVcard4(undefined, undefined, temp(TEMP))?.toXml()).toBe(vcard4(VCARD4).toXml());
});

test('what says the same already is left as it is', () => {
  const card = temp(TEMP);
  expect(intoTemp(vcard4(VCARD4), card)).toBe(card);
  expect(intoVcard4(vcard4(VCARD4), undefined, card)).toBeUndefined();
});

describe('a new card of vCard4', () => {
  test('leaves in vcard-temp what vCard4 cannot say', () => {
    const former = temp(`<FN>Peter</FN><PHOTO><BINVAL>AAAA</BINVAL></PHOTO><MAILER>mutt</MAILER>
      <TEL><BBS/><NUMBER>303</NUMBER></TEL><NOTE>a note</NOTE>`);
    const merged = intoTemp(
      vcard4(`<fn><text>Peter S.</text></fn><tel><uri>tel:303</uri></tel><note><text>a note</text></note>`),
      former,
    );
    expect(merged.toXml()).toBe(
      temp(`<FN>Peter S.</FN><PHOTO><BINVAL>AAAA</BINVAL></PHOTO><MAILER>mutt</MAILER>
        <TEL><BBS/><NUMBER>303</NUMBER></TEL><NOTE>a note</NOTE>`).toXml(),
    );
  });

  test('takes from vcard-temp what it has no more', () => {
    const former = temp(`<FN>Peter</FN><TITLE>Director</TITLE><LABEL><LINE>x</LINE></LABEL>`);
    expect(intoTemp(vcard4(`<fn><text>Peter</text></fn>`), former).toXml()).toBe(
      temp(`<FN>Peter</FN><LABEL><LINE>x</LINE></LABEL>`).toXml(),
    );
  });
});

describe('a new card of vcard-temp', () => {
  test('leaves in vCard4 what vcard-temp cannot say', () => {
    const former =
      vcard4(`<fn><text>Peter</text></fn><gender><sex>M</sex></gender><impp><uri>sip:peter@example.com</uri></impp>
      <impp><uri>xmpp:old@jabber.org</uri></impp>`);
    const merged = intoVcard4(
      former,
      temp(`<FN>Peter</FN><JABBERID>old@jabber.org</JABBERID>`),
      temp(`<FN>Peter</FN><JABBERID>new@jabber.org</JABBERID>`),
    );
    expect(merged?.toXml()).toBe(
      vcard4(`<fn><text>Peter</text></fn><gender><sex>M</sex></gender><impp><uri>xmpp:new@jabber.org</uri></impp>
        <impp><uri>sip:peter@example.com</uri></impp>`).toXml(),
    );
  });

  test('changes only what the client has changed', () => {
    // The name in vCard4 is for contacts alone and never was in the other card.
    const former = vcard4(`<fn><text>Private name</text></fn><title><text>Director</text></title>`);
    const merged = intoVcard4(former, temp(`<TITLE>Director</TITLE>`), temp(`<TITLE>Patron</TITLE>`));
    expect(merged?.toXml()).toBe(
      vcard4(`<fn><text>Private name</text></fn><title><text>Patron</text></title>`).toXml(),
    );
  });

  test('without a name makes a vCard4 with an empty one, which a name then replaces', () => {
    const nameless = intoVcard4(undefined, undefined, temp(`<TITLE>Director</TITLE>`));
    expect(nameless?.toXml()).toBe(vcard4(`<fn><text/></fn><title><text>Director</text></title>`).toXml());
    expect(intoTemp(nameless as never, undefined).toXml()).toBe(temp(`<TITLE>Director</TITLE>`).toXml());
    const named = intoVcard4(nameless, temp(`<TITLE>Director</TITLE>`), temp(`<TITLE>Director</TITLE><FN>Peter</FN>`));
    expect(named?.toXml()).toBe(vcard4(`<fn><text>Peter</text></fn><title><text>Director</text></title>`).toXml());
  });

  test('that says nothing makes none', () => {
    expect(intoVcard4(undefined, undefined, temp(`<FN/><PHOTO><BINVAL>AAAA</BINVAL></PHOTO>`))).toBeUndefined();
    expect(intoVcard4(undefined, undefined, undefined)).toBeUndefined();
  });
});
