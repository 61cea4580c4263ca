const { appendFileSync, writeFileSync } = require('node:fs');
const { reporters } = require('mocha');

/**
 * The spec reporter of mocha, closed by one plain line `N passed, N failed`.
 * With TEST_TOTALS set, the line goes to that file instead of the standard output.
 * With TEST_FAILURES set, each test that failed is added to that file, with its reason.
 */
module.exports = class SpecWithTotals extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    process.once('exit', () => {
      const line = `${this.stats.passes} passed, ${this.stats.failures} failed\n`;
      if (process.env.TEST_TOTALS) writeFileSync(process.env.TEST_TOTALS, line);
      else process.stdout.write(line);
      if (process.env.TEST_FAILURES)
        appendFileSync(process.env.TEST_FAILURES, this.failures.map(told).join(''));
    });
  }
};

function told(test) {
  const reason = test.err?.stack ?? test.err?.message ?? String(test.err);
  return `FAILED ${test.file ?? ''}: ${test.fullTitle()} (${test.duration ?? '?'} ms)\n${reason.slice(0, 3000)}\n\n`;
}
