/** The writer's thread: takes everything that is queued, commits it as one group, says so. Runs as a worker's entry. */
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { openForWriting } from './connection.ts';
import { GroupCommit } from './group-commit.ts';
import { type Fault, readFault } from './store-error.ts';
import { type Answer, BatchDecoder, type Request } from './thread-messages.ts';
import type { Change } from './writer.ts';

/** One transaction at most: beyond this the fsync costs nothing any more, and waiting callers should hear something. */
const MAX_UNITS = 4096;

if (parentPort !== null) serve(parentPort, workerData);

function serve(port: NonNullable<typeof parentPort>, options: { readonly path: string }): void {
  const connection = openForWriting(options.path);
  const group = new GroupCommit(connection);
  const decoder = new BatchDecoder();
  let lost: Fault | undefined;

  const answer = (message: Answer) => port.postMessage(message);

  /** Later units may build on lost ones, so after a loss nothing is stored until the database is opened again. */
  const commit = (units: readonly (readonly Change[])[]) => {
    if (units.length === 0) return;
    if (lost !== undefined) return answer({ kind: 'lost', fault: lost });
    const outcome = group.commit(units);
    if (outcome.kind === 'committed') return answer({ ...outcome, count: units.length });
    lost = outcome.fault;
    answer(outcome);
  };

  port.on('message', (first: Request) => {
    const units: Change[][] = [];
    let request: Request | undefined = first;
    while (request !== undefined && request !== 'close') {
      decoder.unpack(request, units);
      request = units.length < MAX_UNITS ? receiveMessageOnPort(port)?.message : undefined;
    }
    commit(units);
    if (request !== 'close') return;
    try {
      connection.close();
    } catch (error) {
      answer({ kind: 'lost', fault: readFault(error) });
    }
    port.close();
  });

  answer({ kind: 'ready' });
}
