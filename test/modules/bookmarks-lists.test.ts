import { describe, expect, test } from 'vitest';
import {
  additionsOf,
  changesOf,
  joined,
  listOf,
  readBookmarks,
  seenIn,
  showsTheSame,
  united,
} from '../../server/modules/bookmarks/list.ts';
import { parseXml } from '../../server/xml/parse.ts';

const ORCHARD = 'orchard@conference.shakespeare.lit';
const PLAY = 'theplay@conference.shakespeare.lit';

const list = (content: string) => parseXml(`<storage xmlns='storage:bookmarks'>${content}</storage>`);
const native = (content = '', attributes = '') =>
  parseXml(`<conference xmlns='urn:xmpp:bookmarks:1'${attributes}>${content}</conference>`);
const bookmarks = (items: Readonly<Record<string, ReturnType<typeof native>>>) =>
  readBookmarks(Object.entries(items).map(([id, payload]) => ({ id, payload })));
const text = (changes: ReturnType<typeof changesOf>) => ({
  published: changes.published.map(({ id, conference }) => [id, conference.toXml()]),
  retracted: changes.retracted,
});

describe('the list that older clients read', () => {
  test('names the room that is the id of the item, and what both spellings know', () => {
    const items = { [PLAY]: native('<nick>JC</nick><password>pw</password>', ` name='The Play' autojoin='1'`) };
    expect(listOf(bookmarks(items), undefined).toXml()).toBe(
      list(
        `<conference jid='${PLAY}' name='The Play' autojoin='1'><nick>JC</nick><password>pw</password></conference>`,
      ).toXml(),
    );
  });

  test('keeps its order, web pages, and what only older clients know', () => {
    const former = list(
      `<url name='Works' url='http://the-tech.mit.edu/Shakespeare/'/>
       <conference jid='${ORCHARD}' minimize='1'><print_status>all</print_status></conference>
       <conference jid='${PLAY}'/><conference name='no address'/>`,
    );
    const items = { [PLAY]: native('', ` name='The Play'`), [ORCHARD]: native() };
    expect(listOf(bookmarks(items), former).toXml()).toBe(
      list(
        `<url name='Works' url='http://the-tech.mit.edu/Shakespeare/'/>` +
          `<conference jid='${ORCHARD}' minimize='1'><print_status>all</print_status></conference>` +
          `<conference jid='${PLAY}' name='The Play'/><conference name='no address'/>`,
      ).toXml(),
    );
  });

  test('loses what is bookmarked no more, and shows a room once', () => {
    const former = list(`<conference jid='${ORCHARD}'/><conference jid='${PLAY}'/><conference jid='${PLAY}'/>`);
    expect(listOf(bookmarks({ [PLAY]: native() }), former).toXml()).toBe(list(`<conference jid='${PLAY}'/>`).toXml());
  });

  test('has no place for items that are no bookmarks', () => {
    const strange = parseXml(`<note xmlns='urn:example'/>`);
    expect(listOf(bookmarks({ [PLAY]: strange, '@': native() }), undefined).elements).toEqual([]);
  });
});

describe('what follows from a list that an older client writes', () => {
  const items = {
    [PLAY]: native(`<nick>JC</nick><extensions><state xmlns='http://myclient.example/bookmark/state'/></extensions>`),
    [ORCHARD]: native('', ` autojoin='true'`),
  };

  test('is nothing for a bookmark that says the same in other words', () => {
    const same = list(
      `<conference jid='${PLAY}' autojoin='0'><nick>JC</nick></conference><conference jid='Orchard@Conference.Shakespeare.lit' autojoin='1'/>`,
    );
    expect(text(changesOf(same, bookmarks(items)))).toEqual({ published: [], retracted: [] });
  });

  test('is a bookmark that keeps its extensions', () => {
    const changed = list(
      `<conference jid='${PLAY}' name='Play' autojoin='1'/><conference jid='${ORCHARD}' autojoin='1'/>`,
    );
    const extensions = `<extensions><state xmlns='http://myclient.example/bookmark/state'/></extensions>`;
    expect(text(changesOf(changed, bookmarks(items)))).toEqual({
      published: [[PLAY, native(extensions, ` name='Play' autojoin='1'`).toXml()]],
      retracted: [],
    });
  });

  test('is the end of those that it does not name', () => {
    expect(text(changesOf(list(`<conference jid='${PLAY}'><nick>JC</nick></conference>`), bookmarks(items)))).toEqual({
      published: [],
      retracted: [ORCHARD],
    });
  });

  test('does not undo what others have done since the client last looked', () => {
    const seen = seenIn(list(`<conference jid='${PLAY}'/><conference jid='gone@conference.shakespeare.lit'/>`));
    // Meanwhile the nick was set, one bookmark was removed and one was made; the client itself adds one.
    const written = list(
      `<conference jid='${PLAY}'/><conference jid='gone@conference.shakespeare.lit'/><conference jid='new@conference.shakespeare.lit'/>`,
    );
    expect(text(changesOf(written, bookmarks(items), seen))).toEqual({
      published: [['new@conference.shakespeare.lit', native().toXml()]],
      retracted: [],
    });
    expect(text(changesOf(list(''), bookmarks(items), seen))).toEqual({ published: [], retracted: [PLAY] });
  });

  test('takes the last of two entries of one room', () => {
    const twice = list(`<conference jid='a@b' name='1'/><conference jid='A@b' name='2'/>`);
    expect(text(changesOf(twice, bookmarks({}))).published).toEqual([['a@b', native('', ` name='2'`).toXml()]]);
  });
});

test('what is added is only what nobody has bookmarked', () => {
  const additions = additionsOf(
    list(`<conference jid='${PLAY}' name='Old'/><conference jid='${ORCHARD}'/>`),
    bookmarks({ [PLAY]: native() }),
  );
  expect(additions.map(({ id }) => id)).toEqual([ORCHARD]);
});

test('two lists are the same when they show the same rooms in whatever order', () => {
  const one = list(`<conference jid='a@b'/><conference jid='c@d' autojoin='1'/>`);
  expect(
    showsTheSame(one, list(`<conference jid='c@d' autojoin='true'/> <conference jid='a@b' autojoin='false'/>`)),
  ).toBe(true);
  expect(showsTheSame(one, list(`<conference jid='a@b'/>`))).toBe(false);
  expect(showsTheSame(list(`<conference jid='a@b'/><conference jid='a@b'/>`), list(`<conference jid='a@b'/>`))).toBe(
    false,
  );
});

test('a list that is joined with another takes over rooms; one that is united with it, everything', () => {
  const one = list(`<conference jid='a@b' name='1'/>`);
  const other = list(`<url url='http://c/'/><conference jid='a@b' name='2'/><conference jid='d@e'/>`);
  expect(joined(one, other).toXml()).toBe(list(`<conference jid='a@b' name='1'/><conference jid='d@e'/>`).toXml());
  expect(united(one, other).toXml()).toBe(
    list(`<conference jid='a@b' name='1'/><conference jid='d@e'/><url url='http://c/'/>`).toXml(),
  );
});
