import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const sample = fileURLToPath(new URL('../../test/golden/ok/refund', import.meta.url));

/**
 * Writes a project of so many workflows of 13 steps, each a variation of the refund sample, with an agent and two tools more for
 * every four of them.
 */
export function makeProject(folder: string, workflows: number): void {
  cpSync(sample, folder, { recursive: true });
  const read = (path: string): string => readFileSync(join(sample, path), 'utf8');
  const workflow = read('src/workflows/refund-request.yaml');
  const analyst = read('src/agents/refund-analyst.yaml');
  const orders = read('src/tools/orders_read.yaml');
  const payments = read('src/tools/payments_refund.yaml');
  const write = (path: string, text: string): void => {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  for (let number = 1; number < workflows; number += 1) {
    const desk = Math.floor(number / 4);
    if (number % 4 === 0) {
      write(
        `src/agents/analyst-${desk}.yaml`,
        analyst.replace(/^name: .*\n/m, '').replace('one order line', `one line of desk ${desk}`),
      );
      write(
        `src/tools/orders_${desk}.yaml`,
        orders.replace(/^name: .*\n/m, '').replace('4000/', `4000/${desk}/`),
      );
      write(
        `src/tools/payments_${desk}.yaml`,
        payments.replace(/^name: .*\n/m, '').replace('4000/', `4000/${desk}/`),
      );
    }
    const varied = workflow
      .replace(/^name: .*\n/m, '')
      .replaceAll('autoLimit', `autoLimit${number}`)
      .replaceAll('"abusive"', `"abusive${number}"`)
      .replaceAll('upset, abusive', `upset, abusive${number}`)
      .replaceAll('100', String(100 + number));
    const placed =
      desk === 0
        ? varied
        : varied
            .replace('agent: refund-analyst', `agent: analyst-${desk}`)
            .replace('tool: orders_read', `tool: orders_${desk}`)
            .replace('tool: payments_refund', `tool: payments_${desk}`);
    write(`src/workflows/refund-${number}.yaml`, placed);
  }
}
