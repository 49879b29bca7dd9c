/** What was measured, as lines for a terminal and as a table for `docs/benchmarks.md`. */
import type { Scenario } from './scenarios.ts';

interface Measured {
  readonly figures: number[];
  latency: string | undefined;
}

export class Report {
  readonly #servers: string[] = [];
  readonly #measured = new Map<string, Measured>();

  add(scenario: Scenario, server: string, figure: number | undefined, latency: string | undefined): void {
    if (!this.#servers.includes(server)) this.#servers.push(server);
    const key = `${scenario.name} ${server}`;
    const measured = this.#measured.get(key) ?? { figures: [], latency: undefined };
    this.#measured.set(key, measured);
    if (figure !== undefined) measured.figures.push(figure);
    measured.latency = latency ?? measured.latency;
  }

  /** One line per scenario, with ratios to the first server. */
  line(scenario: Scenario): string {
    const cells = this.#servers.map((server) => {
      const latency = this.#measured.get(`${scenario.name} ${server}`)?.latency;
      return `${server} ${this.#cell(scenario, server)}${latency === undefined ? '' : ` [${latency}]`}`;
    });
    return `${scenario.name.padEnd(12)} ${scenario.unit.padEnd(27)} ${cells.join('   ')}`;
  }

  table(scenarios: readonly Scenario[]): string {
    const rows = scenarios.map(
      (scenario) =>
        `| ${scenario.title} | ${scenario.unit} | ${this.#servers.map((server) => this.#cell(scenario, server)).join(' | ')} |`,
    );
    return [
      `| | unit | ${this.#servers.join(' | ')} |`,
      `|---|---|${this.#servers.map(() => '---:').join('|')}|`,
      ...rows,
    ].join('\n');
  }

  #cell(scenario: Scenario, server: string): string {
    const value = this.#median(scenario, server);
    if (value === undefined) return '–';
    const [first = server] = this.#servers;
    const ours = this.#median(scenario, first);
    const ratio = server === first || ours === undefined || ours === 0 ? '' : ` (${(value / ours).toFixed(1)} ×)`;
    return `${value.toPrecision(3)}${ratio}`;
  }

  #median(scenario: Scenario, server: string): number | undefined {
    const figures = this.#measured.get(`${scenario.name} ${server}`)?.figures ?? [];
    return [...figures].sort((a, b) => a - b)[Math.floor(figures.length / 2)];
  }
}
