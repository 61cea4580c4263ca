import type { Route } from '../route.ts';

/** Groups of routes, in the order they are shown. */
export const tags: readonly { readonly name: string; readonly description: string }[] = [
  { name: 'agents', description: 'Talk to agents, and see and keep what was said.' },
  { name: 'submissions', description: 'Messages to agents that were accepted.' },
  { name: 'workflows', description: 'Start workflows.' },
  { name: 'runs', description: 'Follow, stop, explain and do again.' },
  { name: 'approvals', description: 'What people are asked.' },
  { name: 'channels', description: 'Webhooks of other services.' },
  { name: 'callbacks', description: 'What is told to other services when work ends.' },
  { name: 'schedules', description: 'Work that begins by itself.' },
  {
    name: 'admin',
    description: 'For operators: everything, whoever it belongs to; nothing here changes anything.',
  },
  { name: 'server', description: 'The server itself.' },
];

/** The group of a route. */
export function tagOf({ path }: Pick<Route, 'path'>): string {
  const [, first = ''] = path.split('/');
  return tags.some(({ name }) => name === first) ? first : 'server';
}
