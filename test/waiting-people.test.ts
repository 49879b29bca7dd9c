import { expect, test } from 'vitest';
import { waitingProblems } from '../server/waiting-people.ts';

test('who waits to be let in is told to whoever looks after the server', () => {
  expect(waitingProblems(0)).toEqual([]);
  expect(waitingProblems(1)).toMatchObject([{ code: 'people-waiting', text: 'Somebody waits to be let in.' }]);
  expect(waitingProblems(2)).toMatchObject([{ text: '2 people wait to be let in.' }]);
});
