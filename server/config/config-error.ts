/** What is wrong with a configuration, in sentences that name the place, the key, what was given and what is allowed. */

/** Thrown when a configuration cannot be used. Nothing has been started or written when it is thrown. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  /** One sentence per problem; `message` is all of them, a line each. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

const MAX_SHOWN = 80;

/** The sentence for a value that its setting refuses. `place` is a file's path or `--set`. */
export function refusedValue(place: string, key: string, given: unknown, allowed: string): string {
  return `${place}: ${key} is ${shown(given)}, but allowed is ${allowed}.`;
}

/** The sentence for a key that no setting has, with the nearest one that exists. */
export function unknownKey(place: string, key: string, known: Iterable<string>): string {
  const nearest = nearestKey(key, known);
  const advice = nearest === undefined ? 'docs/settings.md lists all settings' : `did you mean ${nearest}?`;
  return `${place}: there is no setting called ${shown(key)}; ${advice}${nearest === undefined ? '.' : ''}`;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN)}…`;
}

/** A third of the letters may differ: enough for a slip of the finger or a missing group, too little for nonsense. */
function nearestKey(key: string, known: Iterable<string>): string | undefined {
  if (key.length > MAX_SHOWN) return undefined;
  let nearest: string | undefined;
  let fewest = Math.max(2, Math.floor(key.length / 3)) + 1;
  for (const candidate of known) {
    const name = candidate.slice(candidate.indexOf('.') + 1);
    const wanted = key.toLowerCase();
    const edits = name.toLowerCase() === wanted ? 1 : editDistance(wanted, candidate.toLowerCase());
    if (edits < fewest) {
      fewest = edits;
      nearest = candidate;
    }
  }
  return nearest;
}

/** Insertions, deletions and replacements that lead from one text to the other (Levenshtein), one row at a time. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let line = 1; line <= from.length; line++) {
    const next = [line];
    for (let column = 1; column <= to.length; column++) {
      const replaced = (row[column - 1] ?? 0) + (from[line - 1] === to[column - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
