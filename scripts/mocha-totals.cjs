const { writeFileSync } = require('node:fs');
const { reporters } = require('mocha');

/**
 * The spec reporter of mocha, closed by one plain line `N passed, N failed`.
 * With TEST_TOTALS set, the line goes to that file instead of the standard output.
 */
module.exports = class SpecWithTotals extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    process.once('exit', () => {
      const line = `${this.stats.passes} passed, ${this.stats.failures} failed\n`;
      if (process.env.TEST_TOTALS) writeFileSync(process.env.TEST_TOTALS, line);
      else process.stdout.write(line);
    });
  }
};
