import type { Json } from '../core/json.ts';
import { Problem } from '../core/problem.ts';
import { compileSchema, describeFaults } from '../expr/index.ts';
import type { Step } from '../program/step.ts';
import { stepPlaces } from './step-places.ts';

/**
 * Throws Problem `invalid_input`, with the places that do not fit, when steps of a workflow wait for an event and its data fit the
 * schema of none of them. A topic that is rendered counts as far as its text is known before.
 */
export function checkEvent(steps: readonly Step[], topic: string, data: Json): void {
  const misfits: Misfit[] = [];
  for (const { step, shape } of stepPlaces(steps)) {
    if (step.verb !== 'wait' || !('event' in step.wait) || !mayBe(step.wait.event.source, topic)) continue;
    if (step.outputSchema === undefined) return;
    const { faults } = compileSchema(step.outputSchema).check(data);
    if (faults.length === 0) return;
    misfits.push({ step: shape, faults });
  }
  if (misfits.length === 0) return;
  const told = misfits.map(({ step, faults }) => `step "${step}": ${describeFaults(faults)}`);
  const more = told.length > 3 ? `; and ${told.length - 3} more steps` : '';
  throw new Problem(
    'invalid_input',
    `the data of event "${topic}" fit no step that waits for it: ${told.slice(0, 3).join('; ')}${more}`,
    {
      details: {
        faults: misfits.flatMap(({ step, faults }) =>
          faults.map(({ pointer, message }) => ({ step, pointer, message })),
        ),
      },
    },
  );
}

interface Misfit {
  readonly step: string;
  readonly faults: ReturnType<ReturnType<typeof compileSchema>['check']>['faults'];
}

/** Whether a template may render as a text: what stands before its first computed part is a part of the text as it is. */
function mayBe(template: string, text: string): boolean {
  if (!template.includes('{{')) return template === text;
  const fixed = /^[^{\\]*/.exec(template)?.[0].trimEnd() ?? '';
  return text.startsWith(fixed);
}
