/** One order from beginning to end: names proved one after the other, and a certificate for all of them (RFC 8555 section 7.4). */
import { AcmeError } from './acme-error.ts';
import type { Authority, Proof } from './authority.ts';

/** The authority usually needs some seconds; polling faster than this is not polite. */
const POLL_MS = 1_000;
const MAX_POLL_MS = 5_000;
/** How long the authority may take over checking a name, or making the certificate. */
const PATIENCE_MS = 5 * 60 * 1000;

/** How a name is proved. */
export interface Solver {
  readonly type: 'http-01' | 'dns-01';
  /** Makes the answer for `name` ready. */
  prepare(name: string, token: string, answer: string): Promise<void>;
  /** Resolves when the authority may come and look. */
  settled(): Promise<void>;
  /** Takes everything back. Never rejects. */
  undo(): Promise<void>;
}

export type Step = 'ordering' | 'preparing' | 'checking' | 'issuing';

export interface OrderOptions {
  readonly authority: Authority;
  readonly names: readonly string[];
  readonly keyPem: string;
  readonly solver: Solver;
  readonly onStep: (step: Step) => void;
  /** Resolves after that time; rejects when the order is cancelled. */
  readonly pause: (ms: number) => Promise<void>;
  readonly elapsedMs: () => number;
}

/** The certificate with its chain, as PEM. @throws AcmeError */
export async function runOrder(options: OrderOptions): Promise<string> {
  const { authority, names, solver, onStep } = options;
  onStep('ordering');
  const order = await authority.order(names);
  const place = ({ name }: Proof): number => names.indexOf(name);
  const proofs = (await authority.proofs(order)).toSorted((one, other) => place(one) - place(other));
  const open = proofs.filter(({ isProved }) => !isProved);
  try {
    onStep('preparing');
    const challenges: { readonly proof: Proof; readonly challenge: Proof['challenges'][number] }[] = [];
    for (const proof of open) {
      const challenge = proof.challenges.find(({ type }) => type === solver.type);
      if (challenge === undefined)
        throw new AcmeError('rejected', `The authority does not let ${proof.name} be proved by ${solver.type}.`);
      await solver.prepare(proof.name, challenge.token, await authority.answerTo(challenge));
      challenges.push({ proof, challenge });
    }
    if (challenges.length > 0) await solver.settled();
    onStep('checking');
    for (const { proof, challenge } of challenges) {
      await authority.ready(challenge);
      await until(options, `The authority did not finish checking ${proof.name}.`, () =>
        authority.isProved(order, proof),
      );
    }
  } finally {
    await solver.undo();
  }
  onStep('issuing');
  let done = await authority.finish(order, names, options.keyPem);
  await until(options, 'The authority did not finish the certificate.', async () => {
    done = await authority.refresh(done);
    return done.status === 'valid';
  });
  return authority.certificate(done);
}

async function until(options: OrderOptions, late: string, isSo: () => Promise<boolean>): Promise<void> {
  const startedMs = options.elapsedMs();
  for (let wait = POLL_MS; !(await isSo()); wait = Math.min(wait * 2, MAX_POLL_MS)) {
    if (options.elapsedMs() - startedMs > PATIENCE_MS)
      throw new AcmeError('directory', late, { fix: 'Snug tries again by itself.' });
    await options.pause(wait);
  }
}
