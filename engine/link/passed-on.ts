import type { JsonSchema } from '../core/json.ts';
import { misfitsOfType, typeFromSchema } from '../expr/index.ts';
import type { Node } from '../source/index.ts';
import type { Reporter } from './context.ts';

/** Reports where the schemas of a tool do not fit those of the agent or workflow behind it, to which arguments and results pass. */
export function checkPassedOn(
  reporter: Reporter,
  root: Node,
  whom: string,
  target: { readonly inputSchema: JsonSchema | undefined; readonly outputSchema: JsonSchema | undefined },
): void {
  const given = root.get('inputSchema').object();
  if (given !== undefined && target.inputSchema !== undefined && root.get('message').value === undefined) {
    const [misfit] = misfitsOfType(typeFromSchema(given), typeFromSchema(target.inputSchema));
    if (misfit !== undefined)
      reporter.report(
        root.get('inputSchema'),
        'type/argument',
        `the arguments pass to ${whom}, whose "inputSchema" they do not fit: ${subject(misfit.message)}; leave "inputSchema" out to take that one`,
        { part: 'key', suggestions: misfit.suggestions },
      );
  }
  const wanted = root.get('outputSchema').object();
  if (wanted !== undefined && target.outputSchema !== undefined) {
    const [misfit] = misfitsOfType(typeFromSchema(target.outputSchema), typeFromSchema(wanted));
    if (misfit !== undefined)
      reporter.report(
        root.get('outputSchema'),
        'type/result',
        `the result is that of ${whom}, which does not fit: ${subject(misfit.message)}`,
        { part: 'key', suggestions: misfit.suggestions },
      );
  }
}

/** A message about a part names it; one about the whole does not. */
function subject(message: string): string {
  return message.startsWith('its ') ? message : `it ${message}`;
}
