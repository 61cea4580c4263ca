import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineTool } from 'flue-engine';

/** The bank of this example: a line for each payment. `REFUND_LEDGER` names another file. */
const ledger = process.env['REFUND_LEDGER'] ?? join(tmpdir(), 'refund-ledger.txt');

export default defineTool<{ order: string; euros: number }>({
  run({ order, euros }, { attempt, idempotencyKey }) {
    const lines = existsSync(ledger) ? readFileSync(ledger, 'utf8').split('\n') : [];
    // What was paid with this key is not paid again: that is what the key is for.
    const isPaid = lines.some((line) => line.startsWith(`${idempotencyKey} `));
    if (!isPaid && attempt === 1) throw new Error('the bank does not answer; try again');
    if (!isPaid) appendFileSync(ledger, `${idempotencyKey} ${order} ${euros}\n`);
    return { receipt: idempotencyKey };
  },
});
