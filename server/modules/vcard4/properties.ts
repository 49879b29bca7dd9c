/**
 * What vcard-temp and vCard4 both can say, property by property (XEP-0292 section 8). Pictures and sounds are not among
 * them: those of people are carried over as avatars, and everything else stays on the side that has it.
 */
import { type Element, el } from '../../xml/element.ts';
import { flags, four, NS_VCARD_TEMP, NS_VCARD4, own, parameters, temp, textOf, textsOf, valueIn } from './values.ts';

export interface Property {
  /** Names in vcard-temp. */
  readonly temp: readonly string[];
  /** Name in vCard4. */
  readonly vcard4: string;
  /** Undefined for what the other format cannot say, and for what says nothing. */
  toVcard4(element: Element): Element | undefined;
  toTemp(element: Element): Element | undefined;
}

/** Section 8.3.6: the types of telephones that both know. */
const TEL_TYPES = ['HOME', 'WORK', 'VOICE', 'FAX', 'PAGER', 'CELL', 'VIDEO'];
const PLACES = ['HOME', 'WORK'];
/** What may stand in a tel: URI as it is (RFC 3966). */
const TEL_NUMBER = /^\+?[0-9().-]+$/;

const N_PARTS = [
  ['FAMILY', 'surname'],
  ['GIVEN', 'given'],
  ['MIDDLE', 'additional'],
  ['PREFIX', 'prefix'],
  ['SUFFIX', 'suffix'],
] as const;

const ADR_PARTS = [
  ['POBOX', 'pobox'],
  ['EXTADD', 'ext'],
  ['STREET', 'street'],
  ['LOCALITY', 'locality'],
  ['REGION', 'region'],
  ['PCODE', 'code'],
  ['CTRY', 'country'],
] as const;

const RULES: readonly Rule[] = [
  simple('FN', 'fn', 'text'),
  structured('N', 'n', N_PARTS, []),
  simple('NICKNAME', 'nickname', 'text'),
  simple('BDAY', 'bday', 'date'),
  structured('ADR', 'adr', ADR_PARTS, PLACES),
  {
    temp: ['TEL'],
    vcard4: 'tel',
    toVcard4(element) {
      const number = textOf(element, 'NUMBER');
      const dialled = number?.replace(/\s+/g, '-');
      if (number === undefined || dialled === undefined) return undefined;
      const value = TEL_NUMBER.test(dialled) ? four('uri', `tel:${dialled}`) : four('text', number);
      return el('tel', NS_VCARD4, undefined, parameters(element, TEL_TYPES), value);
    },
    toTemp(element) {
      const number = valueIn(element)?.replace(/^tel:/i, '');
      return number && el('TEL', NS_VCARD_TEMP, undefined, flags(element, TEL_TYPES), temp('NUMBER', number));
    },
  },
  {
    temp: ['EMAIL'],
    vcard4: 'email',
    toVcard4(element) {
      const address = textOf(element, 'USERID');
      return address && el('email', NS_VCARD4, undefined, parameters(element, PLACES), four('text', address));
    },
    toTemp(element) {
      const address = valueIn(element);
      const internet = el('INTERNET', NS_VCARD_TEMP);
      return (
        address && el('EMAIL', NS_VCARD_TEMP, undefined, flags(element, PLACES), internet, temp('USERID', address))
      );
    },
  },
  {
    temp: ['JABBERID'],
    vcard4: 'impp',
    toVcard4(element) {
      const jid = own(element);
      return jid && el('impp', NS_VCARD4, undefined, four('uri', `xmpp:${jid}`));
    },
    toTemp(element) {
      const uri = valueIn(element);
      return uri?.toLowerCase().startsWith('xmpp:') ? temp('JABBERID', uri.slice('xmpp:'.length)) : undefined;
    },
  },
  simple('TZ', 'tz', 'text'),
  {
    temp: ['GEO'],
    vcard4: 'geo',
    toVcard4(element) {
      const [lat, lon] = [textOf(element, 'LAT'), textOf(element, 'LON')];
      return lat && lon && el('geo', NS_VCARD4, undefined, four('uri', `geo:${lat},${lon}`));
    },
    toTemp(element) {
      const found = /^geo:([^,;]+),([^,;]+)/i.exec(valueIn(element) ?? '');
      return found && el('GEO', NS_VCARD_TEMP, undefined, temp('LAT', found[1] ?? ''), temp('LON', found[2] ?? ''));
    },
  },
  simple('TITLE', 'title', 'text'),
  simple('ROLE', 'role', 'text'),
  {
    // vCard4 has the units behind the name (RFC 6350 section 6.6.4).
    temp: ['ORG'],
    vcard4: 'org',
    toVcard4(element) {
      const parts = textsOf(element, ['ORGNAME', 'ORGUNIT']);
      return parts.length === 0
        ? undefined
        : el(
            'org',
            NS_VCARD4,
            undefined,
            parts.map((part) => four('text', part)),
          );
    },
    toTemp(element) {
      const [name, ...units] = textsOf(element, ['text']);
      const rest = units.map((unit) => temp('ORGUNIT', unit));
      return name && el('ORG', NS_VCARD_TEMP, undefined, temp('ORGNAME', name), rest);
    },
  },
  {
    temp: ['CATEGORIES'],
    vcard4: 'categories',
    toVcard4(element) {
      const words = textsOf(element, ['KEYWORD']);
      return words.length === 0
        ? undefined
        : el(
            'categories',
            NS_VCARD4,
            undefined,
            words.map((word) => four('text', word)),
          );
    },
    toTemp(element) {
      const words = textsOf(element, ['text']);
      return words.length === 0
        ? undefined
        : el(
            'CATEGORIES',
            NS_VCARD_TEMP,
            undefined,
            words.map((word) => temp('KEYWORD', word)),
          );
    },
  },
  { ...simple('DESC', 'note', 'text'), temp: ['DESC', 'NOTE'] }, // section 8.1.1
  simple('URL', 'url', 'uri'),
  simple('UID', 'uid', 'uri'),
  {
    temp: ['KEY'],
    vcard4: 'key',
    toVcard4(element) {
      const key = textOf(element, 'CRED');
      return key && el('key', NS_VCARD4, undefined, four('text', key));
    },
    toTemp(element) {
      const key = textOf(element, 'text');
      return key && el('KEY', NS_VCARD_TEMP, undefined, temp('CRED', key));
    },
  },
];

