import { suggest } from '../core/suggest.ts';
import type { TypeScope } from '../expr/index.ts';

/** What a name that is nothing here may mean: a field of the input, a step, or the word of another tool. */
export function meantRead(
  head: string,
  visible: {
    readonly names: ReadonlySet<string>;
    readonly steps?: ReadonlySet<string>;
    readonly types?: TypeScope;
  },
): string | undefined {
  if (suggest(head, visible.names).length > 0) return undefined;
  const input = visible.types?.types.fields.get('input')?.type;
  if (input?.kind === 'record' && input.fields.has(head)) return `input.${head}`;
  if (visible.steps?.has(head) === true) return `steps.${head}.output`;
  const meant = Object.hasOwn(foreignNames, head) ? (foreignNames[head] ?? []) : [];
  return meant.find((name) => visible.names.has(name.split('.')[0] ?? ''));
}

/** Names of other tools and what they are called here, in order of preference. */
const foreignNames: Readonly<Record<string, readonly string[]>> = {
  args: ['input'],
  arguments: ['input'],
  context: ['input'],
  event: ['body'],
  github: ['body', 'input', 'run'],
  it: ['item'],
  last: ['prev'],
  needs: ['steps'],
  outputs: ['steps'],
  parameters: ['input'],
  params: ['input'],
  payload: ['body', 'input'],
  previous: ['prev'],
  process: ['env'],
  request: ['body'],
  trigger: ['body', 'input'],
  vars: ['env'],
  workflow: ['run.workflow'],
};
