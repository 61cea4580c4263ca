import { noUsage, textOf } from '../../engine/core/message.ts';
import { Problem } from '../../engine/core/problem.ts';
import type { Models } from '../../engine/ports/model.ts';

/** Models that say what they were told, and for some words do something else. */
export interface GatedModels {
  readonly models: Models;
  /** Lets every prompt that says "wait" go on, now and later. */
  open(): void;
  /** Resolves when a prompt waits at the gate. */
  readonly reached: Promise<void>;
}

/** A fresh gate. `wait`: stops at the gate; `break`: fails; `crash`: throws what is no Problem; `much`: many large deltas. */
export function gatedModels(): GatedModels {
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (open = resolve));
  let reach: () => void = () => undefined;
  const reached = new Promise<void>((resolve) => (reach = resolve));
  return {
    open,
    reached,
    models: {
      async *stream({ messages, signal }) {
        const last = messages.at(-1);
        const text = last === undefined ? '' : textOf(last);
        if (text.includes('wait')) {
          const aborted = new Promise<never>((_, reject) => {
            signal.addEventListener('abort', () => reject(new Problem('aborted', 'aborted')), { once: true });
          });
          reach();
          await Promise.race([gate, aborted]);
        }
        if (text.includes('break')) throw new Problem('model_failed', 'the model is broken');
        if (text.includes('crash')) throw new TypeError('secret internals');
        const deltas = text.includes('much') ? 2_000 : 1;
        for (let count = 0; count < deltas; count += 1) {
          yield { type: 'text_delta', text: deltas === 1 ? `You said: ${text}` : 'x'.repeat(10_000) };
        }
        yield {
          type: 'finish',
          finish: 'stop',
          usage: { ...noUsage, inputTokens: 3, outputTokens: 4, totalTokens: 7 },
          message: { role: 'assistant', content: [{ type: 'text', text: `You said: ${text}` }] },
        };
      },
    },
  };
}
