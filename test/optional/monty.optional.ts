import { defaultCodeLimits } from '../../engine/ports/code-runner.ts';
import { monty } from '../../engine/adapters/code/monty/monty.ts';
import { codeRunnerContract } from '../../engine/testing/index.ts';

const root = process.env['ENGINE_OPTIONAL'] ?? '';

describe('the code runner "monty"', function () {
  this.timeout(60_000);
  const runner = monty(root);
  before(() =>
    runner.run('1', {
      ...{ inputs: {}, functions: {}, limits: defaultCodeLimits, typeCheck: false },
      signal: new AbortController().signal,
    }),
  );
  after(() => runner.close?.());

  for (const { title, run } of codeRunnerContract) it(title, () => run({ runner }));
});
