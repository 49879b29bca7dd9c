/** Programs that only note how they were run, and answer what a test has said. */
import type { Ran, Run } from '../../../server/certificates/trust/trust-store.ts';

export interface FakeRun {
  readonly run: Run;
  /** Program and words of each run, files of certificates as FILE. */
  readonly ran: string[];
}

type Answer = Partial<Ran> | undefined;

/** `answer` may look at the words; what it says nothing of has worked and said nothing. */
export function fakeRun(answer: (line: string) => Answer): FakeRun {
  const ran: string[] = [];
  return {
    ran,
    run: (program, ...words) => {
      const line = [program, ...words.map((word) => (word.endsWith('ca.crt') ? 'FILE' : word))].join(' ');
      ran.push(line);
      return Promise.resolve({ status: 0, stdout: '', stderr: '', ...answer(line) });
    },
  };
}