export const PROPERTIES: readonly Property[] = RULES.map(withoutEmpty);

/** The optional parts of the rules above, which give `''` for nothing. */
interface Rule {
  readonly temp: readonly string[];
  readonly vcard4: string;
  toVcard4(element: Element): Element | '' | null | undefined;
  toTemp(element: Element): Element | '' | null | undefined;
}

function withoutEmpty(rule: Rule): Property {
  return {
    ...rule,
    toVcard4: (element) => rule.toVcard4(element) || undefined,
    toTemp: (element) => rule.toTemp(element) || undefined,
  };
}

/** A property that is one text. */
function simple(tempName: string, vcard4: string, valueType: string): Rule {
  return {
    temp: [tempName],
    vcard4,
    toVcard4(element) {
      const text = own(element);
      return text && el(vcard4, NS_VCARD4, undefined, four(valueType, text));
    },
    toTemp(element) {
      const text = valueIn(element);
      return text && temp(tempName, text);
    },
  };
}

/** A property with named parts, which vCard4 allows to be there several times. */
function structured(
  tempName: string,
  vcard4: string,
  parts: readonly (readonly [temp: string, vcard4: string])[],
  types: readonly string[],
): Rule {
  return {
    temp: [tempName],
    vcard4,
    toVcard4(element) {
      const found = parts.flatMap(([from, to]) => {
        const text = textOf(element, from);
        return text ? [four(to, text)] : [];
      });
      return found.length === 0 ? undefined : el(vcard4, NS_VCARD4, undefined, parameters(element, types), found);
    },
    toTemp(element) {
      const found = parts.flatMap(([to, from]) => {
        const text = textsOf(element, [from]).join(', ');
        return text === '' ? [] : [temp(to, text)];
      });
      return found.length === 0 ? undefined : el(tempName, NS_VCARD_TEMP, undefined, flags(element, types), found);
    },
  };
}
