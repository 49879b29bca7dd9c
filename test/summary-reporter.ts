/** The end of a test run in plain words: what was skipped and why, then one line that counts. */
import type { Reporter, TestCase, TestModule } from 'vitest/node';

function reasonOf(test: TestCase): string {
  const result = test.result();
  return (result.state === 'skipped' && result.note) || 'no reason given';
}

class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const failedModules = modules.filter((module) => module.errors().length > 0).length;
    const inState = (state: string) => tests.filter((test) => test.result().state === state);
    const skipped = inState('skipped');
    const lines = skipped.map(
      (test) => `skipped: ${test.module.relativeModuleId} > ${test.fullName} (${reasonOf(test)})`,
    );
    const failed = inState('failed').length + failedModules + (unhandled.length > 0 ? 1 : 0);
    process.stdout.write(
      `\n${[...lines, `${inState('passed').length} passed, ${failed} failed, ${skipped.length} skipped`].join('\n')}\n`,
    );
  }
}

// Vitest loads reporters by their default export.
export default SummaryReporter;
