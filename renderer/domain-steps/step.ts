/** How a step towards a domain of one's own stands. */

export interface StepState {
  readonly mark: 'done' | 'todo' | 'warn' | 'unknown' | 'busy';
  /** In one line. */
  readonly summary: string;
}
