/** A room (XEP-0045) as somebody in it sees it. */
import { expect } from 'vitest';
import type { Element } from '../../../server/xml/element.ts';
import type { Person } from './two-servers.ts';

const NS_MUC = 'http://jabber.org/protocol/muc';
const WAIT = { timeout: 15_000, interval: 20 };

/** Makes an instant room (section 10.1.2). */
export async function openRoom(person: Person, room: string, nick: string): Promise<void> {
  await joinRoom(person, room, nick);
  const form = `<x xmlns='jabber:x:data' type='submit'/>`;
  const answer = await person.client?.request('set', `<query xmlns='${NS_MUC}#owner'>${form}</query>`, room);
  if (answer?.attr('type') !== 'result') throw new Error(`no room: ${answer?.toXml()}`);
}

export async function joinRoom(person: Person, room: string, nick: string): Promise<void> {
  person.send(`<presence to='${room}/${nick}'><x xmlns='${NS_MUC}'/></presence>`);
  await expect
    .poll(() => codesOf(person.presences.findLast((one) => one.attr('from') === `${room}/${nick}`)), WAIT)
    .toContain('110');
}

/** 110: it is one's own presence. */
function codesOf(presence: Element | undefined): readonly (string | undefined)[] {
  const statuses = presence?.child('x', `${NS_MUC}#user`)?.elements.filter(({ name }) => name === 'status') ?? [];
  return statuses.map((status) => status.attr('code'));
}

export class RoomView {
  readonly #person: Person;
  readonly #room: string;

  constructor(person: Person, room: string) {
    this.#person = person;
    this.#room = room;
  }

  /** The nicknames of who is there, in order. */
  get occupants(): readonly string[] {
    const there = new Set<string>();
    for (const presence of this.#person.presences) {
      const nick = this.#nick(presence.attr('from'));
      if (nick === undefined) continue;
      if (presence.attr('type') === 'unavailable') there.delete(nick);
      else there.add(nick);
    }
    return [...there].sort();
  }

  get said(): readonly string[] {
    return this.#bodies('groupchat');
  }

  get whispered(): readonly string[] {
    return this.#bodies('chat');
  }

  #bodies(type: string): readonly string[] {
    return this.#person.messages.flatMap((message) => {
      const [nick, body] = [this.#nick(message.attr('from')), message.childText('body')];
      return nick === undefined || message.attr('type') !== type || body === undefined ? [] : [`${nick}: ${body}`];
    });
  }

  #nick(from: string | undefined): string | undefined {
    return from?.startsWith(`${this.#room}/`) ? from.slice(this.#room.length + 1) : undefined;
  }
}
