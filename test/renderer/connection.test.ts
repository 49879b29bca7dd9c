import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { keepConnected } from '../../renderer/connection.ts';
import { type Dialled, NotSignedInError } from '../../renderer/dial.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

/** A line whose every attempt is settled by the test. */
function dialler() {
  const attempts: PromiseWithResolvers<Dialled>[] = [];
  const dial = (): Promise<Dialled> => {
    const attempt = Promise.withResolvers<Dialled>();
    attempts.push(attempt);
    return attempt.promise;
  };
  return { attempts, dial };
}

function answered() {
  const closed = Promise.withResolvers<void>();
  const link = { call: () => Promise.reject(new Error('nobody is asked here')) };
  return { dialled: { link, closed: closed.promise }, hangUp: () => closed.resolve() };
}

const settle = () => vi.advanceTimersByTimeAsync(0);

test('a line that breaks is dialled again, first quickly and then seldom', async () => {
  const { attempts, dial } = dialler();
  const connection = keepConnected(dial);
  expect(connection.line().kind).toBe('connecting');
  const { dialled, hangUp } = answered();
  attempts[0]?.resolve(dialled);
  await settle();
  expect(connection.line().kind).toBe('online');
  hangUp();
  await settle();
  expect(connection.line().kind).toBe('offline');
  await vi.advanceTimersByTimeAsync(250);
  expect(attempts.length).toBe(2);
  for (let n = 1; n < 12; n++) {
    attempts[n]?.reject(new Error('refused'));
    await vi.advanceTimersByTimeAsync(5000);
  }
  expect(attempts.length).toBe(13);
});

test('listeners hear of every change, and of none that is not one', async () => {
  const { attempts, dial } = dialler();
  const connection = keepConnected(dial);
  const heard: string[] = [];
  connection.subscribe(() => heard.push(connection.line().kind));
  attempts[0]?.reject(new Error('refused'));
  await vi.advanceTimersByTimeAsync(250);
  attempts[1]?.reject(new Error('refused'));
  await settle();
  expect(heard).toEqual(['offline']);
});

test('a press of the button dials at once, but never twice at a time', async () => {
  const { attempts, dial } = dialler();
  const connection = keepConnected(dial);
  attempts[0]?.reject(new Error('refused'));
  await settle();
  connection.retry();
  connection.retry();
  expect(attempts.length).toBe(2);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(attempts.length).toBe(2);
});

test('who is not known asks again now and then, as another tab may have signed in', async () => {
  const { attempts, dial } = dialler();
  const connection = keepConnected(dial);
  attempts[0]?.reject(new NotSignedInError());
  await settle();
  expect(connection.line().kind).toBe('unknown-browser');
  await vi.advanceTimersByTimeAsync(4000);
  attempts[1]?.resolve(answered().dialled);
  await settle();
  expect(connection.line().kind).toBe('online');
});
